"""Planted histories of what ends, or does not: harm, events, sockets, processes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.chaos.tale import (
    ANNA,
    ANNA_SOCKET,
    BORIS,
    BORIS_SOCKET,
    CREATOR,
    EXTRA_SOCKET,
    GLEB,
    GLEB_SOCKET,
    LINKS,
    VERA,
    VERA_SOCKET,
    Tale,
)

MENDS = [("freeze", "thaw"), ("delay", "heal")]


def leaves_every_list(tale: Tale, person: int) -> None:
    for marker, socket in ((VERA, VERA_SOCKET), (GLEB, GLEB_SOCKET)):
        tale.hears(marker, socket, "user_left", user_id=person)


class TestMendedConnections:
    @pytest.mark.parametrize(("harm", "mends"), MENDS)
    def test_one_who_is_lost(self, tale: Tale, harm: str, mends: str) -> None:
        tale.add("fault", kind=harm, link=LINKS[ANNA_SOCKET])
        tale.add("fault", kind=mends, link=LINKS[ANNA_SOCKET])
        leaves_every_list(tale, ANNA)
        tale.calm([BORIS])
        assert tale.broken_rules() == {"nobody_is_lost"}

    @pytest.mark.parametrize(("harm", "mends"), MENDS)
    def test_a_list_that_is_wrong(self, tale: Tale, harm: str, mends: str) -> None:
        tale.add("fault", kind=harm, link=LINKS[VERA_SOCKET])
        tale.add("fault", kind=mends, link=LINKS[VERA_SOCKET])
        tale.add("closed", ANNA, ANNA_SOCKET, code=1006)
        tale.hears(GLEB, GLEB_SOCKET, "user_left", user_id=ANNA)
        tale.calm([BORIS])
        assert tale.broken_rules() == {"lists_equal_the_store"}

    @pytest.mark.parametrize("harm", ["freeze", "delay", "cut", "reset"])
    def test_a_link_that_was_not_mended(self, tale: Tale, harm: str) -> None:
        tale.add("fault", kind=harm, link=LINKS[ANNA_SOCKET])
        leaves_every_list(tale, ANNA)
        tale.calm([BORIS])
        assert tale.broken_rules() == set()

    @pytest.mark.parametrize("mends", ["thaw", "heal"])
    def test_a_cut_is_for_good(self, tale: Tale, mends: str) -> None:
        tale.add("fault", kind="cut", link=LINKS[ANNA_SOCKET])
        tale.add("fault", kind=mends, link=LINKS[ANNA_SOCKET])
        leaves_every_list(tale, ANNA)
        tale.calm([BORIS])
        assert tale.broken_rules() == set()

    def test_one_who_is_not_told_after_a_thaw(self, tale: Tale) -> None:
        tale.prepares(VERA, VERA_SOCKET, ANNA)
        tale.add("fault", kind="freeze", link=LINKS[ANNA_SOCKET])
        tale.confirms(VERA, VERA_SOCKET, ANNA)
        tale.add("fault", kind="thaw", link=LINKS[ANNA_SOCKET])
        tale.now += 6
        tale.learns_of_mark(ANNA, ANNA_SOCKET, VERA)
        assert tale.broken_rules() == {"the_marked_learn_it"}

    def test_a_port_that_another_had_before(self, tale: Tale) -> None:
        tale.add("fault", kind="cut", link=LINKS[ANNA_SOCKET])
        tale.add("closed", ANNA, ANNA_SOCKET, code=1006)
        tale.add("opening", ANNA, EXTRA_SOCKET, role="mark_me", worker=0, link=LINKS[ANNA_SOCKET])
        tale.add("opened", ANNA, EXTRA_SOCKET)
        leaves_every_list(tale, ANNA)
        tale.calm([BORIS])
        assert tale.broken_rules() == {"nobody_is_lost"}


class TestLists:
    def test_a_list_that_never_comes(self, tale: Tale) -> None:
        tale.opens(5, "marking", EXTRA_SOCKET)
        tale.now += 5
        tale.add("lag", seconds=0.2)
        assert tale.broken_rules() == {"every_marker_gets_a_list"}

    def test_a_list_that_a_calm_lacks(self, tale: Tale) -> None:
        tale.opens(5, "marking", EXTRA_SOCKET)
        tale.calm([ANNA, BORIS])
        assert tale.broken_rules() == {"every_marker_gets_a_list", "lists_equal_the_store"}

    def test_a_list_that_comes_after_something_else(self, tale: Tale) -> None:
        tale.opens(5, "marking", EXTRA_SOCKET)
        tale.hears(5, EXTRA_SOCKET, "user_joined", user_id=6)
        tale.add("closed", 5, EXTRA_SOCKET, code=1012)
        assert tale.broken_rules() == {"every_marker_gets_a_list"}


class TestRollCall:
    def test_a_roll_call_hears_everybody(self, marked: Tale) -> None:
        marked.add("roll_call")
        marked.opens(ANNA, "mark_me", EXTRA_SOCKET)
        marked.learns_of_mark(ANNA, EXTRA_SOCKET, VERA)
        assert marked.broken_rules() == set()

    def test_a_roll_call_misses_one(self, marked: Tale) -> None:
        marked.add("roll_call")
        assert marked.broken_rules() == {"everybody_can_be_told"}


def closes_all(tale: Tale, code: int) -> None:
    """Closes everybody's socket."""
    for person, socket in (
        (ANNA, ANNA_SOCKET),
        (BORIS, BORIS_SOCKET),
        (VERA, VERA_SOCKET),
        (GLEB, GLEB_SOCKET),
    ):
        tale.add("closed", person, socket, code=code)


class TestEvents:
    @pytest.mark.parametrize("how", ["ends", "is deleted"])
    @pytest.mark.parametrize(
        ("later", "code", "broken"),
        [
            (0, 4410, set()),
            (0, 1006, {"the_ended_are_closed"}),
            (9, 4410, {"the_ended_are_closed"}),
        ],
    )
    def test_an_event_that_ends_closes_its_sockets(
        self, tale: Tale, how: str, later: float, code: int, broken: set[str]
    ) -> None:
        if how == "ends":
            tale.ends_at = tale.now + 0.5
        else:
            tale.calls(CREATOR, "DeleteEvent")
        tale.now += later
        closes_all(tale, code)
        assert tale.broken_rules() == broken

    @pytest.mark.parametrize("server", ["postgres", "valkey"])
    def test_an_event_may_end_later_where_a_server_was_away(self, tale: Tale, server: str) -> None:
        tale.ends_at = tale.now + 1.5
        tale.add("fault", kind=server, phase="away")
        tale.now += 9
        tale.add("fault", kind=server, phase="back")
        closes_all(tale, 4410)
        assert tale.broken_rules() == set()

    def test_one_who_left_and_is_not_closed(self, tale: Tale) -> None:
        tale.calls(ANNA, "LeaveEvent")
        leaves_every_list(tale, ANNA)
        tale.now += 5
        tale.add("lag", seconds=0.2)
        assert tale.broken_rules() == {"the_ended_are_closed"}

    def test_one_who_comes_back_after_leaving_stays(self, tale: Tale) -> None:
        tale.calls(ANNA, "LeaveEvent")
        tale.add("closed", ANNA, ANNA_SOCKET, code=4403)
        tale.opens(ANNA, "mark_me", EXTRA_SOCKET)
        tale.now += 9
        tale.hears(ANNA, EXTRA_SOCKET, "pong", tale.says(ANNA, EXTRA_SOCKET, "ping"))
        assert tale.broken_rules() == set()

    def test_a_socket_that_fails(self, tale: Tale) -> None:
        tale.add("closed", ANNA, ANNA_SOCKET, code=1011)
        assert tale.broken_rules() == {"no_socket_fails"}


class TestProcesses:
    @pytest.mark.parametrize(
        ("how", "code", "stopping", "broken"),
        [
            ("SIGKILL", -9, 0.0, False),
            ("died at a mark", -9, 0.0, False),
            ("SIGTERM", 0, 14.0, False),
            ("SIGTERM", 1, 2.0, True),
            ("SIGTERM", 0, 15.5, True),
            ("ended with 1", 1, 0.0, True),
            ("did not start", 1, 0.0, True),
        ],
    )
    def test_a_process_ends_as_asked(
        self, tale: Tale, how: str, code: int, stopping: float, broken: bool
    ) -> None:
        tale.add("ended", worker=1, how=how, code=code, lived=20.0, stopping=stopping)
        assert tale.broken_rules() == ({"processes_end_as_asked"} if broken else set())

    def test_no_process_starts_while_there_is_no_database(self, tale: Tale) -> None:
        tale.add("fault", kind="postgres", phase="away")
        tale.add("fault", kind="postgres", phase="back")
        tale.add("ended", worker=1, how="did not start", code=1, lived=2.5, stopping=0.0)
        assert tale.broken_rules() == set()

    @pytest.mark.parametrize(
        "line",
        [
            {"level": "", "text": "Traceback (most recent call last):", "traceback": ""},
            {"level": "error", "text": "a command failed", "traceback": "KeyError: 1"},
            {"level": "error", "text": "an opening failed", "traceback": ""},
            {"level": "error", "text": "a look failed", "traceback": "KeyError: 1"},
        ],
    )
    def test_a_process_logs_a_failure(self, tale: Tale, line: dict[str, Any]) -> None:
        tale.add("logged", worker=1, **line, logged_at=tale.now)
        assert tale.broken_rules() == {"logs_tell_of_no_failure"}

    @pytest.mark.parametrize(
        "text",
        [
            "a call could not be answered: it took too long, or too many wait",
            "a transaction or a look failed: NoConnectionFree",
        ],
    )
    def test_a_process_may_log_that_it_is_busy(self, tale: Tale, text: str) -> None:
        tale.add("logged", worker=1, level="error", text=text, traceback="", logged_at=tale.now)
        assert tale.broken_rules() == set()

    @pytest.mark.parametrize(
        ("away", "broken"), [(True, set()), (False, {"logs_tell_of_no_failure"})]
    )
    @pytest.mark.parametrize(
        "text",
        [
            "nobody knows whether a transaction was committed: ConnectionDoesNotExistError 08003",
            "a transaction or a look failed: Connection refused",
        ],
    )
    def test_a_process_may_log_a_failed_store_only_while_its_database_is_away(
        self, tale: Tale, text: str, away: bool, broken: set[str]
    ) -> None:
        if away:
            tale.add("fault", kind="postgres", phase="away")
        tale.add("logged", worker=1, level="error", text=text, traceback="", logged_at=tale.now)
        assert tale.broken_rules() == broken

    @pytest.mark.parametrize(
        ("seconds", "broken"), [(2.0, set()), (0.5, {"logs_tell_of_no_failure"})]
    )
    def test_a_process_may_wait_for_a_lock_whose_owner_has_no_core(
        self, tale: Tale, seconds: float, broken: set[str]
    ) -> None:
        text = "a transaction or a look failed: LockNotAvailableError 55P03: lock timeout"
        tale.add("lag", worker=0, seconds=seconds)
        tale.add("logged", worker=1, level="error", text=text, traceback="", logged_at=tale.now)
        assert tale.broken_rules() == broken

    def test_a_process_is_given_the_seconds_in_which_it_had_no_core(self, tale: Tale) -> None:
        number = tale.says(ANNA, ANNA_SOCKET, "ping")
        tale.now += 5
        tale.add("lag", worker=0, seconds=4.0)
        tale.hears(ANNA, ANNA_SOCKET, "pong", number)
        assert tale.broken_rules() == set()

    def test_a_process_is_not_given_the_seconds_of_another(self, tale: Tale) -> None:
        number = tale.says(ANNA, ANNA_SOCKET, "ping")
        tale.now += 5
        tale.add("lag", worker=1, seconds=4.0)
        tale.hears(ANNA, ANNA_SOCKET, "pong", number)
        assert tale.broken_rules() == {"nobody_waits_for_an_answer"}
