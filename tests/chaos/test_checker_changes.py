"""Planted histories of changed events: who marks though left out, what is ended early, or lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.chaos.tale import (
    ANNA,
    ANNA_SOCKET,
    BORIS,
    CREATOR,
    GLEB,
    GLEB_SOCKET,
    HELPER,
    VERA,
    VERA_SOCKET,
    Tale,
)


def closes_left_out(tale: Tale, socket: int, person: int) -> None:
    """Closes their socket, as of one who may not mark any more."""
    frame = {"result": "error", "message": "no", "params": {"code": "may_not_mark"}}
    tale.add("heard", person, socket, frame=frame, answers=None, marked_person=None)
    tale.add("closed", person, socket, code=4403)


class TestWhoMarks:
    @pytest.mark.parametrize(("who", "marker"), [("organisers", VERA), ("confirmed", GLEB)])
    def test_a_mark_by_one_who_is_left_out(self, tale: Tale, who: str, marker: int) -> None:
        tale.changes(CREATOR, who_marks=who)
        if who == "organisers":
            tale.calls(CREATOR, "AddHelper", user_id=HELPER)
            tale.kept_event = replace(tale.kept_event, helpers=(HELPER,))
        socket = VERA_SOCKET if marker == VERA else GLEB_SOCKET
        tale.prepares(marker, socket, ANNA)
        tale.confirms(marker, socket, ANNA)
        tale.learns_of_mark(ANNA, ANNA_SOCKET, marker)
        broken = tale.broken_rules()
        assert ("the_left_out_mark_nobody" in broken) == (marker == GLEB)

    def test_a_mark_by_one_with_the_tick(self, tale: Tale) -> None:
        tale.changes(CREATOR, who_marks="confirmed")
        closes_left_out(tale, GLEB_SOCKET, GLEB)
        tale.prepares(VERA, VERA_SOCKET, ANNA)
        tale.confirms(VERA, VERA_SOCKET, ANNA)
        tale.learns_of_mark(ANNA, ANNA_SOCKET, VERA)
        assert tale.broken_rules() == set()

    def test_a_mark_once_everybody_may_again(self, tale: Tale) -> None:
        tale.changes(CREATOR, who_marks="organisers")
        tale.changes(CREATOR, who_marks="everybody")
        tale.prepares(GLEB, GLEB_SOCKET, ANNA)
        tale.hears(VERA, VERA_SOCKET, "user_left", user_id=ANNA)
        tale.confirms(GLEB, GLEB_SOCKET, ANNA)
        tale.learns_of_mark(ANNA, ANNA_SOCKET, GLEB)
        assert tale.broken_rules() == set()

    @pytest.mark.parametrize(
        ("narrowed", "broken"), [(True, set()), (False, {"the_left_out_mark_nobody"})]
    )
    def test_one_who_is_refused(self, tale: Tale, narrowed: bool, broken: set[str]) -> None:
        if narrowed:
            tale.changes(CREATOR, who_marks="organisers", status=0)
            tale.kept_event = replace(tale.kept_event, who_marks="everybody")
        tale.refuses(
            GLEB, GLEB_SOCKET, tale.says(GLEB, GLEB_SOCKET, "prepare_to_mark", ANNA), "may_not_mark"
        )
        assert tale.broken_rules() == broken

    @pytest.mark.parametrize(
        ("closes", "broken"), [(True, set()), (False, {"the_left_out_are_closed"})]
    )
    def test_one_who_still_sits_there(self, tale: Tale, closes: bool, broken: set[str]) -> None:
        tale.changes(CREATOR, who_marks="confirmed")
        if closes:
            closes_left_out(tale, GLEB_SOCKET, GLEB)
        tale.calm([ANNA, BORIS])
        assert tale.broken_rules() == broken

    def test_a_hold_of_one_who_is_left_out_may_be_another_s(self, tale: Tale) -> None:
        tale.prepares(GLEB, GLEB_SOCKET, ANNA)
        tale.changes(CREATOR, who_marks="confirmed")
        closes_left_out(tale, GLEB_SOCKET, GLEB)
        tale.prepares(VERA, VERA_SOCKET, ANNA)
        assert tale.broken_rules() == set()


class TestChanges:
    @pytest.mark.parametrize("field", ["name", "time_to", "who_marks"])
    def test_a_change_that_is_lost(self, tale: Tale, field: str) -> None:
        before = tale.kept_event
        given: dict[str, Any] = {"name": "Seminar", "time_to": 6000, "who_marks": "confirmed"}
        tale.changes(CREATOR, **{field: given[field]})
        tale.kept_event = before
        assert tale.broken_rules() == {"changes_are_kept"}

    def test_the_last_of_two_changes(self, tale: Tale) -> None:
        tale.changes(CREATOR, name="Seminar")
        tale.changes(CREATOR, name="Colloquium")
        assert tale.broken_rules() == set()
        tale.kept_event = replace(tale.kept_event, name="Seminar")
        assert tale.broken_rules() == {"changes_are_kept"}

    def test_a_change_without_an_answer(self, tale: Tale) -> None:
        before = tale.kept_event
        tale.changes(CREATOR, name="Seminar", status=0)
        assert tale.broken_rules() == set()
        tale.kept_event = before
        assert tale.broken_rules() == set()

    @pytest.mark.parametrize("name", ["AddHelper", "RemoveHelper"])
    def test_a_helper_that_is_lost(self, tale: Tale, name: str) -> None:
        tale.calls(CREATOR, name, user_id=HELPER)
        tale.kept_event = replace(tale.kept_event, helpers=() if name == "AddHelper" else (HELPER,))
        assert tale.broken_rules() == {"changes_are_kept"}


class TestEnds:
    def test_an_event_that_was_prolonged_is_said_to_be_over(self, tale: Tale) -> None:
        tale.changes(CREATOR, time_to=6000)
        tale.now += 10
        tale.add("closed", ANNA, ANNA_SOCKET, code=4410)
        assert tale.broken_rules() == {"nobody_is_ended_early"}

    def test_an_event_is_over_as_it_is_prolonged(self, tale: Tale) -> None:
        tale.changes(CREATOR, time_to=6000)
        tale.add("closed", ANNA, ANNA_SOCKET, code=4410)
        assert tale.broken_rules() == set()

    def test_a_shorter_event_goes_on(self, tale: Tale) -> None:
        tale.changes(CREATOR, time_to=int(tale.now) + 3)
        tale.now += 20
        tale.add("lag", seconds=0.2)
        assert tale.broken_rules() == {"the_ended_are_closed"}
