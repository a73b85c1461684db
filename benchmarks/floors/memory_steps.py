"""The steps with nothing kept: what the socket protocol alone costs."""

from __future__ import annotations

from uuid import uuid4

from benchmarks.floors.steps import Socket, event_of, session_of, token_of


class MemorySteps:
    """`Steps` over dicts."""

    def __init__(self, people: int, events: int) -> None:
        self._sessions = {session_of(token_of(each)): each for each in range(1, people + 1)}
        self._events = {event_of(each) for each in range(events)}
        self._waiting = set[tuple[str, int]]()
        self._held = dict[tuple[str, int], int]()
        self._marks = dict[tuple[str, int], int]()

    async def open(self, role: str, event_id: str, token: str) -> Socket:
        user_id = self._sessions[session_of(token)]
        if event_id not in self._events:
            raise LookupError(event_id)
        if role == "mark_me":
            self._waiting.add((event_id, user_id))
        return Socket(uuid4().hex, event_id, user_id, role)

    async def hold(self, marker: Socket, target: int) -> None:
        self._waiting.remove((marker.event_id, target))
        self._held[marker.event_id, marker.user_id] = target

    async def confirm(self, marker: Socket) -> int:
        target = self._held.pop((marker.event_id, marker.user_id))
        self._marks[marker.event_id, target] = marker.user_id
        return target

    async def leave(self, socket: Socket) -> None:
        self._waiting.discard((socket.event_id, socket.user_id))

    async def close(self) -> None:
        self._sessions.clear()
