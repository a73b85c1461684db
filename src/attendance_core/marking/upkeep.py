"""What processes do without being asked: prove that they live, and sweep.

Contract: 6.6 to 6.9, 6.13.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

from attendance_core import ports
from attendance_core.errors import LeaseLost
from attendance_core.marking.connections import Connection, Process
from attendance_core.marking.moves import end_hold, hang_up
from attendance_core.marking.places import PlaceKey
from attendance_core.marking.terms import Terms
from attendance_core.vocabulary import ProcessId

MAX_SWEPT = 500  # of each sort in one sweep; what is left waits for the next
# So many times what a lease lasts after its last renewal a process without sockets is forgotten
FORGOTTEN_AFTER_LEASES = 10


@dataclass(frozen=True, slots=True)
class TakeLease:
    """Gives a process its lease, under an id that was never used."""

    transact: ports.Transact
    terms: Terms

    async def __call__(self, *, process_id: ProcessId) -> None:
        """Begins the lease: from now on its connections count."""

        def work(unit: ports.Unit) -> None:
            now = unit.now()
            unit.processes.remove_idle(now - FORGOTTEN_AFTER_LEASES * self.terms.lease_seconds)
            unit.processes.put(Process(process_id, now, now))

        await self.transact(work)


@dataclass(frozen=True, slots=True)
class RenewLease:
    """Renews the lease of a process, which proves that it lives."""

    transact: ports.Transact
    terms: Terms

    async def __call__(self, *, process_id: ProcessId) -> None:
        """Raises LeaseLost where it came too late: others may have taken it for dead."""

        def work(unit: ports.Unit) -> None:
            now = unit.now()
            process = unit.processes.find(process_id)
            if process is None or process.lost_its_lease(now, self.terms):
                raise LeaseLost
            unit.processes.put(replace(process, renewed_at=now))

        await self.transact(work)


class _Lapsed(NamedTuple):
    """Lists what has run out: holds, by the people held, and connections."""

    holds: Sequence[PlaceKey]
    connections: Sequence[Connection]


@dataclass(frozen=True, slots=True)
class Sweep:
    """Ends holds that have run out and connections whose grace has. Twice does no harm."""

    transact: ports.Transact
    observe: ports.Observe
    terms: Terms
    together: ports.Together = ports.one_after_another

    async def __call__(self, *, process_id: ProcessId) -> int:
        """Counts what had run out; `MAX_SWEPT` or more: some may be left. Raises LeaseLost.

        Each is ended by itself: a row that cannot be hurts no other, and is told of at the end.
        """
        terms = self.terms

        def look(unit: ports.Unit) -> _Lapsed:
            now = unit.now()
            process = unit.processes.find(process_id)
            if process is None or process.lost_its_lease(now, terms):
                raise LeaseLost
            dead_since = now - max(terms.lease_seconds, terms.grace_seconds)
            return _Lapsed(
                unit.places.lapsed(now, MAX_SWEPT),
                unit.connections.lapsed(
                    now - terms.grace_seconds,
                    dead_since if process.may_judge(now, terms) else None,
                    MAX_SWEPT,
                ),
            )

        holds, connections = await self.observe(look)
        await self.together(
            [partial(self._end_hold, process_id, key) for key in holds]
            + [partial(self._forget, process_id, each) for each in connections]
        )
        return len(holds) + len(connections)

    async def _end_hold(self, process_id: ProcessId, key: PlaceKey) -> None:
        def work(unit: ports.Unit) -> None:
            place = unit.places.lock(key.event_id, [key.user_id]).get(key.user_id)
            if place is not None and place.hold_has_lapsed(unit.now()):
                end_hold(unit, place, unit.processes.find(process_id), self.terms)

        await self.transact(work)

    async def _forget(self, process_id: ProcessId, lapsed: Connection) -> None:
        def work(unit: ports.Unit) -> None:
            unit.places.lock(lapsed.event_id, [lapsed.user_id], with_held_by=lapsed.user_id)
            found = unit.connections.find(lapsed.connection_id)
            judge = unit.processes.find(process_id)
            if found is not None and not found.is_present(unit.now(), judge, self.terms):
                hang_up(unit, [found], judge, self.terms)

        await self.transact(work)
