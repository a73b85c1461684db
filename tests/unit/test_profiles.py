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
from tests.support.profile_office import ANNA, BORIS, Office, office

__all__ = ["office"]


class TestGetProfile:
    def test_a_new_profile_has_a_name_and_nothing_else(self, office: Office) -> None:
        seen = office.sees(BORIS, ANNA)
        assert (seen.profile.display_name, seen.profile.bio) == ("Анна Смирнова", "")
        assert (seen.profile.picture, seen.confirmed, seen.karma) == (None, False, 0)

    def test_only_oneself_sees_how_far_the_check_is(self, office: Office) -> None:
        assert office.sees(ANNA, ANNA).confirmation is Confirmation.NONE
        assert office.sees(BORIS, ANNA).confirmation is None

    def test_karma_is_what_the_marks_add_up_to(self, office: Office) -> None:
        office.world.waits(1)
        marker = office.world.comes_to_mark(2)
        office.world.chooses(marker, ANNA)
        drive(office.world.confirm(connection=marker))
        assert office.sees(ANNA, BORIS).karma == 50
        assert office.sees(ANNA, ANNA).karma == 0

    def test_an_unknown_person_is_not_found(self, office: Office) -> None:
        with pytest.raises(PersonNotFound):
            office.sees(ANNA, UserId(99))


class TestGetProfileSummaries:
    def test_they_are_of_those_who_exist(self, office: Office) -> None:
        ask = GetProfileSummaries(office.world.store.observe)
        found = drive(ask(user_ids=[BORIS, UserId(77)]))
        assert list(found) == [ProfileSummary(BORIS, "Борис", None, confirmed=False)]


class TestUpdateProfileInfo:
    def test_what_is_not_given_stays(self, office: Office) -> None:
        office.writes(bio=" ИУ5, МГТУ ")
        office.writes(display_name="Аня")
        profile = office.sees(ANNA, ANNA).profile
        assert (profile.display_name, profile.bio) == ("Аня", "ИУ5, МГТУ")

    def test_a_bio_may_be_emptied(self, office: Office) -> None:
        office.writes(bio="group")
        office.writes(bio="")
        assert office.sees(ANNA, ANNA).profile.bio == ""

    def test_neither_given_is_a_missing_argument(self, office: Office) -> None:
        with pytest.raises(MissingArgument):
            office.writes()

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
        self, office: Office, name: str | None, bio: str | None, refusal: type[Refusal]
    ) -> None:
        with pytest.raises(refusal):
            office.writes(name, bio)
        assert office.sees(ANNA, ANNA).profile.display_name == "Анна Смирнова"

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
        self, office: Office, written: str, kept: str | None
    ) -> None:
        """Contract: 3.6."""
        if kept is None:  # the length is counted afterwards
            with pytest.raises(BadLength):
                office.writes(bio=written)
        else:
            office.writes(bio=written)
            assert office.sees(ANNA, ANNA).profile.bio == kept

    @pytest.mark.parametrize(
        ("name", "bio"),
        [("a\nb", None), ("a\r\nb", None)]
        + [(None, f"a\n{each}\n\nb") for each in "\x00\t\v\f\x1b\x7f\x85\u2028\u2029\u202e"],
    )
    def test_a_name_has_one_line_and_other_controls_are_refused(
        self, office: Office, name: str | None, bio: str | None
    ) -> None:
        """Contract: 3.6."""
        with pytest.raises(BadCharacters):
            office.writes(name, bio)

    def test_length_is_counted_after_composing_and_trimming(self, office: Office) -> None:
        office.writes(display_name="  " + "\u0438\u0306" * 100 + "  ")
        assert office.sees(ANNA, ANNA).profile.display_name == "й" * 100


class TestUpdateProfilePicture:
    def test_a_new_one_has_a_new_name_and_the_old_one_goes(self, office: Office) -> None:
        first, second = office.shows(), office.shows()
        assert first != second
        assert list(office.files.kept) == [picture_file_path(second)]
        assert office.files.kept[picture_file_path(second)] == b"clean picture1024"

    def test_what_is_no_picture_changes_nothing(self, office: Office) -> None:
        first = office.shows()
        with pytest.raises(BadPicture):
            office.shows(b"<svg>")
        assert office.sees(ANNA, ANNA).profile.picture == first


class TestFindByName:
    @pytest.mark.parametrize("part", ["смир", "СМИР", " Анна С", "нна смирно"])
    def test_any_part_in_any_case_finds(self, office: Office, part: str) -> None:
        assert office.finds(part) == ["Анна Смирнова"]

    @pytest.mark.parametrize(
        "part", ["смирнова анна", "АННА  смир", "нова н", "Смирнова\u00a0АННА"]
    )
    def test_words_find_in_any_order(self, office: Office, part: str) -> None:
        """Contract: 3.9."""
        assert office.finds(part) == ["Анна Смирнова"]

    @pytest.mark.parametrize("part", ["анна иванова", "смирнова анна п", "аннасмирнова"])
    def test_every_word_has_to_be_in_the_name(self, office: Office, part: str) -> None:
        """Contract: 3.9."""
        assert office.finds(part) == []

    def test_what_people_mix_up_finds_both_and_they_are_ordered_as_before(
        self, office: Office
    ) -> None:
        """Contract: 3.9, and 3.8 by name, then id."""
        for name in ("Артём Щёлкин", "Артем Щелкин", "Мар’яна О`Нил-Кей"):
            office.world.add_person(name)
        for part in ("артем щелкин", "ЩЁЛКИН АРТЁМ", "Арте\u0308м"):
            assert office.finds(part) == ["Артем Щелкин", "Артём Щёлкин"]
        assert office.finds("мар'яна о'нил\u2011кей") == ["Мар’яна О`Нил-Кей"]

    @pytest.mark.parametrize("part", ["а  б", "\u00a0аб\u200b ", "ё\u00adаб"])
    def test_length_of_the_whole_part_is_counted_after_folding(
        self, office: Office, part: str
    ) -> None:
        """Contract: 3.8."""
        with pytest.raises(TooShort):
            office.finds(part)
        assert office.finds("а  б в") == []

    def test_a_hundred_at_most_are_answered_and_the_others_by_pages(self, office: Office) -> None:
        """Contract: 3.8."""
        names = [f"Однофамилец {number:03}" for number in range(101)]
        for name in names:
            office.world.add_person(name)
        found = drive(office._find(display_name_part="однофамилец"))
        assert [each.display_name for each in found] == names[:100]
        assert office.finds("однофамилец", limit=1000) == names[:100]
        assert office.finds("однофамилец", limit=1000, offset=99) == names[99:]

    def test_percent_and_underscore_mean_themselves(self, office: Office) -> None:
        office.world.add_person("100%_sure")
        assert office.finds("100%") == ["100%_sure"]
        assert office.finds("а___") == office.finds("%%%%") == []

    @pytest.mark.parametrize("part", ["", "абв", "  абв  "])
    def test_a_part_has_at_least_four_characters_after_trimming(
        self, office: Office, part: str
    ) -> None:
        with pytest.raises(TooShort):
            office.finds(part)

    def test_length_is_counted_after_folding(self, office: Office) -> None:
        office.world.add_person("Head office")
        assert office.finds("o\ufb03") == ["Head office"]  # two characters that fold to four

    def test_what_cannot_be_seen_is_refused(self, office: Office) -> None:
        with pytest.raises(TooShort):
            office.finds("\u200b" * 4)
        with pytest.raises(BadCharacters):
            office.finds("\u3164" * 4)

    def test_by_name_then_id_and_at_most_a_hundred(self, office: Office) -> None:
        for number in range(101):
            office.world.add_person(f"Student {number:03}")
        assert office.finds("student", limit=1000) == [f"Student {n:03}" for n in range(100)]
        assert office.finds("student", limit=2, offset=99) == ["Student 099", "Student 100"]

    @pytest.mark.parametrize(("limit", "offset"), [(0, 0), (-1, 0), (1, -1), (1, 10_001)])
    def test_a_page_out_of_range_is_refused(self, office: Office, limit: int, offset: int) -> None:
        with pytest.raises(InvalidArgument):
            office.finds("student", limit, offset)
