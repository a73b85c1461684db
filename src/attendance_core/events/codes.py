"""The codes of events: what people read from a board, and type. Contract: 8.10."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from attendance_core import ports
from attendance_core.errors import EventNotFound
from attendance_core.events.event import Event
from attendance_core.vocabulary import EventCode

# Without 0 and O, 1 and I and L, and the U that is taken for a V
CODE_LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH: Final = 6  # Contract: 8.10, of 30 letters and digits: 729 000 000 codes


def event_code_of(text: str) -> EventCode | None:
    """Makes a code of what somebody has typed, in either case; None where it can be none."""
    if len(text) != CODE_LENGTH or not text.isascii():  # to Python a long s is an S, too
        return None
    code = text.upper()
    return EventCode(code) if set(code) <= set(CODE_LETTERS) else None


@dataclass(frozen=True, slots=True)
class GetEventByCode:
    """Gets the event that a short address is of. Contract: 8.10."""

    observe: ports.Observe

    async def __call__(self, *, code: str) -> Event:
        """Raises EventNotFound, also where it can be no code."""
        wanted = event_code_of(code)
        if wanted is None:
            raise EventNotFound
        found = await self.observe(lambda unit: unit.events.find_by_code(wanted))
        if found is None:
            raise EventNotFound
        return found
