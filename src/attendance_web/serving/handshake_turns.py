"""Has handshakes of sockets begin a few at a step of the event loop, in turns by network."""

from __future__ import annotations

from typing import Final
from weakref import WeakKeyDictionary

import uvicorn

from attendance_web.wire.step_turns import StepTurns

HANDSHAKES_AT_ONCE: Final = 2  # at a step

_handshake_turns_of: WeakKeyDictionary[uvicorn.Config, StepTurns] = WeakKeyDictionary()


def handshake_turns_of(config: uvicorn.Config) -> StepTurns:
    """Finds the turns that the handshakes of a server take."""
    turns = _handshake_turns_of.get(config)
    if turns is None:
        turns = _handshake_turns_of[config] = StepTurns(HANDSHAKES_AT_ONCE)
    return turns
