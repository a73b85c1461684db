"""The two histories that most tests of the checker begin with."""

from __future__ import annotations

import pytest

from tests.chaos.tale import ANNA, GLEB, MARKS, MARKS_TOO, VERA, WAITS, Tale


@pytest.fixture
def tale() -> Tale:
    made = Tale()
    made.begins()
    return made


@pytest.fixture
def marked(tale: Tale) -> Tale:
    """Vera has marked Anna, and everybody knows."""
    tale.prepares(VERA, MARKS, ANNA)
    tale.hears(GLEB, MARKS_TOO, "user_left", user_id=ANNA)
    tale.confirms(VERA, MARKS, ANNA)
    tale.was_marked(ANNA, WAITS, VERA)
    return tale
