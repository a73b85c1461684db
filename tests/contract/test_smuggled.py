"""Nobody takes another's answer: bodies sent as requests, while others log in and ask who they are.

Each answer to the others has a mark of its own, the id of the person who asked, so that one that
was meant for somebody else is known. Directly, and through the proxy of `deploy/`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest

from tests.support.http_browser import HttpBrowser
from tests.support.nginx import needs_nginx, proxied
from tests.support.service_process import PATIENCE_SECONDS, Service, running
from tests.support.smuggled import ELSEWHERE, SEGMENT_SECONDS, SMUGGLED, statuses

pytestmark = pytest.mark.long

ANSWERS = 500  # to the others, each way
PEOPLE = 6
SECOND_ANSWER_SECONDS = 0.3  # in which a proxy that waits for more would have sent one
PASSWORD = "correct horse battery"
# What follows these is for nginx another request, as it should be: it has passed over the rest
TWO_REQUESTS = {"a socket where there is none", "a request behind a handshake", "a trailer"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("service")) as started:
        yield started


@pytest.fixture(scope="module")
def ids_by_name(service: Service) -> dict[str, int]:
    """Those who log in, and their ids."""
    made = {}
    for _ in range(PEOPLE):
        browser = HttpBrowser(service.url, "en")
        browser.get("/api/auth/GetCurrentUserId")
        name = f"p{uuid4().hex[:12]}"
        made[name] = browser.post("/accounts/signup/", username=name, password=PASSWORD)["user_id"]
    return made


@dataclass
class Bystander:
    """Somebody who does no harm, on a connection that is kept open."""

    service: Service
    name: str
    user_id: int
    answer_count: int = 0
    foreign_answers: list[object] = field(default_factory=list)
    cookies: dict[str, str] = field(default_factory=dict)

    async def goes_on(self, until: asyncio.Event) -> None:
        """Logs in, asks who they are, and so on."""
        reader, writer = await asyncio.open_connection(*self.service.address)
        while not until.is_set():
            self.cookies.clear()
            await self.asks(reader, writer, "GET", "/api/auth/GetCurrentUserId", None)
            logs_in = {"username": self.name, "password": PASSWORD}
            await self.asks(reader, writer, "POST", "/accounts/login/", self.user_id, logs_in)
            for _ in range(25):
                path = f"/api/auth/GetCurrentUserId?mark={uuid4()}"
                await self.asks(reader, writer, "GET", path, self.user_id)
        writer.close()

    async def asks(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        method: str,
        path: str,
        user_id: int | None,
        given: dict[str, str] | None = None,
    ) -> None:
        """One call, whose answer has to be of this person."""
        body = b"" if given is None else json.dumps(given).encode()
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        head = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.service.port}"]
        head += [f"Cookie: {cookies}"] if cookies else []
        if given is not None:
            head += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
            head += [f"X-CSRFToken: {self.cookies['csrftoken']}"]
        writer.write("\r\n".join([*head, "", ""]).encode() + body)
        come = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(
            int(line.partition(":")[2])
            for line in come.split("\r\n")
            if line.lower().startswith("content-length")
        )
        answer = json.loads(await reader.readexactly(length))
        self.answer_count += 1
        if answer.get("response") != {"user_id": user_id}:
            self.foreign_answers.append((path, answer))
        for line in come.split("\r\n"):
            if line.lower().startswith("set-cookie"):
                name, _, value = line.partition(":")[2].partition(";")[0].strip().partition("=")
                self.cookies[name] = value


async def smuggles(service: Service, sent: list[bytes], within: float) -> list[int]:
    """The statuses of all that is answered to what should be one request.

    Until the connection is closed, or for so many seconds.
    """
    reader, writer = await asyncio.open_connection(*service.address)
    come = b""
    with suppress(ConnectionError, TimeoutError):
        for part in sent:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(SEGMENT_SECONDS)
        async with asyncio.timeout(within):
            while more := await reader.read(65_536):
                come += more
    writer.close()
    return statuses(come)


async def statuses_of_attacks_beside_others(
    service: Service, ids_by_name: dict[str, int], attacks: list[list[bytes]], within: float
) -> list[list[int]]:
    """Goes on until the others have their answers; what the attacks were answered."""
    enough = asyncio.Event()
    others = [Bystander(service, name, user_id) for name, user_id in ids_by_name.items()]
    going_on = [asyncio.create_task(each.goes_on(enough)) for each in others]
    answered: list[list[int]] = []
    while sum(each.answer_count for each in others) < ANSWERS or len(answered) < 3 * len(attacks):
        for failed in (each for each in going_on if each.done()):
            failed.result()
        answered += await asyncio.gather(*(smuggles(service, each, within) for each in attacks))
    enough.set()
    await asyncio.gather(*going_on)
    assert [found for each in others for found in each.foreign_answers] == []
    return answered


async def test_a_service_gives_each_request_one_answer_and_nobody_anothers(
    service: Service, ids_by_name: dict[str, int]
) -> None:
    answered = await statuses_of_attacks_beside_others(
        service, ids_by_name, list(SMUGGLED.values()), PATIENCE_SECONDS
    )
    # A busy service may find first that there is no token, and then that the body is none
    assert {tuple(each) for each in answered} <= {(400,), (403,)}
    assert ELSEWHERE not in service.said()


@needs_nginx
async def test_nor_does_the_proxy(
    service: Service, ids_by_name: dict[str, int], tmp_path: Path
) -> None:
    attacks = [sent for name, sent in SMUGGLED.items() if name not in TWO_REQUESTS]
    with proxied(tmp_path, [service], tls=False) as proxy:
        answered = await statuses_of_attacks_beside_others(
            proxy, ids_by_name, attacks, SECOND_ANSWER_SECONDS
        )
    assert max(map(len, answered)) == 1
    assert ELSEWHERE not in service.said()
