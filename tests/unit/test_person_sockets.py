"""Sockets of one person are counted as long as they are served. Contract: 1.10."""

from __future__ import annotations

from contextlib import ExitStack, suppress

import pytest

from attendance_core.errors import EventNotFound, TooManySockets
from attendance_core.vocabulary import UserId
from attendance_web.live.person_sockets import MAX_IN_ALL, PersonSockets

ANNA, BORIS = UserId(1), UserId(2)


def test_one_too_many_is_refused_and_nobody_elses() -> None:
    person_sockets = PersonSockets()
    with ExitStack() as open_sockets:
        for _ in range(MAX_IN_ALL):
            open_sockets.enter_context(person_sockets.one_more(ANNA))
        with pytest.raises(TooManySockets), person_sockets.one_more(ANNA):
            raise AssertionError
        with person_sockets.one_more(BORIS):
            assert person_sockets.people_count == 2
        assert person_sockets.people_count == 1
    with person_sockets.one_more(ANNA):
        pass


def test_whoever_has_none_is_forgotten_however_it_ended() -> None:
    person_sockets = PersonSockets()
    for _ in range(MAX_IN_ALL + 1):
        with suppress(EventNotFound), person_sockets.one_more(ANNA):
            raise EventNotFound
    assert person_sockets.people_count == 0
