"""Announcements between processes: what one says another reads, whatever version each has."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance_adapters.notifiers.encoding import MAX_BYTES, decode, encode
from attendance_core.marking.announcements import (
    Announcement,
    ConnectionsEnded,
    EventChanged,
    PlaceChanged,
)
from attendance_core.marking.endings import Ending
from attendance_core.marking.ledger import Origin
from attendance_core.marking.places import Barred, Held, Marked, Place, Waiting
from attendance_core.ports import Missed
from attendance_core.vocabulary import ConnectionId, EventId, UserId

EVENT = EventId(UUID(int=1))
instants = st.integers(0, 4 * 10**15).map(lambda micro: micro / 10**6)
people = st.integers(1, 2**63 - 1).map(UserId)
connections = st.uuids().map(ConnectionId)
states = st.one_of(
    st.none(),
    st.builds(Waiting, instants),
    st.builds(Held, instants, people, instants),
)
barred = st.none() | st.builds(Barred, people, instants)
versions = st.integers(0, 2**31)
places = st.builds(Place, st.just(EVENT), people, st.booleans(), states, versions, barred, versions)


@st.composite
def marked(draw: st.DrawFn) -> PlaceChanged:
    n = draw(versions)
    state = Marked(draw(people), draw(instants), n, draw(st.sampled_from(Origin)))
    place = Place(EVENT, draw(people), draw(st.booleans()), state, draw(versions), None, n)
    return PlaceChanged(place, draw(instants), draw(st.none() | connections), draw(versions))


announcements = st.one_of(
    st.builds(PlaceChanged, places, instants, st.none() | connections),
    marked(),
    st.builds(
        ConnectionsEnded,
        st.just(EVENT),
        st.sampled_from(Ending),
        st.none() | st.frozensets(connections, max_size=9),
    ),
    st.builds(EventChanged, st.just(EVENT), st.text(max_size=128), instants, instants),
)


@given(announcements)
def test_what_is_said_is_what_is_read(said: Announcement) -> None:
    assert decode(EVENT, encode(said, "me")) == ("me", said)


def test_a_mark_is_told_and_read_as_the_version_before_does() -> None:
    """Contract: 8.1, while one version replaces the other."""
    mark = Marked(UserId(2), 5.0, 3, Origin.HAND)
    place = Place(EVENT, UserId(1), True, mark, 7, None, 3)
    message = json.loads(encode(PlaceChanged(place, 6.0, None, 50), "me"))
    assert message["state"] == ["marked", 2, 5.0, 50]
    before = {name: message[name] for name in ("v", "kind", "user", "member", "version", "state")}
    said = decode(EVENT, json.dumps({**before, "at": 6.0, "by": None, "from": "it"}).encode())
    expected_place = Place(EVENT, UserId(1), True, Marked(UserId(2), 5.0), 7, None, 1)
    assert said == ("it", PlaceChanged(expected_place, 6.0, None, 50))


def test_what_is_too_large_for_a_server_is_told_as_missed() -> None:
    ids = frozenset(ConnectionId(UUID(int=each)) for each in range(500))
    message = encode(ConnectionsEnded(EVENT, Ending.LEFT, ids), "me")
    assert len(message) <= MAX_BYTES
    assert decode(EVENT, message) == ("me", Missed())


MESSAGE = json.loads(
    encode(PlaceChanged(Place(EVENT, UserId(1), True, Waiting(1.0), 2), 3.0), "me")
)


@pytest.mark.parametrize(
    "changed",
    [
        {"v": 2},
        {"kind": "undone"},
        {"state": ["asleep", 1.0]},
        {"state": "waiting"},
        {"state": ["held", 1.0]},
        {"user": "somebody"},
        {"by": "not an id"},
        {"by": 7},
        {"barred": [1]},
    ],
)
def test_what_a_newer_version_says_is_read_as_missed(changed: dict[str, object]) -> None:
    assert decode(EVENT, json.dumps(MESSAGE).encode()) != ("me", Missed())
    assert decode(EVENT, json.dumps({**MESSAGE, **changed}).encode()) == ("me", Missed())


@pytest.mark.parametrize("message", [b"", b"\xff", b"null", b"[]", b'"x"', b"{}", b"[" * 3000])
def test_what_nobody_can_have_said_is_read_as_missed_from_nobody(message: bytes) -> None:
    assert decode(EVENT, message) == (None, Missed())


def test_an_ending_or_a_change_of_a_newer_version_is_read_as_missed() -> None:
    ended = json.loads(encode(ConnectionsEnded(EVENT, Ending.LEFT_OUT), "me"))
    changed = json.loads(encode(EventChanged(EVENT, "Physics", 1.0, 2.0), "me"))
    for message in (
        {**ended, "why": "bored"},
        {**changed, "ends_at": None},
        {**changed, "kind": "x"},
    ):
        assert decode(EVENT, json.dumps(message).encode()) == ("me", Missed())


def test_a_field_more_is_no_reason_to_read_again() -> None:
    said = decode(EVENT, json.dumps({**MESSAGE, "colour": "red"}).encode())[1]
    assert isinstance(said, PlaceChanged)
