"""Faults of what a room believes and tells, each of which a test plants."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from attendance_core.attendance import corrections
from attendance_core.marking import askers
from attendance_core.marking.announcements import Announcement
from attendance_core.marking.askers import Askers
from attendance_core.marking.mirror import Mirror
from attendance_core.marking.places import Held, Marked, Place
from attendance_core.marking.positions import Positions
from attendance_core.marking.views import View


def a_mirror_believes_older_news(patch: pytest.MonkeyPatch) -> None:
    apply = Mirror.apply_announcement

    def believe(self: Mirror, announcement: Announcement) -> Any:
        place = getattr(announcement, "place", None)
        if place is not None:
            return self._apply(place, 0, None)
        return apply(self, announcement)

    patch.setattr(Mirror, "apply_announcement", believe)


def absence_counts_though_there_are_news(patch: pytest.MonkeyPatch) -> None:
    read = Mirror.apply_reading
    patch.setattr(
        Mirror,
        "apply_reading",
        lambda self, heard_count_before, reading: read(self, 10**9, reading),
    )


def a_reading_comes_before_the_answer(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Mirror, "command_began", lambda self, connection_id: None)


def a_mark_is_not_told_by_readings(patch: pytest.MonkeyPatch) -> None:
    read = Mirror.apply_reading

    def forgetful(self: Mirror, heard_count_before: int, reading: Any) -> Any:
        object.__setattr__(reading, "watched_places", ())
        return read(self, heard_count_before, reading)

    patch.setattr(Mirror, "apply_reading", forgetful)


def a_hold_is_not_told_by_readings(patch: pytest.MonkeyPatch) -> None:
    read, tell_own = Mirror.apply_reading, View.tell_own
    reading_now: list[bool] = []

    def reads(self: Mirror, heard_count_before: int, reading: Any) -> Any:
        reading_now.append(True)
        try:
            return read(self, heard_count_before, reading)
        finally:
            reading_now.clear()

    def tells(self: View, place: Place, at: float) -> Any:
        return [] if reading_now and isinstance(place.state, Held) else tell_own(self, place, at)

    patch.setattr(Mirror, "apply_reading", reads)
    patch.setattr(View, "tell_own", tells)


def one_is_let_go_before_one_was_marked(patch: pytest.MonkeyPatch) -> None:
    told = Askers.tell_hold_or_note_mark

    def tells(self: Askers, place: Place, at: float) -> Any:
        let_go = replace(place, state=None)
        first = told(self, let_go, at) if isinstance(place.state, Marked) else []
        return first + told(self, place, at)

    patch.setattr(Askers, "tell_hold_or_note_mark", tells)


def who_is_held_loses_their_position(patch: pytest.MonkeyPatch) -> None:
    put = Positions.put
    patch.setattr(
        Positions,
        "put",
        lambda self, place: put(
            self, replace(place, state=None) if isinstance(place.state, Held) else place
        ),
    )


def a_position_is_told_whenever_it_changes(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(askers, "YOUR_POSITION_EVERY", 0)


def a_mirror_keeps_the_annulled_off_the_list(patch: pytest.MonkeyPatch) -> None:
    apply = Mirror._apply

    def keeps(self: Mirror, place: Place, *rest: Any) -> Any:
        old = self._known.get(place.user_id)
        was_marked = old is not None and isinstance(old.state, Marked)
        return [] if was_marked else apply(self, place, *rest)

    patch.setattr(Mirror, "_apply", keeps)


def a_socket_that_was_not_told_outlives_the_mark(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(corrections, "_end_sockets_not_told", lambda *whatever: None)


def one_is_told_of_an_annulled_mark(patch: pytest.MonkeyPatch) -> None:
    """Tells them of whatever is said of it, however old."""
    patch.setattr(Askers, "tell_hold_or_note_mark", Askers.tell_mark)


def a_quiet_room_is_one_that_was_quiet_once(patch: pytest.MonkeyPatch) -> None:
    """Takes it for quiet, whatever it has heard of since."""
    patch.setattr(Mirror, "glance", property(lambda self: self._glance))
