"""Profiles, pictures, and finding people. Contract: 3."""

from __future__ import annotations

import pytest

from attendance_core.errors import (
    BadCharacters,
    BadLength,
    BadPicture,
    InvalidArgument,
    MissingArgument,
    PersonNotFound,
    Refusal,
    TooShort,
)
from attendance_core.profiles import (
    Confirmation,
    GetProfileSummaries,
    ProfileSummary,
    picture_file_path,
)
from attendance_core.testing.machine.driving import drive
from attendance_core.vocabulary import UserId
from tests.support.profile_desk import ANNA, BORIS, Desk, desk

__all__ = ["desk"]


class TestGetProfile:
    def test_a_new_profile_has_a_name_and_nothing_else(self, desk: Desk) -> None:
        seen = desk.sees(BORIS, ANNA)
        assert (seen.profile.display_name, seen.profile.bio) == ("Анна Смирнова", "")
        assert (seen.profile.picture, seen.confirmed, seen.karma) == (None, False, 0)

    def test_only_oneself_sees_how_far_the_check_is(self, desk: Desk) -> None:
        assert desk.sees(ANNA, ANNA).confirmation is Confirmation.NONE
        assert desk.sees(BORIS, ANNA).confirmation is None

    def test_karma_is_what_the_marks_add_up_to(self, desk: Desk) -> None:
        desk.world.waits(1)
        marker = desk.world.marks(2)
        desk.world.chooses(marker, ANNA)
        drive(desk.world.confirm(connection=marker))
        assert desk.sees(ANNA, BORIS).karma == 50
        assert desk.sees(ANNA, ANNA).karma == 0

    def test_an_unknown_person_is_not_found(self, desk: Desk) -> None:
        with pytest.raises(PersonNotFound):
            desk.sees(ANNA, UserId(99))


class TestGetProfileSummaries:
    def test_they_are_of_those_who_exist(self, desk: Desk) -> None:
        ask = GetProfileSummaries(desk.world.store.observe)
        found = drive(ask(user_ids=[BORIS, UserId(77)]))
        assert list(found) == [ProfileSummary(BORIS, "Борис", None, confirmed=False)]


class TestUpdateProfileInfo:
    def test_what_is_not_given_stays(self, desk: Desk) -> None:
        desk.writes(bio=" ИУ5, МГТУ ")
        desk.writes(display_name="Аня")
        profile = desk.sees(ANNA, ANNA).profile
        assert (profile.display_name, profile.bio) == ("Аня", "ИУ5, МГТУ")

    def test_a_bio_may_be_emptied(self, desk: Desk) -> None:
        desk.writes(bio="group")
        desk.writes(bio="")
        assert desk.sees(ANNA, ANNA).profile.bio == ""

    def test_neither_given_is_a_missing_argument(self, desk: Desk) -> None:
        with pytest.raises(MissingArgument):
            desk.writes()

    @pytest.mark.parametrize(
        ("name", "bio", "refusal"),
        [
            ("", None, BadLength),
            ("x" * 101, None, BadLength),
            ("a\x00", None, BadCharacters),
            (None, "x" * 501, BadLength),
            (None, "a\u2067b", BadCharacters),
            ("Аня", "x" * 501, BadLength),
        ],
    )
    def test_what_is_too_long_or_illegible_changes_nothing(
        self, desk: Desk, name: str | None, bio: str | None, refusal: type[Refusal]
    ) -> None:
        with pytest.raises(refusal):
            desk.writes(name, bio)
        assert desk.sees(ANNA, ANNA).profile.display_name == "Анна Смирнова"

    @pytest.mark.parametrize(
        ("written", "kept"),
        [
            ("ИУ5\nМГТУ", "ИУ5\nМГТУ"),
            ("ИУ5\r\nМГТУ\rМосква", "ИУ5\nМГТУ\nМосква"),
            ("a\n\nb", "a\n\nb"),
            ("a\n\n\n\n\nb\r\n\r\n\r\nc", "a\n\nb\n\nc"),
            ("a\n \n\u00a0\nb", "a\n\nb"),  # what looks empty is empty
            ("\n\n a \n", "a"),
            ("x" * 499 + "\r\n" * 9 + "y", None),
            ("x" * 249 + "\r\n" * 9 + "y" * 249, "x" * 249 + "\n\n" + "y" * 249),
        ],
    )
    def test_lines_of_a_bio_stay_and_of_line_breaks_at_most_two_in_a_row(
        self, desk: Desk, written: str, kept: str | None
    ) -> None:
        """Contract: 3.6."""
        if kept is None:  # the length is counted afterwards
            with pytest.raises(BadLength):
                desk.writes(bio=written)
        else:
            desk.writes(bio=written)
            assert desk.sees(ANNA, ANNA).profile.bio == kept

    @pytest.mark.parametrize(
        ("name", "bio"),
        [("a\nb", None), ("a\r\nb", None)]
        + [(None, f"a\n{each}\n\nb") for each in "\x00\t\v\f\x1b\x7f\x85\u2028\u2029\u202e"],
    )
    def test_a_name_has_one_line_and_other_controls_are_refused(
        self, desk: Desk, name: str | None, bio: str | None
    ) -> None:
        """Contract: 3.6."""
        with pytest.raises(BadCharacters):
            desk.writes(name, bio)

    def test_length_is_counted_after_composing_and_trimming(self, desk: Desk) -> None:
        desk.writes(display_name="  " + "\u0438\u0306" * 100 + "  ")
        assert desk.sees(ANNA, ANNA).profile.display_name == "й" * 100


class TestUpdateProfilePicture:
    def test_a_new_one_has_a_new_name_and_the_old_one_goes(self, desk: Desk) -> None:
        first, second = desk.shows(), desk.shows()
        assert first != second
        assert list(desk.files.kept) == [picture_file_path(second)]
        assert desk.files.kept[picture_file_path(second)] == b"clean picture1024"

    def test_what_is_no_picture_changes_nothing(self, desk: Desk) -> None:
        first = desk.shows()
        with pytest.raises(BadPicture):
            desk.shows(b"<svg>")
        assert desk.sees(ANNA, ANNA).profile.picture == first


class TestFindByName:
    @pytest.mark.parametrize("part", ["смир", "СМИР", " Анна С", "нна смирно"])
    def test_any_part_in_any_case_finds(self, desk: Desk, part: str) -> None:
        assert desk.finds(part) == ["Анна Смирнова"]

    @pytest.mark.parametrize(
        "part", ["смирнова анна", "АННА  смир", "нова н", "Смирнова\u00a0АННА"]
    )
    def test_words_find_in_any_order(self, desk: Desk, part: str) -> None:
        """Contract: 3.9."""
        assert desk.finds(part) == ["Анна Смирнова"]

    @pytest.mark.parametrize("part", ["анна иванова", "смирнова анна п", "аннасмирнова"])
    def test_every_word_has_to_be_in_the_name(self, desk: Desk, part: str) -> None:
        """Contract: 3.9."""
        assert desk.finds(part) == []

    def test_what_people_mix_up_finds_both_and_they_are_ordered_as_before(self, desk: Desk) -> None:
        """Contract: 3.9, and 3.8 by name, then id."""
        for name in ("Артём Щёлкин", "Артем Щелкин", "Мар’яна О`Нил-Кей"):
            desk.world.person(name)
        for part in ("артем щелкин", "ЩЁЛКИН АРТЁМ", "Арте\u0308м"):
            assert desk.finds(part) == ["Артем Щелкин", "Артём Щёлкин"]
        assert desk.finds("мар'яна о'нил\u2011кей") == ["Мар’яна О`Нил-Кей"]

    @pytest.mark.parametrize("part", ["а  б", "\u00a0аб\u200b ", "ё\u00adаб"])
    def test_length_of_the_whole_part_is_counted_after_folding(self, desk: Desk, part: str) -> None:
        """Contract: 3.8."""
        with pytest.raises(TooShort):
            desk.finds(part)
        assert desk.finds("а  б в") == []

    def test_a_hundred_at_most_are_answered_and_the_others_by_pages(self, desk: Desk) -> None:
        """Contract: 3.8."""
        names = [f"Однофамилец {number:03}" for number in range(101)]
        for name in names:
            desk.world.person(name)
        found = drive(desk._find(display_name_part="однофамилец"))
        assert [each.display_name for each in found] == names[:100]
        assert desk.finds("однофамилец", limit=1000) == names[:100]
        assert desk.finds("однофамилец", limit=1000, offset=99) == names[99:]

    def test_percent_and_underscore_mean_themselves(self, desk: Desk) -> None:
        desk.world.person("100%_sure")
        assert desk.finds("100%") == ["100%_sure"]
        assert desk.finds("а___") == desk.finds("%%%%") == []

    @pytest.mark.parametrize("part", ["", "абв", "  абв  "])
    def test_a_part_has_at_least_four_characters_after_trimming(
        self, desk: Desk, part: str
    ) -> None:
        with pytest.raises(TooShort):
            desk.finds(part)

    def test_length_is_counted_after_folding(self, desk: Desk) -> None:
        desk.world.person("Head office")
        assert desk.finds("o\ufb03") == ["Head office"]  # two characters that fold to four

    def test_what_cannot_be_seen_is_refused(self, desk: Desk) -> None:
        with pytest.raises(TooShort):
            desk.finds("\u200b" * 4)
        with pytest.raises(BadCharacters):
            desk.finds("\u3164" * 4)

    def test_by_name_then_id_and_at_most_a_hundred(self, desk: Desk) -> None:
        for number in range(101):
            desk.world.person(f"Student {number:03}")
        assert desk.finds("student", limit=1000) == [f"Student {n:03}" for n in range(100)]
        assert desk.finds("student", limit=2, offset=99) == ["Student 099", "Student 100"]

    @pytest.mark.parametrize(("limit", "offset"), [(0, 0), (-1, 0), (1, -1), (1, 10_001)])
    def test_a_page_out_of_range_is_refused(self, desk: Desk, limit: int, offset: int) -> None:
        with pytest.raises(InvalidArgument):
            desk.finds("student", limit, offset)
