"""Which of our languages somebody reads. Contract: 1.4."""

from __future__ import annotations

import pytest

from attendance_web.wire.language import preferred_language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "ru"),
        ("", "ru"),
        ("en", "en"),
        ("EN-us", "en"),
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("en-GB,en;q=0.9,ru;q=0.8", "en"),
        ("en;q=0.3, ru;q=0.7", "ru"),
        ("ru;q=0.3, en;q=0.7", "en"),
        ("fr, en;q=0.1", "en"),
        ("fr, de;q=0.5", "ru"),
        ("*", "ru"),
        ("en, *;q=0.5", "en"),
        ("fr, *;q=0.5", "ru"),
        ("ru;q=0, en;q=0.1", "en"),
        ("ru;q=0", "ru"),
        ("en;q=nonsense", "ru"),
        ("en;q=nan, ru;q=0.1", "ru"),
        ("enx, english", "ru"),
        (",;,;;q", "ru"),
        ("en" + "," * 10_000, "en"),
    ],
)
def test_the_one_that_is_liked_best_is_spoken(header: str, language: str) -> None:
    assert preferred_language(header) == language
