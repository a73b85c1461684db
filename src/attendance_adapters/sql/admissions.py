"""What lets somebody watch an event, in SQL."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import String, Uuid, bindparam, exists, or_, select

from attendance_adapters.sql.executor import Executor
from attendance_adapters.sql.tables import boards, events, helpers, sessions, tokens
from attendance_core.attendance import Admission
from attendance_core.vocabulary import BoardId, EventId, SessionId

ADMISSIONS_BY_LINK = (
    select(boards.c.event_id, boards.c.board_id, events.c.ends_at)
    .select_from(boards.join(events, events.c.event_id == boards.c.event_id))
    .where(boards.c.board_id.in_(bindparam("board_ids", expanding=True, type_=String())))
)
_helps = exists().where(
    helpers.c.event_id == events.c.event_id, helpers.c.user_id == sessions.c.user_id
)
# The lists are of one length, since a statement is compiled once for each length of a list
ADMISSIONS_BY_SESSION = (
    select(
        events.c.event_id,
        sessions.c.session_id,
        events.c.ends_at,
        sessions.c.created_at,
        sessions.c.used_at,
        tokens.c.expires_at,
    )
    .select_from(
        sessions.join(events, or_(events.c.creator_id == sessions.c.user_id, _helps)).outerjoin(
            tokens, tokens.c.session_id == sessions.c.session_id
        )
    )
    .where(
        sessions.c.session_id.in_(bindparam("session_ids", expanding=True, type_=String())),
        events.c.event_id.in_(bindparam("event_ids", expanding=True, type_=Uuid())),
    )
)


class Admissions:
    """Finds whoever may watch; `repositories.Admissions`."""

    def __init__(self, executor: Executor) -> None:
        self._execute = executor.execute

    def by_link(self, board_ids: Sequence[BoardId]) -> Sequence[Admission]:
        if not board_ids:
            return []
        rows = self._execute(ADMISSIONS_BY_LINK, {"board_ids": list(board_ids)})
        return [Admission(*row) for row in rows]

    def by_session(self, pairs: Sequence[tuple[SessionId, EventId]]) -> Sequence[Admission]:
        if not pairs:
            return []
        parameters = {
            "session_ids": [session_id for session_id, _ in pairs],
            "event_ids": [event_id for _, event_id in pairs],
        }
        return [Admission(*row) for row in self._execute(ADMISSIONS_BY_SESSION, parameters)]
