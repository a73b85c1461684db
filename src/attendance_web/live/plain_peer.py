"""The other end of a socket at a server that tells no more of it than ASGI has words for.

Such a server counts no frames and bounds them widely, so that is done here. It says with which code
a socket ended, and not who ended it, nor always that there was a code: see `is_goodbye`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, Final

from attendance_core.vocabulary import Seconds
from attendance_web.live.close_codes import SLOW
from attendance_web.live.frame_limits import FRAMES_A_SECOND, MAX_FRAME_BYTES, MAX_FRAMES
from attendance_web.live.peer import TOO_LARGE_KEY, TOO_MANY_FRAMES_KEY
from attendance_web.live.socket import ClientGone, Receive, Socket
from attendance_web.live.text_frame import TextFrame
from attendance_web.wire.allowance import Allowance

NORMAL: Final = 1000
FIRST_OF_PROGRAMS, LAST_OF_PROGRAMS = 3000, 4999  # codes that no server and no browser says itself
CLOSE_SECONDS: Final[Seconds] = 1.0  # for a Close frame to a client that may not read


def is_goodbye(event: Mapping[str, Any]) -> bool:
    """Tells whether a client ended this by itself, for certain. Decision 0029.

    Only a program's own code shows that: 1005 is what servers say of a Close frame without a code
    and of a connection that was reset alike, and the others are of browsers, servers and networks.
    What may have been a loss is one, or whoever changes networks would lose their place.
    """
    code = event.get("code")
    return isinstance(code, int) and (
        code == NORMAL or FIRST_OF_PROGRAMS <= code <= LAST_OF_PROGRAMS
    )


def cannot_cut(_: int) -> bool:
    """Tells that a connection cannot be cut: ASGI has no word for that."""
    return False


class PlainPeer:
    """Stands for the other end, by what can be seen of it in the events of ASGI.

    ``cut_now`` ends the connection, whether or not anybody reads, and tells whether it could.
    """

    def __init__(self, receive: Receive, cut_now: Callable[[int], bool] = cannot_cut) -> None:
        self.said_goodbye = False
        self.end_code: int | None = None  # once it is to end
        self._is_cut = False  # nothing more can be written, and the visit is about to end
        self._receive = receive
        self._cut_now = cut_now
        self._allowance = Allowance(MAX_FRAMES, FRAMES_A_SECOND)

    async def receive(self) -> MutableMapping[str, Any]:
        """Receives an event; of frames that are too many, or too large, only that they came."""
        event = await self._receive()
        if event["type"] == "websocket.disconnect":
            self.said_goodbye = is_goodbye(event)
        elif event["type"] == "websocket.receive":
            if not self._allowance.take():
                return {"type": event["type"], TOO_MANY_FRAMES_KEY: True}
            if len(event.get("text") or "") > MAX_FRAME_BYTES:  # bytes are no fewer than letters
                return {"type": event["type"], TOO_LARGE_KEY: True}
        return event

    def has_left(self) -> bool:
        """See `Peer`: nobody knows."""
        return False

    def count_control_frames_with(self, take: Callable[[], bool]) -> None:
        """See `Peer`; pings are the server's, whose own bounds have to do."""

    def write_now(self, _: TextFrame) -> bool:
        """See `Peer`: every frame goes the way of ASGI."""
        return False

    def answer_goodbye(self) -> None:
        """See `Peer`; the server has answered it before anybody heard of it."""

    def end_soon(self, code: int) -> None:
        """See `Peer`. Whoever does not read is cut now, where the server can.

        Any other one is closed once its visit has ended, by `close_if_due`, since it can hear why.
        """
        if not self._is_cut:
            self.end_code = code
            if code == SLOW:
                self._cut(code)

    def _cut(self, code: int) -> None:
        self._is_cut = self._cut_now(code)

    async def close_if_due(self, socket: Socket) -> None:
        """Closes what is to be ended; where that cannot be written soon, cuts it if the server can.

        At a server that cannot, its pings do the rest.
        """
        code = self.end_code
        if code is None:
            return
        if self._is_cut:
            socket.closed_with = socket.closed_with or code
        elif socket.closed_with is None:
            try:
                async with asyncio.timeout(CLOSE_SECONDS):
                    await socket.close(code)
            except TimeoutError:
                self._cut(code)
            except ClientGone:
                pass
