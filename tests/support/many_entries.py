"""A ledger that is long: people of one event are marked, annulled and marked again."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection, insert, select, text

from attendance_adapters.sql.tables import events, ledger, places
from attendance_core.marking.ledger import AnnulReason, Origin, month_of
from tests.support.many_names import FIRST_ID, NOW, fill

ENTRIES_EACH = 5  # of a person


def fill_ledger(on: Connection, event_id: str, entries: int) -> None:
    """Adds ``entries`` by the creator's hand, to people made for them, as many to each.

    Has PostgreSQL count its rows afterwards, else it plans for a table without any.
    """
    event, person_count = UUID(event_id), entries // ENTRIES_EACH
    fill(on, person_count=person_count, event_count=1)
    creator = on.execute(select(events.c.creator_id).where(events.c.event_id == event)).scalar_one()
    ids = range(FIRST_ID + 1, FIRST_ID + 1 + person_count)
    place = {"event_id": event, "member": True, "version": ENTRIES_EACH, "last_n": ENTRIES_EACH}
    on.execute(insert(places), [{**place, "user_id": user_id} for user_id in ids])
    for n in range(1, ENTRIES_EACH + 1):
        kind = {"origin": Origin.HAND.value, "reason": None}
        if n % 2 == 0:
            kind = {"origin": None, "reason": AnnulReason.OTHER.value}
        entry = {"event_id": event, "n": n, "previous_n": n - 1 or None, "actor_id": creator}
        when = {"at": NOW + n, "month": month_of(NOW + n)}
        ticks = {"actor_checked": False, "person_checked": False}
        on.execute(
            insert(ledger), [{**entry, **when, **ticks, **kind, "user_id": each} for each in ids]
        )
    on.commit()
    on.execute(text("ANALYZE"))
    on.commit()
