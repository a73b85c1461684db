"""The socket of one who waits to be marked. Contract: 6, 8.9."""

from __future__ import annotations

import msgspec

from attendance_core.vocabulary import UserId
from attendance_web.client.errors import Refused
from attendance_web.client.event_socket import EventSocket
from attendance_web.client.frames import Frame, HeldBy, read_params
from attendance_web.structs.frames import EventTimes, OneUser, YourPlace


class WaitStatus(msgspec.Struct, frozen=True):
    """How it stands with one who waits.

    ``marked_by`` is who has marked one: then nothing follows. ``held_by``: who has chosen one, and
    for how long from when that was said; ``place`` on the list, and ``event`` where it was changed
    meanwhile, are None until something is heard of them.
    """

    marked_by: UserId | None = None
    held_by: HeldBy | None = None
    place: YourPlace | None = None
    event: EventTimes | None = None


class MarkMe(EventSocket[WaitStatus]):
    """Waits to be marked, for as long as the block lasts; whoever leaves it waits no more.

    Yields how it stands, now and whenever that changes, until one is marked. A lost connection is
    opened again; whether one was marked meanwhile is told then.
    """

    status: WaitStatus = WaitStatus()

    def _current_value(self) -> WaitStatus:
        return self.status

    def opened(self) -> None:
        """Knows of no hold until this socket tells of one."""
        self._learn(held_by=None)

    async def hear(self, frame: Frame) -> None:
        """Learns how it stands."""
        match frame.message:
            case "was_marked":
                marker = read_params(OneUser, frame).user_id
                self._learn(marked_by=marker, held_by=None, place=None)
            case "held":
                self._learn(held_by=read_params(HeldBy, frame))
            case "let_go":
                self._learn(held_by=None)
            case "your_place":
                self._learn(place=read_params(YourPlace, frame))
            case "event_changed":
                self._learn(event=read_params(EventTimes, frame))
        if not self._let_in.is_set():
            self._let_in.set()
            self._note_change()

    async def hear_no(self, refusal: Refused) -> None:
        """Leaves it to the close that follows: who waits sends nothing that could be refused."""

    def _learn(self, **changes: object) -> None:
        learnt = msgspec.structs.replace(self.status, **changes)
        if learnt != self.status:
            self.status = learnt
            self._note_change()
