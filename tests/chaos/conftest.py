"""The two histories that most tests of the checker begin with."""

from __future__ import annotations

import pytest

from tests.chaos.tale import ANNA, ANNA_SOCKET, GLEB, GLEB_SOCKET, VERA, VERA_SOCKET, Tale


@pytest.fixture
def tale() -> Tale:
    made = Tale()
    made.begins()
    return made


@pytest.fixture
def marked(tale: Tale) -> Tale:
    """Vera has marked Anna, and everybody knows."""
    tale.prepares(VERA, VERA_SOCKET, ANNA)
    tale.hears(GLEB, GLEB_SOCKET, "user_left", user_id=ANNA)
    tale.confirms(VERA, VERA_SOCKET, ANNA)
    tale.learns_of_mark(ANNA, ANNA_SOCKET, VERA)
    return tale
