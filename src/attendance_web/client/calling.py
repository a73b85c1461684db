"""Makes calls: shows who asks, waits for a turn, and sends again what may be sent twice."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from ssl import SSLContext
from typing import Final, TypeVar
from urllib.parse import urlsplit

import httpx
import msgspec

from attendance_core.version import __version__
from attendance_core.vocabulary import Seconds
from attendance_web.client.answers import File, decoded, events_of, file_of, retry_after, unwrap
from attendance_web.client.errors import NotAnswered, NotAttendance, Refused
from attendance_web.client.pauses import Pauses

A = TypeVar("A")

ANSWER_SECONDS: Final[Seconds] = 15.0
SILENCE_SECONDS: Final[Seconds] = 30.0  # of a stream, which says something every 15 s
KEPT_SECONDS: Final[Seconds] = 4.0  # of a connection in no use; the service ends it after 5
SCHEMES: Final = {"http": "ws", "https": "wss"}
CSRF_COOKIE, CSRF_HEADER = "csrftoken", "x-csrftoken"
WHO_AM_I_PATH: Final = "/api/auth/GetCurrentUserId"
NEVER_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
# Of calls that change something: those that docs/wire.md says are answered as the first time.
# GETs may always be made again
SAFE_AGAIN: Final = frozenset(
    f"/api/events/{name}"
    for name in ("MarkParticipant", "AnnulMark", "UpdateEvent", "AddHelper", "RemoveHelper")
)


class Calling:
    """Makes calls of one service, as one visitor: a browser with its cookies, or a program."""

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str],
        *,
        patience: Seconds,
        trusts: SSLContext | None,
        transport: httpx.AsyncBaseTransport | None,
    ) -> None:
        try:
            split = urlsplit(url.rstrip("/"))
            split.port  # noqa: B018  # is read only when it is asked for
        except ValueError:
            split = urlsplit("")
        if split.scheme not in SCHEMES or not split.hostname or split.path or split.query:
            raise NotAttendance(f"{url} is not like http://127.0.0.1:8000")
        self.url = f"{split.scheme}://{split.netloc}"
        self.patience = patience
        self.trusts = trusts
        self.seconds_ahead: Seconds = 0.0  # that the clock of the service is ahead of ours, about
        self._by_cookie = "authorization" not in headers
        self.has_ever_answered = False  # anything, since it was made
        self._headers = {"user-agent": f"attendance-client/{__version__}", **headers}
        self._http = httpx.AsyncClient(
            base_url=self.url,
            headers={"accept": "application/json", **self._headers},
            timeout=ANSWER_SECONDS,
            limits=httpx.Limits(keepalive_expiry=KEPT_SECONDS),
            transport=transport,
            # Those of the system take 10 ms to read, and are of no use without HTTPS
            verify=trusts or split.scheme == "https",
            trust_env=False,
        )

    async def call(self, kind: type[A], method: str, path: str, **given: object) -> A:
        """Makes a call, and answers what it answers. Raises Refused, NotAnswered."""
        answer: A = decoded(kind, unwrap(await self._call_in_turn(method, path, given)), path)
        return answer

    async def call_for_nothing(self, method: str, path: str, **given: object) -> None:
        """Makes a call that answers nothing. Raises Refused, NotAnswered."""
        unwrap(await self._call_in_turn(method, path, given))

    async def call_for_file(self, method: str, path: str, **given: object) -> File:
        """Makes a call that answers a file. Raises Refused, NotAnswered."""
        return file_of(await self._call_in_turn(method, path, given))

    async def call_for_stream(
        self, kind: type[A], method: str, path: str, **given: object
    ) -> AsyncGenerator[A, None]:
        """Makes a call that goes on answering, until there is nothing more to tell.

        Raises Refused, NotAnswered.
        """
        timeout = httpx.Timeout(ANSWER_SECONDS, read=SILENCE_SECONDS)
        request = self._http.build_request(method, path, params=_query(given), timeout=timeout)
        try:
            answer = await self._http.send(request, stream=True)
            try:
                self._note_answer(answer)
                async with aclosing(events_of(answer, kind)) as events:
                    async for event in events:
                        yield event
            finally:
                await answer.aclose()
        except (httpx.TransportError, EOFError) as error:
            raise NotAnswered(f"{path}: {_text_of(error)}", may_be_done=False) from None

    def socket_headers(self) -> dict[str, str]:
        """Lists the headers that a socket is opened with, which show who asks."""
        headers = dict(self._headers)
        if self._by_cookie:
            kept = self._http.cookies.jar
            headers["cookie"] = "; ".join(f"{each.name}={each.value}" for each in kept)
        return headers

    async def _call_in_turn(
        self, method: str, path: str, given: Mapping[str, object]
    ) -> httpx.Response:
        """Makes a call once it is this visitor's turn; makes it again where that does no harm.

        Raises NotAnswered.
        """
        until = time.monotonic() + self.patience
        safe, pauses = method == "GET" or path in SAFE_AGAIN, Pauses()
        while True:
            pause = pauses.next()
            try:
                answer = await self._send(method, path, given)
            except httpx.TransportError as error:
                never_sent = isinstance(error, NEVER_SENT)
                again = safe or never_sent
                if not again or not self.has_ever_answered or time.monotonic() + pause > until:
                    raise NotAnswered(
                        f"{self.url}{path}: {_text_of(error)}", may_be_done=not never_sent
                    ) from None
            else:
                if not _may_ask_again(answer, safe=safe):
                    return answer
                pause = max(pause, retry_after(answer) or 0.0)
                if time.monotonic() + pause > until:
                    return answer
            await asyncio.sleep(pause)

    async def _send(self, method: str, path: str, given: Mapping[str, object]) -> httpx.Response:
        if method == "GET":
            return self._note_answer(await self._http.get(path, params=_query(given)))
        arguments = {name: value for name, value in given.items() if value is not None}
        body = msgspec.json.encode(arguments)
        if not self._by_cookie:
            return self._note_answer(await self._post(path, body, {}))
        answer = await self._post(path, body, await self._csrf())
        if answer.status_code == httpx.codes.FORBIDDEN and _code(answer) == "csrf_failed":
            self._http.cookies.delete(CSRF_COOKIE)  # it has had its time
            answer = await self._post(path, body, await self._csrf())
        return self._note_answer(answer)

    async def _post(self, path: str, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
        headers = {"content-type": "application/json", **headers}
        return await self._http.post(path, content=body, headers=headers)

    async def _csrf(self) -> dict[str, str]:
        """Repeats the cookie that every POST by cookie has to repeat; gets one first."""
        if CSRF_COOKIE not in self._http.cookies:
            self._note_answer(await self._http.get(WHO_AM_I_PATH))
        return {CSRF_HEADER: self._http.cookies.get(CSRF_COOKIE) or ""}

    def _note_answer(self, answer: httpx.Response) -> httpx.Response:
        self.has_ever_answered = True
        with suppress(KeyError, ValueError):
            self.seconds_ahead = float(answer.headers["x-attendance-time"]) - time.time()
        return answer


def _may_ask_again(answer: httpx.Response, *, safe: bool) -> bool:
    """Tells whether to ask again: nothing was done, or doing it twice is like doing it once."""
    if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
        return True
    return safe and answer.status_code == httpx.codes.SERVICE_UNAVAILABLE


def _code(answer: httpx.Response) -> str:
    try:
        unwrap(answer)
    except Refused as refused:
        return refused.code
    except NotAttendance:
        pass
    return ""


def _query(given: Mapping[str, object]) -> dict[str, str]:
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in given.items()
        if value is not None
    }


def _text_of(error: Exception) -> str:
    return str(error) or type(error).__name__
