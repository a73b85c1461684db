"""What lets somebody watch an event, in dicts."""

from __future__ import annotations

from collections.abc import Sequence

from attendance_adapters.in_memory.tables import Tables
from attendance_core.attendance import Admission
from attendance_core.marking.places import PlaceKey
from attendance_core.vocabulary import BoardId, EventId, SessionId


class Admissions:
    """Finds whoever may watch; `repositories.Admissions`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def by_link(self, board_ids: Sequence[BoardId]) -> Sequence[Admission]:
        events = self._tables.events
        return [
            Admission(event_id, board_id, events[event_id].ends_at)
            for event_id, board_id in self._tables.boards.items()
            if board_id in board_ids
        ]

    def by_session(self, pairs: Sequence[tuple[SessionId, EventId]]) -> Sequence[Admission]:
        tables, found = self._tables, []
        expires_at = {each.own_session_id: each.expires_at for each in tables.tokens.values()}
        for session_id, event_id in dict.fromkeys(pairs):
            session, event = tables.sessions.get(session_id), tables.events.get(event_id)
            if session is None or event is None:
                continue
            is_helper = PlaceKey(event_id, session.user_id) in tables.helpers
            if is_helper or event.creator_id == session.user_id:
                found.append(
                    Admission(
                        event_id,
                        session_id,
                        event.ends_at,
                        created_at=session.created_at,
                        used_at=session.used_at,
                        expires_at=expires_at.get(session_id),
                    )
                )
        return found
