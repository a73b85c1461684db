"""How names are kept, compared and judged."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance_core.vocabulary import fold, is_printable, tidy

texts = st.text(st.characters(codec="utf-8"), max_size=20)


class TestFold:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("ЛЕКЦИЯ", "лекция"),
            ("Ё", "ё"),
            ("STRASSE", "straße"),
            ("\u0439", "\u0438\u0306"),  # one letter, and a letter with its breve
            ("\uff21", "a"),  # of full width
            ("\ufb01", "fi"),  # a ligature
        ],
    )
    def test_these_are_the_same_name(self, one: str, other: str) -> None:
        assert fold(one) == fold(other)

    def test_different_letters_stay_different(self) -> None:
        assert fold("е") != fold("ё")
        assert fold("A") != fold("А")  # Latin and Cyrillic

    def test_what_nobody_sees_makes_no_other_name(self) -> None:
        assert fold("Лекция\u200b") == fold("Лек\u00adция") == fold("Лекция")

    @pytest.mark.parametrize("text", ["\u3164", "\u115f\u1160", "\uffa0", "\u2800 \u2800"])
    def test_blank_letters_alone_are_no_name(self, text: str) -> None:
        assert not is_printable(text)

    @given(texts)
    def test_what_is_folded_folds_to_itself(self, text: str) -> None:
        assert fold(fold(text)) == fold(text)


class TestTidy:
    def test_white_space_at_the_ends_goes_and_the_rest_stays(self) -> None:
        assert tidy("\u00a0 Анна  Мария \t\n") == "Анна  Мария"

    @given(texts)
    def test_what_is_tidy_is_composed(self, text: str) -> None:
        assert unicodedata.is_normalized("NFC", tidy(text))


class TestIsPrintable:
    """Contract: 3.6."""

    @pytest.mark.parametrize(
        "text", ["", "Анна", "O'Neil-Смит", "李", "👩\u200d🏫", "e\u0301", "a\u200fb"]
    )
    def test_these_are(self, text: str) -> None:
        assert is_printable(text)

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
        assert not is_printable(text)
