"""What texts must be, and what of them is kept."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance_core.errors import BadCharacters, InvalidArgument
from attendance_core.texts import (
    BLANKS,
    MAX_COMBINING_MARKS,
    checked_lines,
    checked_search_part,
    checked_text,
    has_too_many_combining_marks,
    is_legible,
    tidy,
)

texts = st.text(st.characters(codec="utf-8"), max_size=20)


# Unicode's Default_Ignorable_Code_Point, and signs whose picture is empty
SHOW_NOTHING = {
    "ignorable": "00ad 034f 061c 115f-1160 17b4-17b5 180b-180f 200b-200f 2060-2065 206a-206f 3164"
    " fe00-fe0f feff ffa0 fff0-fff8 1bca0-1bca3 1d173-1d17a e0000-e0fff",
    "spaces": "0020 00a0 1680 2000-200a 202f 205f 3000",
    "empty": "2800 13441-13446 16fe4 1d159",
    "unassigned": "0378 05ff 2fe0 1fc00 3fffd 10ffff",
}


class TestInvisible:
    """Contract: 3.6, nothing that shows no ink at all."""

    @pytest.mark.parametrize("kind", SHOW_NOTHING)
    def test_no_kind_of_what_shows_nothing_is_a_name_alone_or_together(self, kind: str) -> None:
        ends = [each.split("-") for each in SHOW_NOTHING[kind].split()]
        codes = [code for each in ends for code in range(int(each[0], 16), int(each[-1], 16) + 1)]
        assert [hex(code) for code in codes if is_legible(chr(code))] == []
        assert not is_legible("".join(map(chr, codes)))

    @pytest.mark.parametrize("text", ["\u2800 \u3164", "\u200b\U0001d159", "\ufe0f\u0301"])
    def test_neither_are_they_mixed(self, text: str) -> None:
        assert not is_legible(text)

    @pytest.mark.parametrize("text", ["❤\ufe0f", "🏴\U000e0067\U000e007f", "𝅗𝅥", "\ue000"])
    def test_beside_what_is_seen_they_are_fine(self, text: str) -> None:
        assert is_legible(text)

    def test_long_ranges_are_in_no_set(self) -> None:
        """Each letter of one takes 120 bytes of every process."""
        assert len(BLANKS) < 100


class TestTidy:
    def test_white_space_at_the_ends_goes_and_the_rest_stays(self) -> None:
        assert tidy("\u00a0 Анна  Мария \t\n", "name") == "Анна  Мария"

    @given(texts)
    def test_what_is_tidy_is_composed(self, text: str) -> None:
        assert unicodedata.is_normalized("NFC", tidy(text, "name"))


class TestIsLegible:
    """Contract: 3.6."""

    @pytest.mark.parametrize(
        "text", ["", "Анна", "O'Neil-Смит", "李", "👩\u200d🏫", "e\u0301", "a\u200fb"]
    )
    def test_these_are(self, text: str) -> None:
        assert is_legible(text)

    @pytest.mark.parametrize(
        "text",
        [
            "a\x00b",
            "a\nb",
            "a\x7f",
            "a\u202eb",  # turns what follows around
            "a\u2066b",
            "a\u2028b",
            "a\ud800",
            "\u200b\u200b\u200b\u200b",  # four spaces without width
            "\u0301" * 50,  # marks on nothing
            "\u2060",
        ],
    )
    def test_these_hide_or_turn_around_what_a_reader_sees(self, text: str) -> None:
        assert not is_legible(text)


class TestCombiningMarks:
    """Contract: 1.13, whoever brings the text: a call, or a program that uses the library."""

    def test_a_mark_is_whatever_comes_to_nothing_else(self) -> None:
        for each in map(chr, range(0x300, sys.maxunicode + 1)):
            if all(map(unicodedata.combining, unicodedata.normalize("NFKD", each))):
                assert has_too_many_combining_marks(each * (MAX_COMBINING_MARKS + 1)), ascii(each)

    @pytest.mark.parametrize(
        "read",
        [
            lambda text: tidy(text, "name"),
            lambda text: checked_text(text, "name", 1, 1000),
            lambda text: checked_lines(text, "name", 1000),
            lambda text: checked_search_part(text, "name", 1),
        ],
    )
    def test_a_letter_has_only_so_many(self, read: Callable[[str], str]) -> None:
        assert read("e" + "\u0316" * MAX_COMBINING_MARKS)
        with pytest.raises(InvalidArgument, match="«name»") as refused:
            read("e" + "\u0316" * (MAX_COMBINING_MARKS + 1))
        assert not isinstance(refused.value, BadCharacters)  # the one that calls are told
