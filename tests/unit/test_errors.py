"""Every way to say no has a code, and texts whose blanks can be filled. Contract: 1, 6."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator

import pytest

from attendance_core import errors
from attendance_core.errors import (
    BadLength,
    EventDeleted,
    EventOver,
    InvalidArgument,
    MayNotMark,
    MissingArgument,
    NoLongerMarks,
    NotATime,
    NothingGiven,
    OutOfRange,
    RecordChanged,
    Refusal,
    RefusalKind,
    ScanChanged,
    ScanTaken,
    Taken,
    Unavailable,
)

# All the blanks there are
WORDS = {
    "field": "name",
    "fields": "name, time_from",
    "least": 1,
    "most": 128,
    "seconds": 7,
    "minutes": 10,
}
# Contract: 6.15, those that the core decides
MARKING_CODES = {
    "not_waiting",
    "taken",
    "already_marked",
    "yourself",
    "already_holding",
    "you_are_waiting",
    "nobody_held",
    "not_held",
    "event_over",
    "event_not_started",
    "event_not_found",
    "not_logged_in",
    "left_event",
    "may_not_mark",
    "holding_somebody",
}


def refusals(of: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    for refusal in of.__subclasses__():
        if refusal.__module__.startswith(f"{errors.__name__}."):
            yield refusal
            yield from refusals(refusal)


@pytest.mark.parametrize("refusal", [*refusals()], ids=lambda each: each.__name__)
class TestEveryRefusal:
    def test_it_can_be_told_in_both_languages(self, refusal: type[Refusal]) -> None:
        told = refusal(**WORDS)
        for language in ("en", "ru"):
            text = told.text(language)
            assert text and "{" not in text
        assert str(told) == told.text("en")
        assert re.search("[а-я]", told.text("ru"))
        assert not re.search("[а-я]", told.text("en"))

    def test_its_texts_have_the_same_blanks(self, refusal: type[Refusal]) -> None:
        blanks = [
            {name for _, name, _, _ in string.Formatter().parse(text) if name}
            for text in (refusal.en, refusal.ru)
        ]
        assert blanks[0] == blanks[1] <= WORDS.keys()

    def test_its_kind_and_code_are_stable(self, refusal: type[Refusal]) -> None:
        assert refusal.kind in RefusalKind
        assert re.fullmatch("[a-z]+(_[a-z]+)*", refusal.code)


def test_no_code_is_used_twice_but_by_what_has_words_of_its_own() -> None:
    others = {EventDeleted, NoLongerMarks, ScanChanged, ScanTaken}
    others |= {NothingGiven, OutOfRange, NotATime}
    codes = [each.code for each in refusals() if each not in others]
    assert len(codes) == len(set(codes))
    assert EventDeleted.code == EventOver.code == "event_over"
    assert NoLongerMarks.code == MayNotMark.code == "may_not_mark"
    assert NothingGiven.code == MissingArgument.code == "missing_argument"
    assert OutOfRange.code == NotATime.code == InvalidArgument.code == "invalid_argument"
    # Contract: 9.8
    assert ScanChanged.code == RecordChanged.code == "changed"
    assert ScanTaken.code == Taken.code == "taken"


def test_the_codes_of_marking_are_there() -> None:
    assert {each.code for each in refusals()} >= MARKING_CODES


def test_a_text_names_the_field_and_its_limits() -> None:
    text = BadLength(field="bio", least=0, most=500).text("en")
    assert all(word in text for word in ("bio", "0", "500"))


def test_a_failure_of_ours_says_only_to_try_again() -> None:
    failure = Unavailable()
    assert failure.code == "unavailable"
    assert failure.text("en") == Unavailable.en
    assert failure.text("ru") == Unavailable.ru
