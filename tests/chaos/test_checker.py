"""The checker finds each fault that is planted in a history, and none in a good one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.checker import RULES, lost, told_of
from tests.chaos.lives import Lives
from tests.chaos.tale import (
    ANNA,
    ANNA_SOCKET,
    BORIS,
    BORIS_SOCKET,
    EVENT,
    EXTRA_SOCKET,
    GLEB,
    GLEB_SOCKET,
    HOLD_SECONDS,
    LINKS,
    VERA,
    VERA_SOCKET,
    Tale,
)


def test_a_good_history_breaks_no_rule(marked: Tale) -> None:
    marked.prepares(GLEB, GLEB_SOCKET, BORIS)
    marked.hears(VERA, VERA_SOCKET, "user_left", user_id=BORIS)
    marked.opens(ANNA, "mark_me", EXTRA_SOCKET)
    marked.learns_of_mark(ANNA, EXTRA_SOCKET, VERA)
    marked.calm([], {str(BORIS): GLEB})
    assert marked.broken_rules() == set()


class TestMarks:
    def test_told_marked_and_nothing_is_kept(self, tale: Tale) -> None:
        tale.prepares(VERA, VERA_SOCKET, ANNA)
        tale.confirms(VERA, VERA_SOCKET, ANNA)
        tale.ledger = []
        assert tale.broken_rules() == {"no_marked_without_a_mark"}

    def test_told_marked_of_a_mark_that_another_made(self, marked: Tale) -> None:
        number = marked.says(GLEB, GLEB_SOCKET, "confirm_marking", ANNA)
        marked.hears(GLEB, GLEB_SOCKET, "marked", number, marked_person=ANNA, user_id=ANNA, n=1)
        assert "no_marked_without_a_mark" in marked.broken_rules()

    def test_was_marked_to_somebody_else(self, marked: Tale) -> None:
        marked.hears(BORIS, BORIS_SOCKET, "was_marked", user_id=VERA)
        assert marked.broken_rules() == {"only_the_marked_are_told"}

    def test_was_marked_names_another_marker(self, marked: Tale) -> None:
        marked.opens(ANNA, "mark_me", EXTRA_SOCKET)
        marked.learns_of_mark(ANNA, EXTRA_SOCKET, GLEB)
        assert marked.broken_rules() == {"only_the_marked_are_told"}

    def test_one_that_was_told_and_is_gone_at_the_end_of_the_run(self, marked: Tale) -> None:
        told = told_of(Lives(marked.items))
        assert told == {(EVENT, ANNA, 1)}
        assert lost(told, marked.ledger) == []
        assert len(lost(told, [])) == 1


class TestHolds:
    def test_two_holders_at_once(self, tale: Tale) -> None:
        tale.prepares(VERA, VERA_SOCKET, ANNA)
        tale.prepares(GLEB, GLEB_SOCKET, ANNA)
        assert tale.broken_rules() == {"one_holder"}

    def test_one_marker_holds_two(self, tale: Tale) -> None:
        tale.prepares(VERA, VERA_SOCKET, ANNA)
        tale.prepares(VERA, VERA_SOCKET, BORIS)
        assert tale.broken_rules() == {"one_holder"}

    def test_another_may_hold_after_a_refusal(self, tale: Tale) -> None:
        tale.prepares(VERA, VERA_SOCKET, ANNA)
        tale.hears(VERA, VERA_SOCKET, "refused", tale.says(VERA, VERA_SOCKET, "refuse_to_mark"))
        tale.prepares(GLEB, GLEB_SOCKET, ANNA)
        assert tale.broken_rules() == set()

    def test_another_may_hold_once_a_marker_is_cut_off(self, tale: Tale) -> None:
        tale.prepares(VERA, VERA_SOCKET, ANNA)
        tale.add("fault", kind="cut", link=LINKS[VERA_SOCKET])
        tale.prepares(GLEB, GLEB_SOCKET, ANNA)
        assert tale.broken_rules() == set()

    @pytest.mark.parametrize("call", ["LeaveEvent", "DeleteEvent"])
    @pytest.mark.parametrize("status", [200, 503])
    def test_another_may_hold_while_a_call_that_ends_it_is_under_way(
        self, tale: Tale, call: str, status: int
    ) -> None:
        tale.add("called", ANNA, 20, call=f"/api/events/{call}", worker=0)
        tale.prepares(VERA, VERA_SOCKET, ANNA)
        tale.prepares(GLEB, GLEB_SOCKET, ANNA)
        tale.add("answered", ANNA, 20, status=status, link=0)
        assert tale.broken_rules() == set()

    @pytest.mark.parametrize("call", ["LeaveEvent", "DeleteEvent"])
    def test_a_call_answered_before_a_hold_began_did_not_end_it(
        self, tale: Tale, call: str
    ) -> None:
        tale.add("called", ANNA, 20, call=f"/api/events/{call}", worker=0)
        tale.add("answered", ANNA, 20, status=200, link=0)
        tale.prepares(VERA, VERA_SOCKET, ANNA)
        tale.prepares(GLEB, GLEB_SOCKET, ANNA)
        assert "one_holder" in tale.broken_rules()

    def test_a_call_that_was_not_answered_may_be_carried_out_later(self, tale: Tale) -> None:
        tale.add("called", ANNA, 20, call="/api/events/LeaveEvent", worker=0)
        tale.add("answered", ANNA, 20, status=503, link=0)
        tale.prepares(VERA, VERA_SOCKET, ANNA)
        tale.prepares(GLEB, GLEB_SOCKET, ANNA)
        assert tale.broken_rules() == set()

    def test_a_mark_after_the_hold_ran_out(self, tale: Tale) -> None:
        tale.prepares(VERA, VERA_SOCKET, ANNA)
        tale.now += HOLD_SECONDS + 1
        tale.confirms(VERA, VERA_SOCKET, ANNA)
        tale.learns_of_mark(ANNA, ANNA_SOCKET, VERA)
        assert tale.broken_rules() == {"marks_come_from_live_holds"}

    def test_a_mark_after_the_hold_was_said_to_have_expired(self, tale: Tale) -> None:
        tale.prepares(VERA, VERA_SOCKET, ANNA)
        tale.hears(VERA, VERA_SOCKET, "reservation_expired", user_id=ANNA)
        tale.confirms(VERA, VERA_SOCKET, ANNA)
        tale.learns_of_mark(ANNA, ANNA_SOCKET, VERA)
        assert tale.broken_rules() == {"marks_come_from_live_holds"}

    def test_a_mark_after_the_person_was_given_back(self, tale: Tale) -> None:
        tale.prepares(VERA, VERA_SOCKET, ANNA)
        tale.hears(VERA, VERA_SOCKET, "refused", tale.says(VERA, VERA_SOCKET, "refuse_to_mark"))
        tale.confirms(VERA, VERA_SOCKET, ANNA)
        tale.learns_of_mark(ANNA, ANNA_SOCKET, VERA)
        assert tale.broken_rules() == {"marks_come_from_live_holds"}

    def test_a_mark_by_somebody_who_never_chose(self, tale: Tale) -> None:
        tale.prepares(VERA, VERA_SOCKET, ANNA)
        tale.confirms(GLEB, GLEB_SOCKET, ANNA)
        tale.learns_of_mark(ANNA, ANNA_SOCKET, GLEB)
        assert tale.broken_rules() == {"marks_come_from_live_holds"}

    def test_a_mark_after_the_end_of_the_event(self, marked: Tale) -> None:
        marked.ends_at = marked.ledger[0].at - 0.1
        assert marked.broken_rules() == {"marks_come_from_live_holds"}


class TestPeople:
    def test_one_who_waits_and_is_on_no_list(self, tale: Tale) -> None:
        tale.hears(VERA, VERA_SOCKET, "user_left", user_id=ANNA)
        tale.hears(GLEB, GLEB_SOCKET, "user_left", user_id=ANNA)
        tale.calm([BORIS])
        assert tale.broken_rules() == {"nobody_is_lost"}

    def test_one_who_was_cut_off_may_be_gone(self, tale: Tale) -> None:
        tale.hears(VERA, VERA_SOCKET, "user_left", user_id=ANNA)
        tale.hears(GLEB, GLEB_SOCKET, "user_left", user_id=ANNA)
        tale.add("fault", kind="cut", link=LINKS[ANNA_SOCKET])
        tale.calm([BORIS])
        assert tale.broken_rules() == set()

    def test_one_who_has_gone_and_is_listed_for_ever(self, tale: Tale) -> None:
        tale.add("closed", BORIS, BORIS_SOCKET, code=1006)
        tale.now += 30
        tale.calm([ANNA, BORIS])
        assert tale.broken_rules() == {"nobody_stays_who_has_gone"}

    def test_one_who_is_never_told(self, tale: Tale) -> None:
        tale.prepares(VERA, VERA_SOCKET, ANNA)
        tale.confirms(VERA, VERA_SOCKET, ANNA)
        tale.now += 6
        tale.add("lag", seconds=0.2)
        assert tale.broken_rules() == {"the_marked_learn_it"}

    def test_one_who_comes_back_and_is_not_told_at_once(self, marked: Tale) -> None:
        marked.opens(ANNA, "mark_me", EXTRA_SOCKET)
        marked.hears(ANNA, EXTRA_SOCKET, "pong", marked.says(ANNA, EXTRA_SOCKET, "ping"))
        marked.learns_of_mark(ANNA, EXTRA_SOCKET, VERA)
        assert marked.broken_rules() == {"the_marked_learn_it"}


class TestLists:
    @pytest.mark.parametrize("waiting", [[ANNA], [ANNA, BORIS, 5]])
    def test_a_list_that_differs_from_the_store(self, tale: Tale, waiting: list[int]) -> None:
        tale.add("closed", BORIS, BORIS_SOCKET, code=1006)
        tale.calm(waiting)
        assert tale.broken_rules() == {"lists_equal_the_store"}

    def test_a_list_may_differ_soon_after_a_process_died(self, tale: Tale) -> None:
        tale.add("closed", BORIS, BORIS_SOCKET, code=1006)
        tale.add("fault", kind="SIGKILL", worker=1)
        tale.add("calm")
        tale.add("look", waiting=[ANNA], held={})
        tale.now += 17
        for marker, socket in ((VERA, VERA_SOCKET), (GLEB, GLEB_SOCKET)):
            tale.hears(marker, socket, "user_left", user_id=BORIS)
        tale.now += 17
        tale.add("look", waiting=[ANNA], held={})
        assert tale.broken_rules() == set()

    def test_a_list_may_differ_from_what_has_just_changed(self, tale: Tale) -> None:
        tale.calm([ANNA, BORIS])
        tale.add("closed", BORIS, BORIS_SOCKET, code=1006)
        tale.add("look", waiting=[ANNA], held={})
        for marker, socket in ((VERA, VERA_SOCKET), (GLEB, GLEB_SOCKET)):
            tale.hears(marker, socket, "user_left", user_id=BORIS)
        assert tale.broken_rules() == set()

    @pytest.mark.parametrize(
        ("message", "person"), [("user_joined", ANNA), ("user_left", 5), ("marking_list", 0)]
    )
    def test_a_frame_that_cannot_be_true(self, tale: Tale, message: str, person: int) -> None:
        params = {"user_id": person} if person else {"marking_list": [ANNA, BORIS]}
        tale.hears(VERA, VERA_SOCKET, message, **params)
        assert tale.broken_rules() == {"lists_equal_the_store"}


class TestAnswers:
    @pytest.mark.parametrize(("status", "broken"), [(500, {"only_503"}), (503, set())])
    def test_a_call_that_is_answered_with_a_failure(
        self, tale: Tale, status: int, broken: set[str]
    ) -> None:
        tale.add("called", ANNA, 20, call="/api/events/JoinEvent", worker=0)
        tale.add("answered", ANNA, 20, status=status, link=0)
        assert tale.broken_rules() == broken

    def test_a_handshake_that_fails(self, tale: Tale) -> None:
        tale.add("opening", ANNA, EXTRA_SOCKET, role="mark_me", worker=0, link=5)
        tale.add("turned_away", ANNA, EXTRA_SOCKET, status=500)
        assert tale.broken_rules() == {"only_503"}

    def test_a_command_that_waits(self, tale: Tale) -> None:
        number = tale.says(ANNA, ANNA_SOCKET, "ping")
        tale.now += 5
        tale.hears(ANNA, ANNA_SOCKET, "pong", number)
        assert tale.broken_rules() == {"nobody_waits_for_an_answer"}

    def test_a_command_may_wait_where_the_machine_stood_still(self, tale: Tale) -> None:
        number = tale.says(ANNA, ANNA_SOCKET, "ping")
        tale.now += 5
        tale.add("lag", seconds=4.0)
        tale.hears(ANNA, ANNA_SOCKET, "pong", number)
        assert tale.broken_rules() == set()

    def test_a_command_may_wait_on_a_frozen_connection(self, tale: Tale) -> None:
        number = tale.says(ANNA, ANNA_SOCKET, "ping")
        tale.add("fault", kind="freeze", link=LINKS[ANNA_SOCKET])
        tale.now += 5
        tale.hears(ANNA, ANNA_SOCKET, "pong", number)
        assert tale.broken_rules() == set()

    def test_a_command_waits_though_another_process_died(self, tale: Tale) -> None:
        number = tale.says(ANNA, ANNA_SOCKET, "ping")
        tale.add("fault", kind="SIGKILL", worker=1)
        tale.now += 5
        tale.hears(ANNA, ANNA_SOCKET, "pong", number)
        assert tale.broken_rules() == {"nobody_waits_for_an_answer"}

    def test_an_opening_that_waits(self, tale: Tale) -> None:
        tale.add("opening", ANNA, EXTRA_SOCKET, role="mark_me", worker=0, link=5)
        tale.now += 5
        tale.add("opened", ANNA, EXTRA_SOCKET)
        assert tale.broken_rules() == {"nobody_waits_for_an_answer"}

    def test_a_call_that_waits(self, tale: Tale) -> None:
        tale.add("called", ANNA, 20, call="/api/events/JoinEvent", worker=0)
        tale.now += 5
        tale.add("answered", ANNA, 20, status=200, link=0)
        assert tale.broken_rules() == {"nobody_waits_for_an_answer"}


def test_every_rule_has_been_seen_broken() -> None:
    """Each is named in a file like this as what a planted history breaks."""
    here = Path(__file__)
    text = "".join(each.read_text("utf-8") for each in here.parent.glob("test_checker*.py"))
    assert [rule.__name__ for rule in RULES if f'"{rule.__name__}"' not in text] == []
