"""Creating, finding and deleting events. Contract: 5."""

from __future__ import annotations

import inspect
import re
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from attendance_core.errors import (
    BadCharacters,
    BadLength,
    BadTimes,
    EventNameTaken,
    EventNotFound,
    InvalidArgument,
    NotTheCreator,
    Refusal,
    SomebodyTookPart,
    SomebodyWasMarked,
    TooManyEvents,
    TooManyRequests,
    TooShort,
)
from attendance_core.events import MAX_OPEN_EVENTS, CreateEvent, Event, EventQuery, Membership
from attendance_core.limits import CREATED_EVENTS
from attendance_core.marking.announcements import ConnectionsEnded
from attendance_core.marking.endings import Ending
from attendance_core.testing.clock import NOON
from attendance_core.testing.machine.driving import drive
from attendance_core.vocabulary import LATEST_INSTANT, EventId
from tests.support.event_calendar import ANNA, BORIS, Calendar, calendar, names
from tests.support.world import SECONDS_TO_THE_END

__all__ = ["calendar"]


class TestCreateEvent:
    def test_it_is_kept_tidy_and_its_creator_has_joined(self, calendar: Calendar) -> None:
        made = calendar.creates("  Физика ", NOON - 10, NOON + 60)
        expected = ("Физика", ANNA, NOON - 10, NOON + 60, made.code)
        assert calendar.gets(made.event_id) == made == Event(made.event_id, *expected)
        assert "Физика" in calendar.joined(ANNA)

    @pytest.mark.parametrize(
        ("starts", "ends"),
        [
            (NOON + 60, NOON + 60),  # ends as it starts
            (NOON + 60, NOON + 10),
            (NOON - 60, NOON),  # is over
            (-1, NOON + 60),
            (NOON, LATEST_INSTANT + 1),
        ],
    )
    def test_it_starts_before_it_ends_and_ends_in_the_future(
        self, calendar: Calendar, starts: float, ends: float
    ) -> None:
        with pytest.raises(BadTimes) as refused:
            calendar.creates("Физика", starts, ends)
        assert "time_from" in str(refused.value) and "start" in str(refused.value)

    @pytest.mark.parametrize("documented", [BadTimes, CreateEvent.__call__])
    def test_what_its_text_calls_the_times_is_told_to_programs(self, documented: object) -> None:
        said = inspect.getdoc(documented) or ""
        named = re.findall("«(time_.*?)»", BadTimes.en)
        assert set(named) == {"time_from", "time_to"}
        assert all(each in said for each in (*named, "``starts_at``", "``ends_at``"))

    @pytest.mark.parametrize(
        ("name", "refusal"),
        [(" ", BadLength), ("x" * 129, BadLength), ("a\u202eb", BadCharacters)],
    )
    def test_bad_names_are_refused(
        self, calendar: Calendar, name: str, refusal: type[Refusal]
    ) -> None:
        with pytest.raises(refusal):
            calendar.creates(name)

    def test_a_name_is_taken_in_whatever_case(self, calendar: Calendar) -> None:
        calendar.creates("Физика" + "х" * 122)
        with pytest.raises(EventNameTaken):
            calendar.creates("ФИЗИКА" + "Х" * 122)

    def test_one_person_has_only_so_many_that_have_not_ended(
        self, calendar: Calendar, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Contract: 1.10."""
        assert MAX_OPEN_EVENTS == 500
        monkeypatch.setattr("attendance_core.events.event.MAX_OPEN_EVENTS", 3)
        calendar.creates("Second", ends=NOON + 60)
        calendar.creates("Third", ends=NOON + 120)
        with pytest.raises(TooManyEvents) as refused:
            calendar.creates("Fourth")
        assert "3" in str(refused.value)
        calendar.world.clock.pass_(60)
        calendar.creates("Fourth", ends=NOON + 180)
        with pytest.raises(TooManyEvents):
            calendar.creates("Fifth", ends=NOON + 180)

    def test_one_person_creates_only_so_many_an_hour_though_they_are_over(
        self, calendar: Calendar
    ) -> None:
        """Contract: 1.10."""
        assert (CREATED_EVENTS.most, CREATED_EVENTS.within) == (600, 3600)
        clock = calendar.world.clock
        began = clock.now()
        for number in range(CREATED_EVENTS.most - 1):
            calendar.creates(f"Number {number}", ends=clock.now() + 1)
            clock.pass_(2)
        with pytest.raises(EventNameTaken):  # what is refused counts for nothing
            calendar.creates("Number 0", ends=clock.now() + 1)
        calendar.creates("The last", ends=clock.now() + 1)
        with pytest.raises(TooManyRequests) as refused:
            calendar.creates("One more", ends=clock.now() + 1)
        assert calendar.finds("One more") == []
        (seconds,) = refused.value.words.values()
        assert seconds == began + 3600 - clock.now()
        clock.pass_(seconds)
        calendar.creates("One more", ends=clock.now() + 1)


class TestGetEvents:
    def test_all_by_start_then_name(self, calendar: Calendar) -> None:
        calendar.creates("б", NOON + 1)
        calendar.creates("А", NOON + 1)
        assert calendar.finds(None) == ["Lecture", "А", "б"]
        assert calendar.finds(None, limit=1, offset=1) == ["А"]

    @pytest.mark.parametrize("part", ["lec", "CTUR", " ture "])
    def test_a_part_of_the_name_in_any_case(self, calendar: Calendar, part: str) -> None:
        assert calendar.finds(part) == ["Lecture"]
        assert calendar.finds("%ec") == []

    @pytest.mark.parametrize("part", [" ab ", "а  ", "a\u200b\u00adb"])
    def test_a_part_has_at_least_three_characters(self, calendar: Calendar, part: str) -> None:
        with pytest.raises(TooShort):
            calendar.finds(part)

    @pytest.mark.parametrize("part", ["зачет", "ТМО\u2013зач", "по' тмо", "мо  по’ тм"])
    def test_words_find_in_any_order_whatever_people_mix_up(
        self, calendar: Calendar, part: str
    ) -> None:
        """Contract: 3.9."""
        calendar.creates("ТМО\u2011Зачёт по’")
        assert calendar.finds(part) == ["ТМО\u2011Зачёт по’"]
        assert calendar.finds(part + " нет") == []

    def test_a_name_is_found_by_the_whole_of_it_however_long_it_folds(
        self, calendar: Calendar
    ) -> None:
        calendar.creates("½" * 60)
        assert calendar.finds("½" * 60) == ["½" * 60]

    @pytest.mark.parametrize(("limit", "offset"), [(0, 0), (None, -1), (1, 10_001)])
    def test_a_page_out_of_range_is_refused(
        self, calendar: Calendar, limit: int | None, offset: int
    ) -> None:
        with pytest.raises(InvalidArgument):
            calendar.finds(None, limit, offset)

    @pytest.mark.parametrize(
        ("limit", "offset", "sizes"),
        [
            (None, 0, [2, 2, 1]),
            (None, 1, [2, 2, 0]),
            (None, 9, [0]),
            (4, 0, [2, 2]),
            (3, 0, [2, 1]),
            (1, 2, [1]),
            (9, 3, [2, 0]),
        ],
    )
    def test_it_is_read_in_pieces_which_together_are_the_whole(
        self,
        calendar: Calendar,
        monkeypatch: pytest.MonkeyPatch,
        limit: int | None,
        offset: int,
        sizes: list[int],
    ) -> None:
        """Contract: 1.20."""
        for name in "гбва":
            calendar.creates(name, NOON + (name in "аб"))
        whole = calendar.finds(None)
        monkeypatch.setattr("attendance_core.pieces.MAX_PIECE", 2)

        async def read(pieces: AsyncIterator[Sequence[Event | Membership]]) -> list[list[str]]:
            return [names(piece) async for piece in pieces]

        mine: dict[str, Any] = {"actor": ANNA}
        use_case: Any
        for use_case, own in (
            (calendar._search, {}),
            (calendar._created, mine),
            (calendar._joined, mine),
        ):
            read_pieces = drive(read(use_case.pieces(query=EventQuery(limit, offset), **own)))
            assert [len(piece) for piece in read_pieces] == sizes
            page = whole[offset : None if limit is None else offset + limit]
            assert [name for piece in read_pieces for name in piece] == page
            assert names(drive(use_case(query=EventQuery(limit, offset), **own))) == page

    def test_what_comes_and_goes_meanwhile_leaves_all_others_in_once(
        self, calendar: Calendar, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Contract: 1.20."""
        monkeypatch.setattr("attendance_core.pieces.MAX_PIECE", 2)
        ids = {name: calendar.creates(name).event_id for name in "абвгд"}

        async def read() -> str:
            found, piece_count = "", 0
            async for piece in calendar._search.pieces(
                name=None, query=EventQuery(offset=1)
            ):  # the lecture
                found += "".join(names(piece))
                piece_count += 1
                if piece_count == 1:
                    await calendar._delete(actor=ANNA, event_id=ids["б"])
                if piece_count == 2:
                    await calendar._create(actor=ANNA, name="ааа", starts_at=NOON, ends_at=NOON + 9)
            return found

        assert drive(read()) == "абвгд"

    def test_an_unknown_id_is_not_found(self, calendar: Calendar) -> None:
        with pytest.raises(EventNotFound):
            calendar.gets(EventId(calendar.world.ids.event_id()))


class TestDeleteEvent:
    def test_only_the_creator_deletes(self, calendar: Calendar) -> None:
        with pytest.raises(NotTheCreator):
            calendar.deletes(BORIS)
        calendar.deletes(ANNA)
        with pytest.raises(EventNotFound):
            calendar.gets(calendar.lecture)

    def test_its_sockets_close_and_its_name_is_free(self, calendar: Calendar) -> None:
        """Contract: 5.6."""
        calendar.deletes(ANNA)
        assert calendar.world.announcements[-1] == ConnectionsEnded(
            calendar.lecture, Ending.DELETED
        )
        calendar.creates("Lecture")

    def test_it_stays_once_it_has_ended_and_somebody_else_joined(self, calendar: Calendar) -> None:
        """Contract: 5.5."""
        calendar.joins(BORIS)
        calendar.leaves(BORIS)
        calendar.world.clock.pass_(SECONDS_TO_THE_END)
        with pytest.raises(SomebodyTookPart):
            calendar.deletes(ANNA)
        with pytest.raises(NotTheCreator):
            calendar.deletes(BORIS)
        assert calendar.created(ANNA) == ["Lecture"]

    def test_it_goes_after_its_end_where_nobody_else_came(self, calendar: Calendar) -> None:
        calendar.world.clock.pass_(SECONDS_TO_THE_END)
        calendar.deletes(ANNA)
        assert calendar.created(ANNA) == []

    def test_it_goes_before_its_end_whoever_joined(self, calendar: Calendar) -> None:
        calendar.joins(BORIS)
        calendar.deletes(ANNA)
        assert calendar.created(ANNA) == []

    def test_a_record_does_not_vanish(self, calendar: Calendar) -> None:
        calendar.vera_marks_boris()
        with pytest.raises(SomebodyWasMarked):
            calendar.deletes(ANNA)
        assert calendar.states()[BORIS] == "marked"
