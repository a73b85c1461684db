"""What is found and erased of who deletes their account, in dicts."""

from __future__ import annotations

from collections.abc import Sequence

from attendance_adapters.in_memory.tables import Tables
from attendance_core.marking.places import Held, Waiting
from attendance_core.vocabulary import EventId, UserId


class Leavers:
    """Finds and erases what there is of leavers; `repositories.Leavers`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def organised_with_others(self, user_id: UserId, limit: int) -> Sequence[EventId]:
        created = (
            event.event_id
            for event in self._tables.events.values()
            if event.creator_id == user_id and self._has_helper(event.event_id)
        )
        helped = (key.event_id for key in self._tables.helpers if key.user_id == user_id)
        return list(dict.fromkeys((*created, *helped)))[:limit]

    def _has_helper(self, event_id: EventId) -> bool:
        """Tells whether an event has somebody to be given to."""
        return any(key.event_id == event_id for key in self._tables.helpers)

    def with_more_than_entries(self, user_id: UserId, limit: int) -> Sequence[EventId]:
        found = dict[EventId, None]()
        for key, place in self._tables.places.items():
            state = place.state
            is_theirs = key.user_id == user_id
            if (is_theirs and (place.last_n == 0 or isinstance(state, Waiting | Held))) or (
                isinstance(state, Held) and state.marker == user_id
            ):
                found[key.event_id] = None
        for connection in self._tables.connections.values():
            if connection.user_id == user_id:
                found[connection.event_id] = None
        return list(found)[:limit]

    def erase_some(self, user_id: UserId, limit: int) -> int:
        tables = self._tables
        pairs = [pair for pair in tables.friendships if user_id in pair][:limit]
        for pair in pairs:
            del tables.friendships[pair]
        entry_keys = [key for key in tables.ledger_notes if key.user_id == user_id]
        entry_keys = entry_keys[: limit - len(pairs)]
        for entry_key in entry_keys:
            del tables.ledger_notes[entry_key]
        return len(pairs) + len(entry_keys)

    def erase(self, user_id: UserId) -> None:
        tables = self._tables
        scan = tables.scans.get(user_id)
        if scan is not None:
            tables.discarded_scans[scan.file] = user_id
            del tables.scan_owners[scan.scan_id]
        one_a_person = (tables.scans, tables.first_ticks, tables.reset_links, tables.link_requests)
        for table in one_a_person:
            if user_id in table:
                del table[user_id]
        for code_key in [key for key in tables.recovery_codes if key.user_id == user_id]:
            del tables.recovery_codes[code_key]
        for identity, link in list(tables.links.items()):
            if link.user_id == user_id:
                del tables.links[identity]
        for token_id, token in list(tables.tokens.items()):
            if token.user_id == user_id:
                del tables.tokens[token_id]
        for session_id, session in list(tables.sessions.items()):
            if session.user_id == user_id:
                del tables.sessions[session_id]
        for browser_key in [key for key in tables.known_browsers if key.user_id == user_id]:
            del tables.known_browsers[browser_key]
        for pair in [pair for pair in tables.friendships if user_id in pair]:
            del tables.friendships[pair]
        for entry_key in [key for key in tables.ledger_notes if key.user_id == user_id]:
            del tables.ledger_notes[entry_key]
