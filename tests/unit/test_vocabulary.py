"""How names are kept, compared and judged."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance_core.vocabulary import fold, is_found, is_printable, search_fold, tidy, words_of

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

    @given(texts)
    def test_what_is_folded_folds_to_itself(self, text: str) -> None:
        assert fold(fold(text)) == fold(text)


# The page's search is tried with the same examples
EXAMPLES = json.loads((Path(__file__).parents[1] / "page/search_fold.json").read_text("utf-8"))


class TestSearchFold:
    """Contract: 3.9."""

    @pytest.mark.parametrize(("one", "other"), EXAMPLES["same"])
    def test_a_search_takes_these_for_one_another(self, one: str, other: str) -> None:
        assert search_fold(one) == search_fold(other)

    @pytest.mark.parametrize(("one", "other"), EXAMPLES["different"])
    def test_and_not_these(self, one: str, other: str) -> None:
        assert search_fold(one) != search_fold(other)

    @pytest.mark.parametrize(("name", "part"), EXAMPLES["found"])
    def test_words_are_found_in_any_order(self, name: str, part: str) -> None:
        assert is_found(name, search_fold(part))

    @pytest.mark.parametrize(("name", "part"), EXAMPLES["notFound"])
    def test_every_word_has_to_be_there(self, name: str, part: str) -> None:
        assert not is_found(name, search_fold(part))

    def test_every_dash_is_a_hyphen_and_every_space_a_space(self) -> None:
        for code in range(0x110000):
            kind = unicodedata.category(chr(code))
            if kind in {"Pd", "Zs"}:
                assert search_fold(f"a{chr(code)}b") == ("a-b" if kind == "Pd" else "a b")

    def test_two_accounts_do_not_become_one(self) -> None:
        """Uniqueness keeps the fold of NFKC and case alone."""
        for one, other in (("Семен", "Семён"), ("o'b", "o’b"), ("a-b", "a\u2010b"), ("ı", "i")):
            assert fold(one) != fold(other)

    def test_words_are_each_once_and_the_longest_first(self) -> None:
        assert words_of("иван смирнов ия иван") == ["смирнов", "иван", "ия"]
        assert words_of("") == []
        assert len(words_of(" ".join(map(str, range(10_000))))) == 64

    @given(texts)
    def test_no_name_of_one_fold_has_two_of_the_other(self, text: str) -> None:
        """A database computes the one of the other."""
        assert search_fold(fold(text)) == search_fold(text)


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
        assert [hex(code) for code in codes if is_printable(chr(code))] == []
        assert not is_printable("".join(map(chr, codes)))

    @pytest.mark.parametrize("text", ["\u2800 \u3164", "\u200b\U0001d159", "\ufe0f\u0301"])
    def test_neither_are_they_mixed(self, text: str) -> None:
        assert not is_printable(text)

    @pytest.mark.parametrize("text", ["❤\ufe0f", "🏴\U000e0067\U000e007f", "𝅗𝅥", "\ue000"])
    def test_beside_what_is_seen_they_are_fine(self, text: str) -> None:
        assert is_printable(text)


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
