"""The client of a service: its calls, and its sockets."""

from __future__ import annotations

from collections.abc import Callable
from ssl import SSLContext
from types import TracebackType
from typing import Self, TypedDict
from uuid import UUID

import httpx

from attendance_core.errors import Language
from attendance_core.vocabulary import Seconds
from attendance_web.client.calls import Calls
from attendance_web.client.mark_me import MarkMe
from attendance_web.client.marking import Marking
from attendance_web.client.pauses import PATIENCE_SECONDS
from attendance_web.client.reopening import Address


class _SocketOptions(TypedDict):
    patience: Seconds
    has_ever_answered: Callable[[], bool]


class Client(Calls):
    """Makes the calls of a service, and opens its sockets.

    ``token``, or ``board``, the secret of the link of a board, shows who asks; without either one
    logs in (`log_in`), and the cookies are kept. ``language``: of texts for people. ``patience``:
    how long a call may wait in all for its turn (429), for a service that is not available (503),
    and for one that is restarted; what must not be done twice is sent again only where it was not.
    ``trusts``: certificates that are trusted, where those of the system are not enough.
    ``transport``: what carries the calls of `httpx`, an application in this process for one.

    Raises NotAttendance for what is no address of a service.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        board: str | None = None,
        language: Language = "en",
        patience: Seconds = PATIENCE_SECONDS,
        trusts: SSLContext | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        headers: dict[str, str] = {"accept-language": language}
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        elif board is not None:
            headers["authorization"] = f"Board {board}"
        super().__init__(url, headers, patience=patience, trusts=trusts, transport=transport)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def mark_me(self, event_id: UUID) -> MarkMe:
        """Waits to be marked in an event: `async with client.mark_me(event_id) as me`."""
        return MarkMe(self._address("mark_me", event_id, "&news=1"), **self._socket_options())

    def marking(self, event_id: UUID) -> Marking:
        """Is ready to mark others in one: `async with client.marking(event_id) as marking`."""
        return Marking(self._address("marking", event_id), **self._socket_options())

    async def close(self) -> None:
        """Closes the connections of its calls; idempotent. Whoever has logged in stays so."""
        await self._http.aclose()

    def _address(self, role: str, event_id: UUID, more_params: str = "") -> Address:
        url = f"ws{self.url.removeprefix('http')}/ws/{role}?event_id={event_id}{more_params}"
        return Address(url, self.socket_headers, self.trusts)

    def _socket_options(self) -> _SocketOptions:
        return {"patience": self.patience, "has_ever_answered": lambda: self.has_ever_answered}
