"""What nobody uses any more is forgotten, on every store. Contract: 2.5, 9.4, 9.10."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest_asyncio

from attendance_core.accounts import CredentialKind, Session
from attendance_core.accounts.sessions import SESSION_SECONDS
from attendance_core.accounts.upkeep import FORGOTTEN_A_BATCH
from attendance_core.browsers import BROWSER_SECONDS, KnownBrowser
from attendance_core.pieces import ListQuery
from attendance_core.profiles.audit import AUDIT_SECONDS, AuditEntry, ScanAct, ScanJudge
from attendance_core.testing.clock import NOON, TestClock
from attendance_core.testing.lectures import Lecture
from attendance_core.testing.tokens import add_token, bearer_id
from attendance_core.vocabulary import BrowserId, ScanId, SessionId, UserId

MARKER, ANNA = UserId(2), UserId(3)


MANY = FORGOTTEN_A_BATCH + 5  # more than one batch


COOKIE = CredentialKind.COOKIE


class _Fixtures:
    @pytest_asyncio.fixture
    async def lecture(self, store: Any) -> Lecture:
        return await Lecture.begun(store, waiting=1)


class TestWhatNobodyUsesIsForgotten(_Fixtures):
    async def test_a_session_goes_with_its_sockets_thirty_days_after_its_last_use(
        self, lecture: Lecture, clock: TestClock
    ) -> None:
        """Contract: 2.5. One that is used stays, and so does a token."""
        used = Session(SessionId("u" * 64), ANNA, COOKIE, NOON - 1, NOON + 1)
        idle = [Session(SessionId(f"{n:064}"), MARKER, COOKIE, NOON - 1, NOON) for n in range(MANY)]

        def work(unit: Any) -> None:
            for each in (used, *idle):
                unit.sessions.add(each)
            add_token(unit, ANNA, "secret", lasts=2 * SESSION_SECONDS)

        await lecture.store.transact(work)
        clock.pass_(SESSION_SECONDS - 1)
        await lecture.do.forget_unused()
        assert await lecture.connections(ANNA) != []
        clock.pass_(1)
        await lecture.do.forget_unused()
        assert await lecture.connections(ANNA) == []  # it was opened with one of these
        observe = lecture.store.observe
        assert await observe(lambda unit: unit.sessions.by_cookie_of(MARKER)) == []
        assert await observe(lambda unit: unit.sessions.by_cookie_of(ANNA)) == [used]
        assert await observe(lambda unit: unit.sessions.find(bearer_id("secret"))) is not None

    async def test_a_browser_goes_once_its_cookie_has_gone(
        self, lecture: Lecture, clock: TestClock
    ) -> None:
        """Contract: 9.4."""
        used = KnownBrowser(ANNA, BrowserId("u" * 64), NOON + 1)
        unused = [KnownBrowser(ANNA, BrowserId(f"{n:064}"), NOON) for n in range(MANY)]
        same = KnownBrowser(MARKER, used.browser_id, NOON)  # of somebody else, under the same name

        def work(unit: Any) -> None:
            for each in (used, same, *unused):
                unit.known_browsers.put(each)

        await lecture.store.transact(work)
        clock.pass_(BROWSER_SECONDS - 1)
        await lecture.do.forget_unused()
        observe = lecture.store.observe
        assert len(await observe(lambda unit: unit.known_browsers.of(ANNA))) == MANY + 1
        clock.pass_(1)
        await lecture.do.forget_unused()
        assert await observe(lambda unit: unit.known_browsers.of(ANNA)) == [used]
        assert await observe(lambda unit: unit.known_browsers.of(MARKER)) == []

    async def test_what_was_done_with_scans_is_kept_for_three_years(
        self, lecture: Lecture, clock: TestClock
    ) -> None:
        """Contract: 9.10."""
        assert AUDIT_SECONDS == 3 * 365 * 86_400

        async def add_entry(at: float, number: int) -> None:
            entry = AuditEntry(
                ANNA, ScanId(UUID(int=number)), ScanAct.LOOKED, at, ScanJudge.OPERATOR
            )
            await lecture.store.transact(lambda unit: unit.audit_log.add(entry))

        async def kept() -> list[int]:
            everything: ListQuery[AuditEntry] = ListQuery()
            found = await lecture.store.browse(lambda unit: unit.audit_log.all(everything))
            return [each.scan_id.int for each in found]

        for number in range(MANY):
            await add_entry(NOON, number)
        await add_entry(NOON + 1, MANY)
        clock.pass_(AUDIT_SECONDS - 1)
        await lecture.do.forget_unused()
        assert len(await kept()) == MANY + 1
        clock.pass_(1)
        await lecture.do.forget_unused()
        assert await kept() == [MANY]
        await add_entry(clock.at, MANY + 1)
        assert await kept() == [MANY, MANY + 1]
