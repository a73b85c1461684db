"""Memory and each database side by side: the same moves, answers, refusals and announcements."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from attendance_adapters.in_memory import MemoryStore
from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql.postgres import PostgresStore
from attendance_adapters.sql.sqlite import SqliteStore
from attendance_core.accounts import LoggedIn
from attendance_core.errors import LeaseLost, Refusal
from attendance_core.marking.announcements import Announcement
from attendance_core.marking.readings import Reading
from attendance_core.testing.clock import TestClock
from attendance_core.testing.lectures import use_cases
from attendance_core.tokens import NewToken
from attendance_core.use_cases import UseCases
from attendance_core.vocabulary import ProcessId
from tests.support.postgres_databases import emptied
from tests.support.postgres_rivals import beside
from tests.support.sqlite_file import an_empty_database
from tests.support.twin_moves import Call, Known, Made
from tests.support.twins_of_events import MARKING, OF_EVENTS
from tests.support.twins_of_people import OF_PEOPLE

pytestmark = pytest.mark.long


class NotingNotifier(LocalNotifier):
    """Keeps every announcement."""

    def __init__(self) -> None:
        super().__init__()
        self.noted: list[Announcement] = []

    def publish(self, announcement: Announcement) -> None:
        self.noted.append(announcement)

    def taken(self) -> list[Announcement]:
        noted, self.noted = self.noted, []
        return noted


MOVES = {**OF_PEOPLE, **OF_EVENTS}
SECONDS = (0.5, 1.0, 3.0, 7.0, 16.0, 91.0)
ORGANISING = ["update_event", "add_helper", "remove_helper"]
CORRECTING = ["mark_participant", "annul_mark", "get_ledger", "export_attendance"]
number = st.integers(0, 5)
move = st.one_of(
    st.tuples(st.sampled_from(sorted(MOVES)), number, number, number),
    st.tuples(st.sampled_from(sorted(MARKING)), number, number, number),
    st.tuples(st.sampled_from(sorted(MARKING)), number, number, number),
    st.tuples(st.sampled_from(["prepare_to_mark", "confirm_marking"]), number, number, number),
    st.tuples(st.sampled_from(ORGANISING), number, number, number),
    st.tuples(st.sampled_from(CORRECTING), number, number, number),
    st.tuples(st.just("time passes"), number, number, number),
)
# People 0, 1 and 2; 0 is ready to mark the others, who wait
BEGINNING: list[Made] = [
    ("take_lease", 0, 0, 0),
    ("sign_up", 0, 0, 0),
    ("sign_up", 2, 1, 0),
    ("sign_up", 3, 2, 0),
    ("create_event", 0, 0, 0),
    ("create_event", 0, 2, 0),
    *(("mark_me", person, event, 0) for person in (1, 2) for event in (0, 1)),
    ("ready_to_mark", 0, 0, 0),
    ("ready_to_mark", 0, 1, 0),
]


def comparable(answer: Any) -> Any:
    """An answer, with what comes in no particular order sorted."""
    if isinstance(answer, Reading):
        listed, watched_places = (
            sorted(each, key=lambda place: place.user_id)
            for each in (answer.listed, answer.watched_places)
        )
        return replace(answer, listed=listed, watched_places=watched_places)
    return answer


async def answer_or_refusal(call: Call, do: UseCases) -> tuple[str, Any]:
    try:
        return "answer", comparable(await call(do))
    except (Refusal, LeaseLost) as refused:
        return type(refused).__name__, str(refused)


async def pass_time(
    seconds: float, clock: TestClock, twins: list[UseCases], alive: ProcessId | None
) -> None:
    """Time passes, while a process lives, if one does."""
    while seconds > 0:
        step = min(seconds, 7.0)
        clock.pass_(step)
        seconds -= step
        for do in twins:
            if alive is not None:
                with suppress(LeaseLost):
                    await do.renew_lease(process_id=alive)


@contextmanager
def sqlite(
    clock: TestClock, notifier: NotingNotifier, request: pytest.FixtureRequest
) -> Iterator[SqliteStore]:
    with TemporaryDirectory() as folder:
        yield SqliteStore(an_empty_database(Path(folder)), clock, notifier)


@contextmanager
def postgres(
    clock: TestClock, notifier: NotingNotifier, request: pytest.FixtureRequest
) -> Iterator[PostgresStore]:
    yield PostgresStore(
        emptied(request.getfixturevalue("postgres_database")), notifier, clock=clock
    )


async def restore_next_user_id(store: Any) -> None:
    """Has the next person get the next number, although a refusal has used that up."""
    if isinstance(store, PostgresStore):
        restart = "SELECT setval('accounts_user_id_seq', (SELECT max(user_id) FROM accounts))"
        async with beside(store) as connection:
            await connection.exec_driver_sql(restart)


async def play(moves: list[Made], new_store: Callable[..., Any], request: Any) -> None:
    clock, notifiers = TestClock(), (NotingNotifier(), NotingNotifier())
    with new_store(clock, notifiers[1], request) as store:
        await store.start()
        try:
            await side_by_side(moves, clock, notifiers, MemoryStore(clock, notifiers[0]), store)
        finally:
            await store.close()


async def side_by_side(
    moves: list[Made],
    clock: TestClock,
    notifiers: tuple[NotingNotifier, NotingNotifier],
    *stores: Any,
) -> None:
    twins = [use_cases(store) for store in stores]
    known = Known()
    for name, first, second, third in [*BEGINNING, *moves]:
        if name == "time passes":
            await pass_time(SECONDS[first], clock, twins, known.process(0) if second else None)
            continue
        call = {**MOVES, **MARKING}[name](known, first, second, third)
        one, other = [await answer_or_refusal(call, do) for do in twins]
        assert one == other
        told, also_told = (notifier.taken() for notifier in notifiers)
        if name == "sweep":  # whichever it meets first
            told, also_told = sorted(told, key=repr), sorted(also_told, key=repr)
        assert told == also_told
        kind, answer = one
        if kind != "answer" and name == "sign_up":
            await restore_next_user_id(stores[1])
        if kind == "answer" and isinstance(answer, LoggedIn):
            known.people.append(answer)
        if kind == "answer" and isinstance(answer, NewToken):
            known.tokens.append(answer)
        if kind == "answer" and name == "begin_try" and answer is not None:
            known.try_starts.append(answer)
        if kind == "answer" and name == "make_recovery_codes":
            known.recovery_codes += answer
        if kind == "answer" and name == "make_reset_link":
            known.reset_links.append(answer)
        if kind == "answer" and name == "create_event":
            known.events.append(answer.event_id)
            known.codes.append(answer.code)


moves_of_a_day = st.lists(move, min_size=10, max_size=40)
A_MARKED_DAY: list[Made] = [
    ("prepare_to_mark", 0, 1, 0),
    ("confirm_marking", 0, 0, 0),
    ("confirm_marking", 0, 1, 1),
    ("delete_event", 0, 0, 0),
    ("get_attendance", 0, 0, 0),
    ("get_profile", 0, 0, 0),
    ("annul_mark", 0, 0, 1),
    ("annul_mark", 0, 0, 1),
    ("confirm_marking", 0, 1, 1),
    ("mark_me", 1, 0, 0),
    ("mark_participant", 0, 0, 1),
    ("mark_participant", 0, 0, 2),
    ("annul_mark", 1, 3, 2),
    ("annul_mark", 2, 3, 2),
    ("get_ledger", 0, 0, 0),
    ("get_ledger", 1, 0, 0),
    ("get_attendance", 0, 0, 0),
    ("export_attendance", 0, 0, 1),
    ("get_my_attendance", 1, 0, 0),
    ("get_my_attendance", 2, 0, 0),
    ("get_profile", 0, 0, 0),
    ("prepare_to_mark", 0, 2, 0),
    ("time passes", 5, 1, 0),
    ("sweep", 0, 0, 0),
    ("count_one", 0, 0, 0),
    ("begin_try", 0, 0, 0),
    ("begin_try", 0, 0, 0),
    ("end_try", 0, 0, 0),
    ("count_one", 0, 0, 0),
    ("create_token", 0, 1, 2),
    ("create_token", 1, 1, 3),
    ("identify", 1, 0, 0),
    ("get_tokens", 0, 0, 0),
    ("revoke_token", 0, 0, 0),
    ("revoke_token", 0, 1, 0),
    ("identify", 1, 0, 0),
    ("identify", 0, 0, 0),
    ("get_tokens", 1, 0, 0),
    ("time passes", 4, 1, 0),
    ("forget_tallies", 0, 0, 0),
    ("count_one", 0, 0, 0),
]


class TestTwins:
    """They answer alike. The slower a twin, the fewer days it is given."""

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(moves_of_a_day)
    @example(A_MARKED_DAY)
    def test_memory_and_sqlite_answer_alike(
        self, request: pytest.FixtureRequest, moves: list[Made]
    ) -> None:
        asyncio.run(play(moves, sqlite, request))

    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    @given(moves_of_a_day)
    @example(A_MARKED_DAY)
    def test_memory_and_postgresql_answer_alike(
        self, request: pytest.FixtureRequest, moves: list[Made]
    ) -> None:
        asyncio.run(play(moves, postgres, request))
