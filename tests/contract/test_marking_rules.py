"""Who may mark whom, and what a mark is: rules 1 to 5. Contract: 6."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from attendance_core.marking.places import Held, Marked
from attendance_core.vocabulary import EventId
from tests.support.eventually import eventually
from tests.support.houses import asker_and_marker
from tests.support.houses import house_in_folder as house
from tests.support.live_house import House, Visitor
from tests.support.wires import Wire

__all__ = ["house"]
pytestmark = pytest.mark.asyncio(loop_scope="module")

PAUSE_SECONDS = 0.1  # in which a deadline would have moved


async def the_mark(house: House, event_id: EventId, asker: Visitor) -> Marked:
    state = await house.state_of(event_id, asker)
    assert isinstance(state, Marked)
    return state


class TestRule1OneMarkOneHold:
    async def test_of_twelve_markers_with_four_sockets_each_who_choose_at_once_one_holds(
        self, house: House
    ) -> None:
        asker, *markers = await house.add_people(13)
        event_id = await house.create_event(asker)
        await asker.mark_me(event_id)
        wires = [await each.comes_to_mark(event_id) for each in markers for _ in range(4)]
        for wire in wires:
            await wire.says("prepare_to_mark", user_id=asker.user_id)
        answers = [await answer_of(wire) for wire in wires]
        prepared = [n for n, each in enumerate(answers) if each["message"] == "prepared"]
        # the four sockets of the one who holds may each be told so
        assert len({n // 4 for n in prepared}) == 1
        refused = [each for each in answers if each["result"] == "error"]
        assert len(refused) == len(wires) - len(prepared)
        assert {each["params"]["code"] for each in refused} == {"taken"}

    async def test_one_who_is_marked_is_never_marked_again(self, house: House) -> None:
        event_id, asker, marker, _, marking = await asker_and_marker(house)
        (other,) = await house.add_people(1)
        late = await other.comes_to_mark(event_id)
        await marking.asks("prepare_to_mark", user_id=asker.user_id)
        await late.hears("user_left", user_id=asker.user_id)
        await marking.asks("confirm_marking")
        await late.asks_and_is_refused("already_marked", "prepare_to_mark", user_id=asker.user_id)
        await marking.asks_and_is_refused(
            "already_marked", "prepare_to_mark", user_id=asker.user_id
        )
        assert (await the_mark(house, event_id, asker)).marker == marker.user_id

    async def test_a_marker_holds_one_person_on_all_their_sockets(self, house: House) -> None:
        event_id, asker, marker, _, marking = await asker_and_marker(house)
        (second,) = await house.add_people(1)
        await second.mark_me(event_id)
        await marking.hears("user_joined", user_id=second.user_id)
        await marking.asks("prepare_to_mark", user_id=asker.user_id)
        await marking.asks_and_is_refused(
            "already_holding", "prepare_to_mark", user_id=second.user_id
        )
        elsewhere = await marker.comes_to_mark(event_id)
        await elsewhere.hears("prepared", user_id=asker.user_id)
        await elsewhere.asks_and_is_refused(
            "already_holding", "prepare_to_mark", user_id=second.user_id
        )


class TestRule2NobodyMarksThemselves:
    async def test_oneself_is_refused(self, house: House) -> None:
        _, _, marker, _, marking = await asker_and_marker(house)
        await marking.asks_and_is_refused("yourself", "prepare_to_mark", user_id=marker.user_id)

    async def test_one_who_begins_to_wait_elsewhere_cannot_choose(self, house: House) -> None:
        event_id, asker, marker, _, marking = await asker_and_marker(house)
        await marker.mark_me(event_id)
        await marking.asks_and_is_refused(
            "you_are_waiting", "prepare_to_mark", user_id=asker.user_id
        )
        assert marker.user_id not in marking.listed
        await marking.hears_nothing()

    async def test_having_left_the_list_one_may_mark(self, house: House) -> None:
        event_id, asker, _, waiting, _ = await asker_and_marker(house)
        await waiting.says_goodbye()
        await eventually(lambda: has_no_state(house, event_id, asker))
        await (await asker.marking(event_id)).hears("marking_list", marking_list=[])

    async def test_having_been_marked_one_may_mark(self, house: House) -> None:
        event_id, asker, _, waiting, marking = await asker_and_marker(house)
        await marking.asks("prepare_to_mark", user_id=asker.user_id)
        await marking.asks("confirm_marking")
        await waiting.hears("was_marked")
        await (await asker.marking(event_id)).hears("marking_list", marking_list=[])

    async def test_while_one_is_held_one_cannot_mark(self, house: House) -> None:
        event_id, asker, _, _, marking = await asker_and_marker(house)
        await marking.asks("prepare_to_mark", user_id=asker.user_id)
        wire = await asker.marking(event_id)
        assert await wire.turns_away() == ("you_are_waiting", 4409)


class TestRule3AMarkIsStoredFirst:
    async def test_it_is_in_the_ledger_when_anybody_hears_of_it(self, house: House) -> None:
        event_id, asker, marker, waiting, marking = await asker_and_marker(house)
        await marking.asks("prepare_to_mark", user_id=asker.user_id)
        await marking.says("confirm_marking")
        await waiting.hears("was_marked", user_id=marker.user_id)
        mark = await the_mark(house, event_id, asker)
        assert (mark.marker, mark.n) == (marker.user_id, 1)
        assert await house.karma(marker) == 50

    @pytest.mark.parametrize(
        ("language", "words"), [("en", ["50", "karma"]), ("ru", ["50", "карм"])]
    )
    async def test_the_marker_is_told_in_their_language_what_it_pays(
        self, house: House, language: str, words: list[str]
    ) -> None:
        event_id, asker, marker, _, _ = await asker_and_marker(house)
        marking = await marker.marking(event_id, Accept_Language=language)
        await marking.hears("marking_list")
        await marking.asks("prepare_to_mark", user_id=asker.user_id)
        frame = await marking.asks("confirm_marking")
        assert all(word in frame["params"]["display_msg"] for word in words)
        again = await marking.asks("confirm_marking", user_id=asker.user_id)
        text = again["params"]["display_msg"]
        assert text and not any(word in text for word in words)  # Contract: 6.5


class TestRule4OnlyTheMarkedIsTold:
    async def test_on_every_socket_of_theirs_and_on_nobody_elses(self, house: House) -> None:
        event_id, asker, marker, waiting, marking = await asker_and_marker(house)
        other = await (await house.add_person()).mark_me(event_id)
        second = await asker.mark_me(event_id)
        await marking.hears("user_joined")
        await marking.asks("prepare_to_mark", user_id=asker.user_id)
        await marking.asks("confirm_marking")
        for wire in (waiting, second):
            await wire.hears("was_marked", user_id=marker.user_id)
            assert await wire.close_code() == 1000
        await other.hears_nothing()

    async def test_one_who_was_away_is_told_at_coming_back(self, house: House) -> None:
        event_id, asker, marker, waiting, marking = await asker_and_marker(house)
        await marking.asks("prepare_to_mark", user_id=asker.user_id)
        waiting.cut()
        await marking.asks("confirm_marking")
        back = await asker.mark_me(event_id)
        await back.hears("was_marked", user_id=marker.user_id)
        assert await back.close_code() == 1000


class TestRule5ConfirmAndRefuse:
    async def test_holding_nobody(self, house: House) -> None:
        _, asker, _, _, marking = await asker_and_marker(house)
        for message in ("confirm_marking", "refuse_to_mark"):
            await marking.asks_and_is_refused("nobody_held", message)
            await marking.asks_and_is_refused("nobody_held", message, user_id=asker.user_id)

    async def test_the_id_given_is_the_person_held(self, house: House) -> None:
        event_id, asker, _, _, marking = await asker_and_marker(house)
        await marking.asks("prepare_to_mark", user_id=str(asker.user_id))
        for message in ("confirm_marking", "refuse_to_mark"):
            await marking.asks_and_is_refused("not_held", message, user_id=asker.user_id + 1000)
        assert isinstance(await house.state_of(event_id, asker), Held)
        frame = await marking.asks("confirm_marking", user_id=asker.user_id)
        assert frame["message"] == "marked"

    async def test_confirming_again_answers_again_and_changes_nothing(self, house: House) -> None:
        event_id, asker, marker, _, marking = await asker_and_marker(house)
        (second,) = await house.add_people(1)
        await second.mark_me(event_id)
        await marking.hears("user_joined")
        await marking.asks("prepare_to_mark", user_id=asker.user_id)
        first = await marking.asks("confirm_marking", user_id=asker.user_id)
        again = await marking.asks("confirm_marking", user_id=asker.user_id)
        assert again["message"] == first["message"] == "marked"
        await marking.asks("prepare_to_mark", user_id=second.user_id)
        assert await marking.asks("confirm_marking", user_id=asker.user_id) == again
        other = await marker.comes_to_mark(event_id)
        await other.hears("prepared", user_id=second.user_id)
        assert await other.asks("confirm_marking", user_id=asker.user_id) == again
        assert await house.karma(marker) == 50
        assert isinstance(await house.state_of(event_id, second), Held)

    async def test_after_a_choice_that_was_refused_nobody_is_confirmed(self, house: House) -> None:
        """A confirm without an id is of the person held, and never of the one before."""
        event_id, asker, marker, _, marking = await asker_and_marker(house)
        second, another = await house.add_people(2)
        await second.mark_me(event_id)
        await marking.hears("user_joined")
        await marking.asks("prepare_to_mark", user_id=asker.user_id)
        await marking.asks("confirm_marking")
        elsewhere = await another.comes_to_mark(event_id)
        await elsewhere.asks("prepare_to_mark", user_id=second.user_id)
        await marking.hears("user_left", user_id=second.user_id)
        await marking.asks_and_is_refused("taken", "prepare_to_mark", user_id=second.user_id)
        await marking.asks_and_is_refused("nobody_held", "confirm_marking")
        await marking.asks_and_is_refused("not_waiting", "prepare_to_mark", user_id=another.user_id)
        await marking.asks_and_is_refused("nobody_held", "confirm_marking")
        held = await house.state_of(event_id, second)
        assert isinstance(held, Held) and held.marker == another.user_id
        assert await house.state_of(event_id, another) is None
        assert await house.karma(marker) == 50

    async def test_choosing_again_does_not_move_the_deadline(self, house: House) -> None:
        event_id, asker, _, _, marking = await asker_and_marker(house)
        first = await marking.asks("prepare_to_mark", user_id=asker.user_id)
        held = await house.state_of(event_id, asker)
        await asyncio.sleep(PAUSE_SECONDS)
        again = await marking.asks("prepare_to_mark", user_id=asker.user_id)
        assert again["message"] == "prepared"
        assert again["params"]["expires_in"] <= first["params"]["expires_in"] - PAUSE_SECONDS
        assert await house.state_of(event_id, asker) == held

    async def test_one_held_by_another_is_taken(self, house: House) -> None:
        event_id, asker, _, _, marking = await asker_and_marker(house)
        other = await (await house.add_person()).comes_to_mark(event_id)
        await marking.asks("prepare_to_mark", user_id=asker.user_id)
        await other.hears("user_left", user_id=asker.user_id)
        await other.asks_and_is_refused("taken", "prepare_to_mark", user_id=asker.user_id)

    @pytest.mark.parametrize("user_id", [987654321, 2**63 - 1])
    async def test_one_who_does_not_wait(self, house: House, user_id: int) -> None:
        _, _, _, _, marking = await asker_and_marker(house)
        await marking.asks_and_is_refused("not_waiting", "prepare_to_mark", user_id=user_id)


async def answer_of(wire: Wire) -> dict[str, Any]:
    """Waits for the answer of its own command, behind what it hears of others."""
    while (frame := await wire.heard())["message"] in {"user_left", "user_joined"}:
        pass
    return frame


async def has_no_state(house: House, event_id: EventId, visitor: Visitor) -> bool:
    return await house.state_of(event_id, visitor) is None
