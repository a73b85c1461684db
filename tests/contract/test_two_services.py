"""Two services over one PostgreSQL and one Valkey: what each does, and loses, the other knows.

Contract: 6.4, 6.9 and 6.13.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from tests.support import wires
from tests.support.corrections_at_two_services import MEETINGS, Meeting
from tests.support.eventually import eventually
from tests.support.gathering import gathering
from tests.support.killable_servers import Valkey
from tests.support.people import create_event, marks, sign_up_people
from tests.support.race import MARKER_COUNT, ROUNDS, race
from tests.support.service_process import COMMAND, GRACE_SECONDS, LEASE_SECONDS, PATIENCE_SECONDS
from tests.support.two_services import (
    READ_AGAIN_SECONDS,
    TOLD_SECONDS,
    Pair,
    a_pair_over_valkey,
    at,
    check_that_they_meet_later_without_their_notifier,
    heard_until_closed,
    stalled,
)
from tests.support.wires import Ended

pytestmark = pytest.mark.long

LAUNCHER = str(Path(__file__).parents[1] / "chaos" / "launcher.py")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory, postgres_server: str) -> Iterator[Pair]:
    # The lease is longer, so it is what the people of a dead process wait for
    settings = {"ATTENDANCE_GRACE_SECONDS": str(GRACE_SECONDS)}
    folder = tmp_path_factory.mktemp("pair")
    with a_pair_over_valkey(folder, postgres_server, settings) as started:
        yield started


class TestMarking:
    async def test_one_killed_in_the_middle_loses_nothing(self, pair: Pair) -> None:
        with pair.third("killed", COMMAND) as dies:
            marked, held, asker, marker = sign_up_people(pair.one, 4)
            event_id = create_event(marker)
            async with (
                at(marked, dies).opens("mark_me", event_id) as marked_waits,
                at(held, dies).opens("mark_me", event_id) as held_waits,
                at(marker, pair.two).opens("marking", event_id) as marking,
            ):
                await marking.hears("marking_list", marking_list=[marked.user_id, held.user_id])
                async with asker.opens("mark_me", event_id) as waits:
                    await marking.hears("user_joined", user_id=asker.user_id)
                    await marks(marking, waits, asker.user_id)
                await marks(marking, marked_waits, marked.user_id)
                await marking.asks("prepare_to_mark", user_id=held.user_id)
                await marking.says("confirm_marking")
                dies.kill()
                assert (await marking.heard())["message"] == "marked"
                with suppress(Ended):  # it may have been told before it died, or not
                    while True:
                        await held_waits.heard()
            for person in (marked, held, asker):
                async with person.opens("mark_me", event_id) as again:
                    await again.hears("was_marked", user_id=marker.user_id)
            assert marker.karma() == 150

    async def test_they_meet_without_valkey_too_only_later(self, pair: Pair) -> None:
        await check_that_they_meet_later_without_their_notifier(pair)

    async def test_of_fifty_markers_at_both_one_gets_the_person(self, pair: Pair) -> None:
        among = await gathering(pair.settings["ATTENDANCE_DATABASE_URL"], MARKER_COUNT + 1)
        found = await race([pair.one, pair.two], among, ROUNDS)
        assert found.rounds_by_winners == {1: ROUNDS}
        # Who won the round before may ask before this one is won: contract 6.19
        assert found.codes.keys() <= {"taken", "too_soon"}
        assert found.codes.total() == ROUNDS * (MARKER_COUNT - 1)


class TestLosses:
    async def test_of_one_that_stalled_the_other_ends_everything_and_nothing_is_made_up(
        self, pair: Pair, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(wires, "PATIENCE_SECONDS", LEASE_SECONDS + 5)
        asker, held, marker, other = sign_up_people(pair.one, 4)
        event_id = create_event(other)
        lost_before = pair.metrics()[0].value("leases_lost_total")
        async with (
            asker.opens("mark_me", event_id) as waiting,
            at(held, pair.two).opens("mark_me", event_id) as held_wire,
            marker.opens("marking", event_id) as holding,
            at(other, pair.two).opens("marking", event_id) as watching,
        ):
            both = [asker.user_id, held.user_id]
            assert (await holding.heard())["params"]["marking_list"] == both
            assert (await watching.heard())["params"]["marking_list"] == both
            await holding.asks("prepare_to_mark", user_id=held.user_id)
            await watching.hears("user_left", user_id=held.user_id)
            with stalled(pair.one):
                stopped_at = time.monotonic()
                await holding.says("confirm_marking", user_id=held.user_id)
                while watching.listed != [held.user_id]:
                    await watching.heard()
                assert time.monotonic() - stopped_at < LEASE_SECONDS + 5
            assert await heard_until_closed(waiting) == ([], 1012)
            told, code = await heard_until_closed(holding)
            assert "marked" not in told and code == 1012
            await held_wire.hears_nothing()
            assert at(held, pair.two).state(event_id, at(other, pair.two)) == "waiting"
        assert marker.karma() == 0
        await eventually(lambda: pair.metrics()[0].value("leases_lost_total") == lost_before + 1)
        assert pair.metrics()[1].value("leases_lost_total") == 0

    @pytest.mark.parametrize("point", ["after_commit", "before_reply"])
    async def test_one_that_dies_at_a_mark_leaves_the_marked_of_the_other_told(
        self, pair: Pair, point: str
    ) -> None:
        with pair.third(point, [COMMAND[0], LAUNCHER, "0", "1", point]) as dies:
            asker, marker = sign_up_people(pair.one, 2)
            event_id = create_event(marker)
            async with (
                asker.opens("mark_me", event_id) as waiting,
                at(marker, dies).opens("marking", event_id) as marking,
            ):
                await marking.hears("marking_list")
                await marking.asks("prepare_to_mark", user_id=asker.user_id)
                await marking.says("confirm_marking", user_id=asker.user_id)
                confirmed_at = time.monotonic()
                assert await marking.close_code() == 1006  # its marker was told nothing
                await waiting.hears("was_marked", user_id=marker.user_id)
                assert time.monotonic() - confirmed_at < READ_AGAIN_SECONDS
            assert dies.process.wait(PATIENCE_SECONDS) == -signal.SIGKILL
        async with marker.opens("marking", event_id) as again:
            await again.hears("marking_list", marking_list=[])
            frame = await again.asks("confirm_marking", user_id=asker.user_id)
            assert frame["message"] == "marked"
        assert marker.karma() == 50


ENDINGS: dict[str, tuple[Any, tuple[str, int]]] = {
    "delete": (
        lambda asker, marker, event_id: marker.browser.post(
            "/api/events/DeleteEvent", event_id=event_id
        ),
        ("event_over", 4410),
    ),
    "leave": (
        lambda asker, marker, event_id: asker.browser.post(
            "/api/events/LeaveEvent", event_id=event_id
        ),
        ("left_event", 4403),
    ),
    "log out": (
        lambda asker, marker, event_id: asker.browser.post("/accounts/logout/"),
        ("not_logged_in", 4401),
    ),
}


class TestEndings:
    async def test_what_ends_at_one_closes_the_sockets_of_the_other_at_once(
        self, pair: Pair
    ) -> None:
        await asyncio.gather(*(self.ends(pair, each, TOLD_SECONDS) for each in ENDINGS))

    async def test_without_valkey_they_are_closed_within_five_seconds(self, pair: Pair) -> None:
        async with pair.notifier_away():
            await asyncio.gather(*(self.ends(pair, each, READ_AGAIN_SECONDS) for each in ENDINGS))

    async def ends(self, pair: Pair, kind: str, within: float) -> None:
        """One event with an asker and its marker at the second service, ended at the first."""
        end, codes = ENDINGS[kind]
        asker, marker = await asyncio.to_thread(sign_up_people, pair.one, 2)
        event_id = await asyncio.to_thread(create_event, marker)
        async with (
            at(asker, pair.two).opens("mark_me", event_id) as waiting,
            at(marker, pair.two).opens("marking", event_id) as marking,
        ):
            await marking.hears("marking_list", marking_list=[asker.user_id])
            asked_at = time.monotonic()
            await asyncio.to_thread(end, asker, marker, event_id)
            assert await waiting.turns_away() == codes
            if kind == "delete":
                assert await marking.turns_away() == codes
            else:
                await marking.hears("user_left", user_id=asker.user_id)
            assert time.monotonic() - asked_at < within


class TestOrganisers:
    """Contract: 8.5, 8.6."""

    async def test_what_they_change_at_one_is_followed_at_the_other_at_once(
        self, pair: Pair
    ) -> None:
        await asyncio.gather(self.narrows(pair, TOLD_SECONDS), self.shortens(pair, TOLD_SECONDS))

    async def test_without_valkey_it_is_followed_within_five_seconds(self, pair: Pair) -> None:
        async with pair.notifier_away():
            await asyncio.gather(
                self.narrows(pair, READ_AGAIN_SECONDS), self.shortens(pair, READ_AGAIN_SECONDS)
            )

    async def narrows(self, pair: Pair, within: float) -> None:
        """A helper holds somebody at the second service, and helps no more by the first's word."""
        creator, helper, asker = await asyncio.to_thread(sign_up_people, pair.one, 3)
        event_id = await asyncio.to_thread(create_event, creator)
        change = creator.browser.post
        helper_in_event = {"event_id": event_id, "user_id": helper.user_id}
        await asyncio.to_thread(change, "/api/events/AddHelper", **helper_in_event)
        narrow = {"event_id": event_id, "who_marks": "organisers"}
        await asyncio.to_thread(change, "/api/events/UpdateEvent", **narrow)
        async with (
            at(asker, pair.two).opens("mark_me", event_id),
            creator.opens("marking", event_id) as creator_wire,
            at(helper, pair.two).opens("marking", event_id) as marking,
        ):
            message = ""
            while message != "marking_list" or not creator_wire.listed:
                message = (await creator_wire.heard())["message"]
            await marking.hears("marking_list", marking_list=[asker.user_id])
            await marking.asks("prepare_to_mark", user_id=asker.user_id)
            await creator_wire.hears("user_left", user_id=asker.user_id)
            asked_at = time.monotonic()
            await asyncio.to_thread(change, "/api/events/RemoveHelper", **helper_in_event)
            frame = await marking.heard()
            while frame["result"] == "ok":
                assert frame["message"] == "reservation_expired"
                frame = await marking.heard()
            assert frame["params"]["code"] == "may_not_mark"
            assert await marking.close_code() == 4403
            await creator_wire.hears("user_joined", user_id=asker.user_id)
            assert time.monotonic() - asked_at < within

    async def shortens(self, pair: Pair, within: float) -> None:
        """People wait at the second service for an event that the first lets end."""
        creator, asker = await asyncio.to_thread(sign_up_people, pair.one, 2)
        event_id = await asyncio.to_thread(create_event, creator)
        async with at(asker, pair.two).opens("mark_me", event_id) as waiting:
            assert (await waiting.asks("ping"))["message"] == "pong"
            ends_at = int(time.time()) + 2
            earlier_end = {"event_id": event_id, "time_to": ends_at}
            await asyncio.to_thread(creator.browser.post, "/api/events/UpdateEvent", **earlier_end)
            assert await waiting.turns_away() == ("event_over", 4410)
            assert 0 <= time.time() - ends_at < within


class TestCorrections:
    """Contract: 8.5 to 8.7."""

    @pytest.mark.parametrize("meet", MEETINGS, ids=lambda meet: meet.__name__)
    async def test_of_both_one_is_first(self, pair: Pair, meet: Meeting) -> None:
        await meet(pair)


class TestConnections:
    async def test_a_process_has_one_to_valkey(self, pair: Pair) -> None:
        assert isinstance(pair.notifier, Valkey)
        async with Redis(port=pair.notifier.port) as client:
            me = await client.client_id()
            others = [each for each in await client.client_list() if int(each["id"]) != me]
        assert len(others) == 2
