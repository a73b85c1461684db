"""Planted histories of news: what somebody who waits is told and is not so."""

from __future__ import annotations

from typing import Any

import pytest

from tests.chaos.tale import (
    ANNA,
    BORIS,
    BORIS_SOCKET,
    CREATOR,
    GLEB,
    GLEB_SOCKET,
    HOLD_SECONDS,
    VERA,
    VERA_SOCKET,
    Tale,
)

NEWS_SOCKET = 15  # a socket of Anna's that hears news
FIRST = {"place": 1, "waiting": 2, "markers": 2}
WRONG_NEWS = {"news_equal_the_store"}
UNASKED_NEWS = {"only_who_asked_hears_news"}


@pytest.fixture
def tale() -> Tale:
    """Anna's second socket hears news."""
    made = Tale()
    made.begins()
    made.opens(ANNA, "mark_me", NEWS_SOCKET, news=True)
    made.hears(ANNA, NEWS_SOCKET, "your_place", **FIRST)
    return made


def vera_holds_anna(tale: Tale) -> None:
    """Has Vera hold Anna."""
    tale.prepares(VERA, VERA_SOCKET, ANNA)
    tale.hears(GLEB, GLEB_SOCKET, "user_left", user_id=ANNA)


def test_news_that_are_true_break_no_rule(tale: Tale) -> None:
    tale.changes(CREATOR, name="Seminar")
    event: dict[str, Any] = {"name": "Seminar", "time_from": 940, "time_to": 5000}
    tale.hears(ANNA, NEWS_SOCKET, "event_changed", **event)
    vera_holds_anna(tale)
    tale.hears(ANNA, NEWS_SOCKET, "held", user_id=VERA, expires_in=HOLD_SECONDS)
    tale.calm([BORIS], {str(ANNA): VERA})
    assert tale.broken_rules() == set()


class TestWhatIsBelieved:
    def test_a_hold_that_was_not_told(self, tale: Tale) -> None:
        vera_holds_anna(tale)
        tale.calm([BORIS], {str(ANNA): VERA})
        assert tale.broken_rules() == WRONG_NEWS

    def test_a_hold_that_has_ended(self, tale: Tale) -> None:
        vera_holds_anna(tale)
        tale.hears(ANNA, NEWS_SOCKET, "held", user_id=VERA, expires_in=HOLD_SECONDS)
        tale.hears(
            VERA, VERA_SOCKET, "refused", tale.says(VERA, VERA_SOCKET, "refuse_to_mark", ANNA)
        )
        tale.hears(GLEB, GLEB_SOCKET, "user_joined", user_id=ANNA)
        tale.calm([ANNA, BORIS])
        assert tale.broken_rules() == WRONG_NEWS

    @pytest.mark.parametrize(
        "wrong",
        [
            {"place": 2, "waiting": 2, "markers": 2},
            {"place": 1, "waiting": 3, "markers": 2},
            {"place": 1, "waiting": 2, "markers": 1},
        ],
    )
    def test_a_position_that_is_another_s(self, tale: Tale, wrong: dict[str, int]) -> None:
        tale.now += 5
        tale.hears(ANNA, NEWS_SOCKET, "your_place", **wrong)
        tale.calm([ANNA, BORIS])
        assert tale.broken_rules() == WRONG_NEWS

    @pytest.mark.parametrize("told", [None, "Colloquium"])
    def test_an_event_that_was(self, tale: Tale, told: str | None) -> None:
        tale.changes(CREATOR, name="Seminar")
        if told is not None:
            event: dict[str, Any] = {"name": told, "time_from": 940, "time_to": 5000}
            tale.hears(ANNA, NEWS_SOCKET, "event_changed", **event)
        tale.calm([ANNA, BORIS])
        assert tale.broken_rules() == WRONG_NEWS

    def test_what_has_just_changed_may_be_on_its_way(self, tale: Tale) -> None:
        tale.calm([ANNA, BORIS])
        vera_holds_anna(tale)
        tale.look([BORIS], {str(ANNA): VERA})
        tale.hears(ANNA, NEWS_SOCKET, "held", user_id=VERA, expires_in=HOLD_SECONDS)
        assert tale.broken_rules() == set()

    def test_news_of_a_socket_that_is_cut(self, tale: Tale) -> None:
        vera_holds_anna(tale)
        tale.add("fault", kind="cut", link=0)
        tale.calm([BORIS], {str(ANNA): VERA})
        assert tale.broken_rules() == set()


class TestWhatIsTold:
    @pytest.mark.parametrize("message", ["held", "let_go", "your_place", "event_changed"])
    def test_news_to_one_who_did_not_ask(self, tale: Tale, message: str) -> None:
        params = {"user_id": VERA, **FIRST}
        tale.prepares(VERA, VERA_SOCKET, BORIS)
        tale.hears(BORIS, BORIS_SOCKET, "held", user_id=VERA, expires_in=HOLD_SECONDS)
        tale.now += 5
        tale.hears(BORIS, BORIS_SOCKET, message, **params)
        assert tale.broken_rules() == UNASKED_NEWS

    def test_a_position_to_a_marker(self, tale: Tale) -> None:
        tale.opens(GLEB, "marking", 16, news=True)
        tale.hears(GLEB, 16, "marking_list", marking_list=[ANNA, BORIS])
        tale.hears(GLEB, 16, "your_place", **FIRST)
        assert tale.broken_rules() == UNASKED_NEWS

    def test_let_go_of_one_who_was_not_held(self, tale: Tale) -> None:
        tale.hears(ANNA, NEWS_SOCKET, "let_go")
        assert tale.broken_rules() == UNASKED_NEWS

    @pytest.mark.parametrize("later", [0, 5])
    def test_the_same_position_twice(self, tale: Tale, later: int) -> None:
        tale.now += later
        tale.hears(ANNA, NEWS_SOCKET, "your_place", **FIRST)
        expected = UNASKED_NEWS if later else UNASKED_NEWS | {"positions_are_told_seldom"}
        assert tale.broken_rules() == expected

    def test_a_position_beyond_the_last(self, tale: Tale) -> None:
        tale.now += 5
        tale.hears(ANNA, NEWS_SOCKET, "your_place", place=3, waiting=2, markers=2)
        assert tale.broken_rules() == UNASKED_NEWS

    def test_positions_too_often(self, tale: Tale) -> None:
        tale.hears(ANNA, NEWS_SOCKET, "your_place", place=1, waiting=3, markers=2)
        assert tale.broken_rules() == {"positions_are_told_seldom"}

    @pytest.mark.parametrize("by", [GLEB, CREATOR])
    def test_held_by_one_who_has_chosen_nobody(self, tale: Tale, by: int) -> None:
        vera_holds_anna(tale)
        tale.hears(ANNA, NEWS_SOCKET, "held", user_id=by, expires_in=HOLD_SECONDS)
        assert tale.broken_rules() == {"held_is_by_one_who_holds"}

    def test_held_by_one_whose_hold_has_ended(self, tale: Tale) -> None:
        vera_holds_anna(tale)
        tale.hears(
            VERA, VERA_SOCKET, "refused", tale.says(VERA, VERA_SOCKET, "refuse_to_mark", ANNA)
        )
        tale.now += 10
        tale.hears(ANNA, NEWS_SOCKET, "held", user_id=VERA, expires_in=HOLD_SECONDS)
        assert tale.broken_rules() == {"held_is_by_one_who_holds"}
