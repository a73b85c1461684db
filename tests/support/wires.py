"""Sockets as a client sees them, each with what it was told and has folded of that."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from tests.support.eventually import PATIENCE_SECONDS

MOMENT_SECONDS = 0.25  # in which something that must not come would have come


class Ended(Exception):
    """The socket was closed, with this code."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(str(code))


class TurnedAway(NamedTuple):
    """The codes of the one error frame that came, and of the close."""

    refusal: str
    close: int


@dataclass
class Wire:
    """One socket as a client sees it; for a marker, the list it has folded."""

    connection: ClientConnection
    listed: list[int] = field(default_factory=list)

    async def heard(self) -> dict[str, Any]:
        """Takes the next frame, and folds it. Raises Ended."""
        try:
            text = await asyncio.wait_for(self.connection.recv(), PATIENCE_SECONDS)
        except ConnectionClosed as closed:
            raise Ended(closed.rcvd.code if closed.rcvd else 1006) from None
        frame: dict[str, Any] = json.loads(text)
        self._fold(frame)
        return frame

    def _fold(self, frame: dict[str, Any]) -> None:
        params = frame.get("params", {})
        match frame["message"]:
            case "marking_list":
                self.listed = list(params["marking_list"])
            case "user_joined":
                assert params["user_id"] not in self.listed
                self.listed.append(params["user_id"])
            case "user_left":
                self.listed.remove(params["user_id"])
            case "marked" if params["user_id"] in self.listed:
                self.listed.remove(params["user_id"])

    async def says(self, message: str, **params: Any) -> None:
        await self.connection.send(json.dumps({"message": message, "params": params}))

    async def asks(self, message: str, **params: Any) -> dict[str, Any]:
        """Says a command; answers the frame that follows."""
        await self.says(message, **params)
        return await self.heard()

    async def hears(self, message: str, **params: Any) -> dict[str, Any]:
        """Takes the next frame, which has to be this one; compares only the parameters named."""
        frame = await self.heard()
        given = frame.get("params", {})
        assert (frame["result"], frame["message"]) == ("ok", message), frame
        assert {name: given[name] for name in params} == params, frame
        return frame

    async def asks_and_is_refused(self, code: str, message: str, **params: Any) -> None:
        """Says a command that has to be answered by an error frame with this code."""
        frame = await self.asks(message, **params)
        assert frame["result"] == "error", frame
        assert frame["params"]["code"] == code, frame

    async def hears_nothing(self) -> None:
        """Waits for a moment in which no frame may come, nor any before the answer to a ping."""
        await asyncio.sleep(MOMENT_SECONDS)
        frame = await self.asks("ping")
        assert frame["message"] == "pong", frame

    async def close_code(self) -> int:
        """Waits for its end, with no frame before; answers the code, 1006 without a Close frame."""
        try:
            raise AssertionError(await self.heard())
        except Ended as ended:
            return ended.code

    async def turns_away(self) -> TurnedAway:
        """Hears one error frame, and the close."""
        frame = await self.heard()
        assert frame["result"] == "error", frame
        assert frame["message"]
        return TurnedAway(frame["params"]["code"], await self.close_code())

    async def says_goodbye(self, code: int = 1000) -> None:
        await self.connection.close(code)

    def cut(self) -> None:
        """Loses the connection, as when a cable is pulled and the other end resets."""
        self.connection.transport.abort()
