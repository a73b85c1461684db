"""What a row of a sheet costs SQL. What is in it is tried by the contract of stores."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Uuid

from attendance_adapters.sql.participants import (
    PARTICIPANTS,
    PARTICIPANTS_AFTER,
    PARTICIPANTS_OF,
)


@pytest.mark.parametrize("statement", [PARTICIPANTS_OF, PARTICIPANTS, PARTICIPANTS_AFTER])
def test_no_row_makes_the_id_of_the_event_anew(statement: Any) -> None:
    """Of ten thousand people it is the same."""
    assert not [each for each in statement.exported_columns if isinstance(each.type, Uuid)]
