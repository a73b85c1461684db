"""What a proxy writes down of a connection: what was done to it, and when it is whole again."""

from __future__ import annotations

import pytest

from tests.chaos.history import History
from tests.chaos.proxy import Link


@pytest.mark.parametrize("mends", ["thaw", "heal"])
def test_a_link_tells_when_it_is_whole_again(mends: str) -> None:
    history = History()
    link = Link(1, 0, history)
    link.freeze()
    link.freeze()
    getattr(link, mends)()
    getattr(link, mends)()
    link.delay(1.0)
    link.heal()
    link.heal()
    kinds = [item.data["kind"] for item in history.cut()]
    assert kinds == ["freeze", "freeze", "thaw", "delay", "heal"]
