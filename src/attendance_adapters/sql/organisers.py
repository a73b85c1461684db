"""Who helps in events, in SQL."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Uuid, bindparam, delete, exists, insert, select

from attendance_adapters.sql.column_types import BigId
from attendance_adapters.sql.executor import Executor
from attendance_adapters.sql.tables import helpers, profiles
from attendance_core.events import Helper
from attendance_core.vocabulary import EventId, Instant, UserId

_is_in_event = helpers.c.event_id == bindparam("event_id", type_=Uuid)
_is_user = helpers.c.user_id == bindparam("user_id", type_=BigId)
ADD_HELPER = insert(helpers)
REMOVE_HELPER = delete(helpers).where(_is_in_event, _is_user)
HAS_HELPER = select(exists().where(_is_in_event, _is_user))
HELPERS_OF = (
    select(helpers.c.user_id, profiles.c.display_name)
    .select_from(helpers.join(profiles, profiles.c.user_id == helpers.c.user_id))
    .where(_is_in_event)
    .order_by(helpers.c.added_at, helpers.c.user_id)
)
HELPED = select(helpers.c.event_id).where(
    _is_user, helpers.c.event_id.in_(bindparam("event_ids", expanding=True, type_=Uuid()))
)


class Helpers:
    """Keeps helpers; `repositories.Helpers`."""

    def __init__(self, executor: Executor) -> None:
        self._execute = executor.execute
        self._send = executor.send

    def add(self, event_id: EventId, user_id: UserId, at: Instant) -> None:
        row = {"event_id": event_id, "user_id": user_id, "added_at": at}
        self._send(ADD_HELPER, row)

    def remove(self, event_id: EventId, user_id: UserId) -> None:
        self._send(REMOVE_HELPER, {"event_id": event_id, "user_id": user_id})

    def has(self, event_id: EventId, user_id: UserId) -> bool:
        parameters = {"event_id": event_id, "user_id": user_id}
        return bool(self._execute(HAS_HELPER, parameters).scalar_one())

    def of(self, event_id: EventId) -> Sequence[Helper]:
        rows = self._execute(HELPERS_OF, {"event_id": event_id})
        return [Helper(user_id, name) for user_id, name in rows]

    def helped_by(self, user_id: UserId, event_ids: Sequence[EventId]) -> frozenset[EventId]:
        if not event_ids:
            return frozenset()
        parameters = {"user_id": user_id, "event_ids": list(event_ids)}
        return frozenset(EventId(event_id) for (event_id,) in self._execute(HELPED, parameters))
