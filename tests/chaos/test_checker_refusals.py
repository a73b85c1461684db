"""Planted histories of answers: a yes that cannot be, a no that is not true."""

from __future__ import annotations

import pytest

from tests.chaos.tale import (
    ANNA,
    ANNA_SOCKET,
    BORIS,
    CREATOR,
    EXTRA_SOCKET,
    GLEB,
    GLEB_SOCKET,
    HOLD_SECONDS,
    VERA,
    VERA_SOCKET,
    Tale,
)

LIE = {"refusals_are_true"}
REFUSALS = ["taken", "already_marked", "already_holding", "yourself", "too_soon"]


class TestRefusals:
    @pytest.mark.parametrize("message", ["confirm_marking", "refuse_to_mark"])
    @pytest.mark.parametrize("code", ["nobody_held", "not_held"])
    def test_a_refusal_of_one_who_is_held(self, tale: Tale, message: str, code: str) -> None:
        tale.prepares(VERA, VERA_SOCKET, ANNA)
        tale.refuses(VERA, VERA_SOCKET, tale.says(VERA, VERA_SOCKET, message, ANNA), code)
        assert tale.broken_rules() == LIE

    def test_not_held_is_true_of_somebody_else(self, tale: Tale) -> None:
        tale.prepares(VERA, VERA_SOCKET, ANNA)
        tale.refuses(
            VERA, VERA_SOCKET, tale.says(VERA, VERA_SOCKET, "confirm_marking", BORIS), "not_held"
        )
        assert tale.broken_rules() == set()

    def test_nobody_held_may_be_true_once_the_hold_ran_out(self, tale: Tale) -> None:
        tale.prepares(VERA, VERA_SOCKET, ANNA)
        tale.now += HOLD_SECONDS
        tale.refuses(
            VERA, VERA_SOCKET, tale.says(VERA, VERA_SOCKET, "confirm_marking", ANNA), "nobody_held"
        )
        assert tale.broken_rules() == set()

    def test_nobody_held_may_be_true_after_a_refuse_without_an_answer(self, tale: Tale) -> None:
        tale.prepares(VERA, VERA_SOCKET, ANNA)
        tale.says(VERA, VERA_SOCKET, "refuse_to_mark")
        tale.opens(VERA, "marking", EXTRA_SOCKET)
        tale.hears(VERA, EXTRA_SOCKET, "marking_list", marking_list=[ANNA, BORIS])
        tale.refuses(
            VERA,
            EXTRA_SOCKET,
            tale.says(VERA, EXTRA_SOCKET, "confirm_marking", ANNA),
            "nobody_held",
        )
        assert "refusals_are_true" not in tale.broken_rules()

    def test_a_refusal_ends_no_hold(self, tale: Tale) -> None:
        tale.prepares(VERA, VERA_SOCKET, ANNA)
        tale.refuses(
            VERA, VERA_SOCKET, tale.says(VERA, VERA_SOCKET, "confirm_marking", BORIS), "not_held"
        )
        tale.refuses(
            VERA, VERA_SOCKET, tale.says(VERA, VERA_SOCKET, "confirm_marking", ANNA), "nobody_held"
        )
        assert tale.broken_rules() == LIE

    @pytest.mark.parametrize("code", REFUSALS)
    def test_a_refusal_of_one_whom_nobody_has_chosen(self, tale: Tale, code: str) -> None:
        tale.refuses(VERA, VERA_SOCKET, tale.says(VERA, VERA_SOCKET, "prepare_to_mark", ANNA), code)
        assert tale.broken_rules() == LIE

    def test_a_refusal_as_taken_by_oneself(self, tale: Tale) -> None:
        tale.prepares(VERA, VERA_SOCKET, ANNA)
        tale.refuses(
            VERA, VERA_SOCKET, tale.says(VERA, VERA_SOCKET, "prepare_to_mark", ANNA), "taken"
        )
        assert tale.broken_rules() == LIE

    @pytest.mark.parametrize(("seconds", "broken"), [(7, set()), (11, LIE)])
    def test_too_soon_for_whoever_had_them(
        self, tale: Tale, seconds: float, broken: set[str]
    ) -> None:
        tale.prepares(VERA, VERA_SOCKET, ANNA)
        tale.hears(VERA, VERA_SOCKET, "refused", tale.says(VERA, VERA_SOCKET, "refuse_to_mark"))
        tale.now += seconds
        tale.refuses(
            VERA, VERA_SOCKET, tale.says(VERA, VERA_SOCKET, "prepare_to_mark", ANNA), "too_soon"
        )
        assert tale.broken_rules() == broken

    def test_a_refusal_as_taken_by_another(self, tale: Tale) -> None:
        tale.prepares(VERA, VERA_SOCKET, ANNA)
        tale.refuses(
            GLEB, GLEB_SOCKET, tale.says(GLEB, GLEB_SOCKET, "prepare_to_mark", ANNA), "taken"
        )
        assert tale.broken_rules() == set()

    def test_a_refusal_as_taken_by_one_who_was_not_answered(self, tale: Tale) -> None:
        tale.says(VERA, VERA_SOCKET, "prepare_to_mark", ANNA)
        tale.refuses(
            GLEB, GLEB_SOCKET, tale.says(GLEB, GLEB_SOCKET, "prepare_to_mark", ANNA), "taken"
        )
        assert "refusals_are_true" not in tale.broken_rules()

    def test_a_refusal_as_taken_by_one_who_has_said_goodbye(self, tale: Tale) -> None:
        tale.prepares(VERA, VERA_SOCKET, ANNA)
        tale.add("goodbye", VERA, VERA_SOCKET)
        tale.add("closed", VERA, VERA_SOCKET, code=1000)
        number = tale.says(GLEB, GLEB_SOCKET, "prepare_to_mark", ANNA)
        tale.refuses(GLEB, GLEB_SOCKET, number, "taken")
        assert tale.broken_rules() == LIE

    @pytest.mark.parametrize("code", [1006, 1012])
    def test_a_goodbye_that_was_not_answered_ends_nothing(self, tale: Tale, code: int) -> None:
        tale.prepares(VERA, VERA_SOCKET, ANNA)
        tale.add("goodbye", VERA, VERA_SOCKET)
        tale.add("closed", VERA, VERA_SOCKET, code=code)
        number = tale.says(GLEB, GLEB_SOCKET, "prepare_to_mark", ANNA)
        tale.refuses(GLEB, GLEB_SOCKET, number, "taken")
        assert tale.broken_rules() == set()

    def test_a_goodbye_on_one_socket_of_two_ends_nothing(self, tale: Tale) -> None:
        tale.prepares(VERA, VERA_SOCKET, ANNA)
        tale.opens(VERA, "marking", EXTRA_SOCKET)
        tale.hears(VERA, EXTRA_SOCKET, "marking_list", marking_list=[ANNA, BORIS])
        tale.add("goodbye", VERA, VERA_SOCKET)
        tale.add("closed", VERA, VERA_SOCKET, code=1000)
        number = tale.says(GLEB, GLEB_SOCKET, "prepare_to_mark", ANNA)
        tale.refuses(GLEB, GLEB_SOCKET, number, "taken")
        assert tale.broken_rules() == set()


class TestHolds:
    def test_a_hold_of_one_who_was_marked(self, marked: Tale) -> None:
        marked.prepares(GLEB, GLEB_SOCKET, ANNA)
        assert marked.broken_rules() == {"prepared_is_true"}

    def test_a_hold_after_the_end_of_the_event(self, tale: Tale) -> None:
        tale.ends_at = tale.now + 0.5
        tale.prepares(VERA, VERA_SOCKET, ANNA)
        assert tale.broken_rules() == {"prepared_is_true"}

    def test_a_hold_after_the_event_was_deleted(self, tale: Tale) -> None:
        tale.calls(CREATOR, "DeleteEvent")
        tale.prepares(VERA, VERA_SOCKET, ANNA)
        assert tale.broken_rules() == {"prepared_is_true"}

    def test_a_hold_in_an_event_that_was_not_deleted(self, tale: Tale) -> None:
        tale.calls(CREATOR, "DeleteEvent", error=3)
        tale.prepares(VERA, VERA_SOCKET, ANNA)
        tale.now += 10
        tale.hears(VERA, VERA_SOCKET, "pong", tale.says(VERA, VERA_SOCKET, "ping"))
        assert tale.broken_rules() == set()

    def test_a_hold_of_oneself(self, tale: Tale) -> None:
        tale.prepares(VERA, VERA_SOCKET, VERA)
        assert tale.broken_rules() == {"prepared_is_true"}

    def test_a_mark_of_oneself(self, tale: Tale) -> None:
        tale.prepares(VERA, VERA_SOCKET, VERA)
        tale.confirms(VERA, VERA_SOCKET, VERA)
        assert "nobody_marks_themselves" in tale.broken_rules()

    def test_a_mark_after_a_goodbye(self, tale: Tale) -> None:
        tale.prepares(VERA, VERA_SOCKET, ANNA)
        tale.add("goodbye", VERA, VERA_SOCKET)
        tale.add("closed", VERA, VERA_SOCKET, code=1000)
        tale.now += 20
        tale.opens(VERA, "marking", EXTRA_SOCKET)
        tale.hears(VERA, EXTRA_SOCKET, "marking_list", marking_list=[ANNA, BORIS])
        tale.confirms(VERA, EXTRA_SOCKET, ANNA)
        tale.learns_of_mark(ANNA, ANNA_SOCKET, VERA)
        assert tale.broken_rules() == {"marks_come_from_live_holds"}

    def test_a_mark_that_nobody_asked_for(self, tale: Tale) -> None:
        tale.prepares(VERA, VERA_SOCKET, ANNA)
        tale.keeps_mark(VERA, ANNA, tale.now + 0.5)
        tale.learns_of_mark(ANNA, ANNA_SOCKET, VERA)
        assert tale.broken_rules() == {"marks_come_from_live_holds"}


def vera_refuses_anna(tale: Tale) -> None:
    """Has her hold them, and let them go by a refusal."""
    tale.prepares(VERA, VERA_SOCKET, ANNA)
    tale.hears(VERA, VERA_SOCKET, "refused", tale.says(VERA, VERA_SOCKET, "refuse_to_mark", ANNA))


class TestHoldsTooSoon:
    def test_one_has_them_again_at_once(self, tale: Tale) -> None:
        vera_refuses_anna(tale)
        tale.prepares(VERA, VERA_SOCKET, ANNA)
        assert tale.broken_rules() == {"too_soon_is_kept"}

    def test_one_has_them_again_after_a_while(self, tale: Tale) -> None:
        vera_refuses_anna(tale)
        tale.now += 10
        tale.prepares(VERA, VERA_SOCKET, ANNA)
        assert tale.broken_rules() == set()

    def test_one_has_them_again_after_another_had_them(self, tale: Tale) -> None:
        vera_refuses_anna(tale)
        tale.prepares(GLEB, GLEB_SOCKET, ANNA)
        tale.hears(
            GLEB, GLEB_SOCKET, "refused", tale.says(GLEB, GLEB_SOCKET, "refuse_to_mark", ANNA)
        )
        tale.prepares(VERA, VERA_SOCKET, ANNA)
        assert tale.broken_rules() == set()

    @pytest.mark.parametrize("how", ["closed", "fault"])
    def test_one_has_them_again_where_nobody_else_sits(self, tale: Tale, how: str) -> None:
        vera_refuses_anna(tale)
        if how == "closed":
            tale.add("closed", GLEB, GLEB_SOCKET, code=1000)
        else:
            tale.add("fault", kind="cut", link=113)
        tale.prepares(VERA, VERA_SOCKET, ANNA)
        assert tale.broken_rules() == set()
