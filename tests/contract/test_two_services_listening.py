"""Two services that tell each other by PostgreSQL's LISTEN and NOTIFY, and no Redis anywhere."""

from __future__ import annotations

import time
from collections.abc import Iterator

import asyncpg
import pytest

from tests.support.killable_servers import a_postgres
from tests.support.people import an_event, marks, people
from tests.support.postgres import a_database
from tests.support.two_services import (
    TOLD_SECONDS,
    Pair,
    a_pair,
    at,
    meet_without_their_notifier_only_later,
)

NOTIFIER = "attendance-notifier"


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory, postgres_server: str) -> Iterator[Pair]:
    """What carries announcements is a server of its own, that may be killed."""
    folder = tmp_path_factory.mktemp("pair")
    with a_postgres() as notifier, a_database(postgres_server) as url:
        address = url.render_as_string(hide_password=False)
        with a_pair(folder, notifier, {"ATTENDANCE_DATABASE_URL": address}) as started:
            yield started


async def test_people_on_either_mark_people_on_the_other(pair: Pair) -> None:
    asker, other, marker, another = people(pair.one, 4)
    event_id = an_event(marker)
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
            asked = time.monotonic()
            for wire in (one, two):
                heard = {(await wire.hears("user_joined"))["params"]["user_id"] for _ in range(2)}
                assert heard == {asker.user_id, other.user_id}
            assert time.monotonic() - asked < TOLD_SECONDS
            await marks(one, waits, asker.user_id)
            await two.hears("user_left", user_id=asker.user_id)
            await marks(two, waits_too, other.user_id)
            await one.hears("user_left", user_id=other.user_id)
    assert marker.karma() == another.karma() == 50


async def test_it_is_killed_and_comes_back(pair: Pair) -> None:
    await meet_without_their_notifier_only_later(pair)


async def test_a_process_has_one_connection_for_it(pair: Pair) -> None:
    asks = await asyncpg.connect(pair.notifier.url)
    names = await asks.fetch(
        "SELECT application_name FROM pg_stat_activity"
        " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    await asks.close()
    assert [each["application_name"] for each in names] == [NOTIFIER, NOTIFIER]
