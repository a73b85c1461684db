"""One attacker, and somebody beside them: a moment of an attack, judged by what was answered.

`make hostile` measures how slow it gets meanwhile; here nothing depends on how fast the machine is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.chaos.attacks import ATTACKS
from tests.chaos.ground import Ground, ground
from tests.chaos.hostile import bounds_of
from tests.chaos.siege import besieged

ATTACK_SECONDS = 0.3
# Those that no bound but turns keeps from everybody else, and that need no crowd
FLOODS_TRIED = (
    *("get-profile", "anonymous-calls", "openings", "create-events", "pictures", "codes"),
    *("corrections", "changes", "helpers", "news", "unknown-codes"),
    *("cut-streams", "streams", "board-secrets", "left-exports", "left-calls", "left-pages"),
    *("frames", "openings-of-nobody", "unknown-paths", "zips"),
    *("provider-log-ins", "provider-callbacks", "unread-pictures"),
)
# One of each kind, for every run: at a socket, at the door, a call, an opening, a stream, a file
IN_EVERY_RUN = (
    *("texts", "chunks", "refused-trailers", "get-profile", "anonymous-calls", "left-calls"),
    *("openings", "frames", "streams", "left-exports", "pictures", "corrections"),
)


class Grounds:
    """A service for one attack after another, and a new one where the last did harm."""

    def __init__(self, folders: pytest.TempPathFactory) -> None:
        self._folders = folders
        self._stack = ExitStack()
        self._current: Ground | None = None

    @contextmanager
    def lent(self) -> Iterator[Ground]:
        """Lends one that nothing has harmed."""
        if self._current is None:
            made = ground(self._folders.mktemp("ground"), by_provider=True)
            self._current = self._stack.enter_context(made)
        try:
            yield self._current
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Ends it."""
        self._current = None
        self._stack.close()


@pytest.fixture(scope="module")
def grounds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grounds]:
    made = Grounds(tmp_path_factory)
    yield made
    made.close()


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(each, marks=[] if each in IN_EVERY_RUN else pytest.mark.long)
        for each in (*ATTACKS, *FLOODS_TRIED)
    ],
)
def test_whoever_does_no_harm_is_answered_whatever_another_sends(
    grounds: Grounds, name: str
) -> None:
    with grounds.lent() as lent:
        siege = besieged(lent, name, ATTACK_SECONDS)
        assert siege.done.sent > 0 and siege.done.connections > 0
        for kind, felt in siege.felt.items():
            assert (kind, felt.errors) == (kind, [])
            assert felt.answered_count == felt.begun_count
        assert all(
            siege.felt[kind].answered_count for kind in ("hold", "opening", "profile", "log-in")
        )
        assert siege.leases_lost == 0
        assert siege.growth < bounds_of(name).growth
        assert lent.service.get("/health/ready")[0] == 200
