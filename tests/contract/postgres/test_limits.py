"""Limits hold over all processes: stores, and whole services, that share one PostgreSQL.

Contract: 1.10.
"""

from __future__ import annotations

import asyncio
import http.client
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import URL, text

from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql.postgres import PostgresStore
from attendance_core.errors import TooManyRequests
from attendance_core.limits import FAILED_LOG_INS, BeginTry, CountOne, ForgetTallies, Limit
from tests.support.http_browser import HttpBrowser
from tests.support.postgres_rivals import Rival, beside
from tests.support.service_process import Service, running

FEW = Limit("few", 5, 60.0)
PASSWORD = "correct horse battery"


class TestStores:
    """By the database's clock, as in a service."""

    @pytest.fixture
    async def stores(self, postgres_url: URL) -> AsyncIterator[list[PostgresStore]]:
        """Of two processes."""
        made = [PostgresStore(postgres_url, LocalNotifier()) for _ in range(2)]
        for each in made:
            await each.start()
        yield made
        for each in made:
            await each.close()

    async def test_at_once_they_take_no_more_than_the_most(
        self, stores: list[PostgresStore]
    ) -> None:
        told = await asyncio.gather(
            *(
                CountOne(each.transact)(limit=FEW, subject="anna")
                for _ in range(20)
                for each in stores
            ),
            return_exceptions=True,
        )
        assert Counter(map(type, told)) == {type(None): 5, TooManyRequests: 35}

    async def test_one_waits_for_the_others_transaction_and_sees_what_it_did(
        self, stores: list[PostgresStore]
    ) -> None:
        first, second = stores
        for _ in range(FEW.most):
            await CountOne(first.transact)(limit=FEW, subject="anna")
        async with Rival(first) as other:
            await other.run("UPDATE tallies SET taken = ''")
            later = asyncio.create_task(CountOne(second.transact)(limit=FEW, subject="anna"))
            await other.until_somebody_waits()
            await other.connection.commit()
        await later

    async def test_one_that_is_in_use_is_not_forgotten_nor_waited_for(
        self, stores: list[PostgresStore]
    ) -> None:
        first, second = stores
        await BeginTry(first.transact)(limit=FEW, subject="anna")
        await BeginTry(first.transact)(limit=FEW, subject="boris")
        count_tallies = text("SELECT count(*) FROM tallies")
        async with beside(first, isolation_level="READ COMMITTED") as other:
            await other.execute(text("UPDATE tallies SET lapses_at = 1"))
            await other.commit()
            use_one = "UPDATE tallies SET taken = taken WHERE key = (SELECT min(key) FROM tallies)"
            await other.execute(text(use_one))
            async with asyncio.timeout(1):
                await ForgetTallies(second.transact)()
            assert (await other.execute(count_tallies)).scalar_one() == 1
            await other.commit()
            await ForgetTallies(second.transact)()
            assert (await other.execute(count_tallies)).scalar_one() == 0


class Guesser:
    """Somebody at an address of their own, who logs in at two services."""

    def __init__(self, services: list[Service], username: str, address: str) -> None:
        self.username, self.address = username, address
        self._headers_at = []
        for service in services:
            browser = HttpBrowser(service.url, "en")
            browser.get("/api/auth/GetCurrentUserId")
            self._headers_at.append((service, browser.headers()))

    def log_in(self, service_number: int, password: str = "a wrong guess") -> tuple[int, int]:
        """Logs in; answers the status and the ``error``. The services go round by number."""
        service, headers = self._headers_at[service_number % len(self._headers_at)]
        connection = http.client.HTTPConnection(
            *service.address, timeout=30, source_address=(self.address, 0)
        )
        try:
            body = json.dumps({"username": self.username, "password": password})
            connection.request("POST", "/accounts/login/", body, headers)
            answer = connection.getresponse()
            return answer.status, int(json.loads(answer.read())["error"])
        finally:
            connection.close()


LOOKED_AT, REFUSED, DONE = (200, 3), (429, 8), (200, 0)


@pytest.mark.long
class TestServices:
    @pytest.fixture
    def services(self, tmp_path: Path, postgres_url: URL) -> Iterator[list[Service]]:
        address = postgres_url.render_as_string(hide_password=False)
        settings = {"ATTENDANCE_DATABASE_URL": address}
        with ExitStack() as opened:
            made = []
            for number in range(2):
                folder = tmp_path / str(number)
                folder.mkdir()
                made.append(opened.enter_context(running(folder, settings)))
            yield made

    def test_ten_of_forty_wrong_passwords_are_looked_at(self, services: list[Service]) -> None:
        for name in ("anna", "boris"):
            browser = HttpBrowser(services[0].url, "en")
            browser.get("/api/auth/GetCurrentUserId")
            browser.post("/accounts/signup/", username=name, password=PASSWORD)
        anna = Guesser(services, "anna", "127.0.0.1")
        with ThreadPoolExecutor(40) as threads:
            at_once = Counter(threads.map(anna.log_in, range(40)))
        assert at_once == {LOOKED_AT: 10, REFUSED: 30}
        boris = Guesser(services, "boris", "127.0.0.1")
        one_after_another = [boris.log_in(number) for number in range(40)]
        assert one_after_another == [LOOKED_AT] * 10 + [REFUSED] * 30
        for guesser in (anna, boris):
            assert [guesser.log_in(number, PASSWORD) for number in (0, 1)] == [REFUSED, REFUSED]
            elsewhere = Guesser(services, guesser.username, "127.0.0.2")
            assert [elsewhere.log_in(number, PASSWORD) for number in (0, 1)] == [DONE, DONE]

    def test_a_restart_forgets_nothing(self, services: list[Service], tmp_path: Path) -> None:
        nobody = Guesser(services, "nobody", "127.0.0.1")
        assert [nobody.log_in(0) for _ in range(FAILED_LOG_INS.most)] == [LOOKED_AT] * 10
        services[0].kill()
        assert nobody.log_in(1) == REFUSED
