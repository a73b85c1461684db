"""The link of an event's board, which lets whoever shows it watch the counts. Contract: 8.5."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from attendance_core import ports
from attendance_core.arguments import check_kinds
from attendance_core.errors import EventOver
from attendance_core.events.organisers import check_organiser
from attendance_core.vocabulary import BoardId, EventId, Seconds, UserId

BOARD_AFTER_END_SECONDS: Seconds = 3600  # Contract: MakeBoardLink, of its link


def board_id_of(secret: str) -> BoardId:
    """Makes the name that the secret of a link is kept under."""
    return BoardId(hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest())


@dataclass(frozen=True, slots=True)
class MakeBoardLink:
    """Makes the link of an event's board; it ends the one before.

    Contract: POST /api/events/MakeBoardLink.
    """

    transact: ports.Transact
    ids: ports.Ids

    async def __call__(self, *, actor: UserId, event_id: EventId) -> str:
        """Answers its secret, which is not kept. Raises EventNotFound, NotAnOrganiser, EventOver
        where the link would have ended already.
        """
        check_kinds(actor=actor, event_id=event_id)
        secret = self.ids.token()

        def work(unit: ports.Unit) -> None:
            event = unit.events.lock(event_id)
            check_organiser(unit, event, actor)
            if unit.now() >= event.ends_at + BOARD_AFTER_END_SECONDS:
                raise EventOver
            unit.boards.put(event_id, board_id_of(secret))

        await self.transact(work)
        return secret


@dataclass(frozen=True, slots=True)
class RemoveBoardLink:
    """Ends the link of an event's board. Contract: POST /api/events/RemoveBoardLink."""

    transact: ports.Transact

    async def __call__(self, *, actor: UserId, event_id: EventId) -> None:
        """Does nothing where there is none. Raises EventNotFound, NotAnOrganiser."""
        check_kinds(actor=actor, event_id=event_id)

        def work(unit: ports.Unit) -> None:
            check_organiser(unit, unit.events.lock(event_id), actor)
            unit.boards.remove(event_id)

        await self.transact(work)
