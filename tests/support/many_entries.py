"""A ledger that is long: people of one event are marked, annulled and marked again."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection, insert, select, text

from attendance_adapters.sql.tables import events, ledger, places
from attendance_core.marking.ledger import AnnulReason, Origin, month_of
from tests.support.many_names import FIRST_ID, NOW, fill

EACH = 5  # entries of a person


def fill_ledger(on: Connection, event_id: str, entries: int) -> None:
    """Adds so many, by the creator's hand, of people made for them; lets PostgreSQL count them."""
    event, people = UUID(event_id), entries // EACH
    fill(on, people=people, gatherings=1)
    creator = on.execute(select(events.c.creator_id).where(events.c.event_id == event)).scalar_one()
    users = range(FIRST_ID + 1, FIRST_ID + 1 + people)
    whose = {"event_id": event, "member": True, "version": EACH, "last_n": EACH}
    on.execute(insert(places), [{**whose, "user_id": user_id} for user_id in users])
    for n in range(1, EACH + 1):
        kind = {"origin": Origin.HAND.value, "reason": None}
        if n % 2 == 0:
            kind = {"origin": None, "reason": AnnulReason.OTHER.value}
        facts = {"event_id": event, "n": n, "previous_n": n - 1 or None, "actor_id": creator}
        when = {"at": NOW + n, "month": month_of(NOW + n)}
        judged = {"actor_checked": False, "person_checked": False}
        on.execute(
            insert(ledger), [{**facts, **when, **judged, **kind, "user_id": each} for each in users]
        )
    on.commit()
    on.execute(text("ANALYZE"))
    on.commit()
