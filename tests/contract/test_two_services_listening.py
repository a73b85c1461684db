"""Two services that tell each other by PostgreSQL's LISTEN and NOTIFY, and no Redis anywhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest

from tests.support.corrections_at_two_services import MEETINGS, Meeting
from tests.support.killable_servers import a_postgres
from tests.support.people import create_event, marks, sign_up_people
from tests.support.postgres_databases import a_database
from tests.support.two_services import (
    READ_AGAIN_SECONDS,
    TOLD_SECONDS,
    Pair,
    a_pair,
    at,
    check_that_they_meet_later_without_their_notifier,
)
from tests.support.wires import Wire

pytestmark = pytest.mark.long

NOTIFIER_APPLICATION = "attendance-notifier"


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory, postgres_server: str) -> Iterator[Pair]:
    """What carries announcements is a server of its own, that may be killed."""
    folder = tmp_path_factory.mktemp("pair")
    with a_postgres() as notifier, a_database(postgres_server) as url:
        address = url.render_as_string(hide_password=False)
        with a_pair(folder, notifier, {"ATTENDANCE_DATABASE_URL": address}) as started:
            yield started


async def test_people_on_either_mark_people_on_the_other(pair: Pair) -> None:
    asker, other, marker, another = sign_up_people(pair.one, 4)
    event_id = create_event(marker)
    async with (
        marker.opens("marking", event_id) as one,
        at(another, pair.two).opens("marking", event_id) as two,
    ):
        await one.hears("marking_list", marking_list=[])
        await two.hears("marking_list", marking_list=[])
        async with (
            at(asker, pair.two).opens("mark_me", event_id) as waits,
            other.opens("mark_me", event_id) as waits_too,
        ):
            asked_at = time.monotonic()
            for wire in (one, two):
                heard = {(await wire.hears("user_joined"))["params"]["user_id"] for _ in range(2)}
                assert heard == {asker.user_id, other.user_id}
            assert time.monotonic() - asked_at < TOLD_SECONDS
            await marks(one, waits, asker.user_id)
            await two.hears("user_left", user_id=asker.user_id)
            await marks(two, waits_too, other.user_id)
            await one.hears("user_left", user_id=other.user_id)
    assert marker.karma() == another.karma() == 50


async def test_who_comes_for_one_is_told_by_the_other(pair: Pair) -> None:
    """Contract: 8.9, also of a hold that another process takes over, and of lost news."""
    asker, marker, another = sign_up_people(pair.one, 3)
    event_id = create_event(marker)
    async with (
        at(asker, pair.two).opens("mark_me", f"{event_id}&news=1") as waits,
        marker.opens("marking", event_id) as one,
        at(another, pair.two).opens("marking", event_id) as two,
    ):
        for wire in (one, two):
            await wire.hears("marking_list", marking_list=[asker.user_id])
        asked_at = time.monotonic()
        await one.asks("prepare_to_mark", user_id=asker.user_id)
        assert (await held_with_a_name(waits))["user"]["user_id"] == marker.user_id
        await one.asks("refuse_to_mark")
        await next_of(waits, "let_go")
        assert time.monotonic() - asked_at < TOLD_SECONDS
        await two.hears("user_left")
        await two.hears("user_joined")
        await two.asks("prepare_to_mark", user_id=asker.user_id)
        assert (await held_with_a_name(waits))["user"]["user_id"] == another.user_id
        async with pair.notifier_away():
            asked_at = time.monotonic()
            await two.asks("refuse_to_mark")
            await next_of(waits, "let_go")
            frame = await one.asks("prepare_to_mark", user_id=asker.user_id)
            while frame["message"] != "prepared":
                frame = await one.heard()
            assert (await held_with_a_name(waits))["user"]["user_id"] == marker.user_id
            assert time.monotonic() - asked_at < READ_AGAIN_SECONDS
        await one.asks("confirm_marking")
        await next_of(waits, "was_marked")


async def test_who_marks_at_the_other_is_counted(pair: Pair) -> None:
    """Contract: 6.16, right within 7 s."""
    asker, marker = sign_up_people(pair.one, 2)
    event_id = create_event(marker)
    async with at(asker, pair.two).opens("mark_me", f"{event_id}&news=1") as waits:
        assert (await next_of(waits, "your_place"))["markers"] == 0
        async with marker.opens("marking", event_id):
            opened_at = time.monotonic()
            assert await next_of(waits, "your_place") == {"place": 1, "waiting": 1, "markers": 1}
            assert time.monotonic() - opened_at < 7
        closed_at = time.monotonic()
        assert (await next_of(waits, "your_place"))["markers"] == 0
        assert time.monotonic() - closed_at < 7


async def next_of(wire: Wire, message: str) -> dict[str, Any]:
    """What the next frame of this name says."""
    while (frame := await wire.heard())["message"] != message:
        pass
    params: dict[str, Any] = frame["params"]
    return params


async def held_with_a_name(wire: Wire) -> dict[str, Any]:
    """The next word of a hold that says who it is; the first may not, of a marker far away."""
    while "user" not in (held := await next_of(wire, "held")):
        pass
    return held


@pytest.mark.parametrize("meet", MEETINGS, ids=lambda meet: meet.__name__)
async def test_who_corrects_at_both_meets(pair: Pair, meet: Meeting) -> None:
    await meet(pair)


async def test_it_is_killed_and_comes_back(pair: Pair) -> None:
    await check_that_they_meet_later_without_their_notifier(pair)


async def test_a_process_has_one_connection_for_it(pair: Pair) -> None:
    connection = await asyncpg.connect(pair.notifier.url)
    names = await connection.fetch(
        "SELECT application_name FROM pg_stat_activity"
        " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    await connection.close()
    assert [each["application_name"] for each in names] == [
        NOTIFIER_APPLICATION,
        NOTIFIER_APPLICATION,
    ]
