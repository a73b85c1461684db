"""How names are kept, compared and judged."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance_core.folding import fold, is_found, name_order, search_fold, words_of

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


def test_people_are_listed_with_yo_beside_ye_and_the_name_itself_decides_last() -> None:
    """Contract: 3.8."""
    ordered = ["Ежов", "Ёжов", "Ёлкин Борис", "Елкина", "Яковлев", "Young", "Ёж"]
    found = sorted(ordered, key=name_order)
    assert found == ["Young", "Ёж", "Ежов", "Ёжов", "Ёлкин Борис", "Елкина", "Яковлев"]
