"""How sockets are hung up, as a use case: by a goodbye, or a loss. Contract: 6.6, 6.8."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from attendance_core import ports
from attendance_core.marking.connections import CONNECTIONS_READ, Connection
from attendance_core.marking.moves import hang_up
from attendance_core.marking.terms import Terms


@dataclass(frozen=True, slots=True)
class HangUp:
    """Ends sockets: by a goodbye, which counts at once, or a loss, which has a grace."""

    transact: ports.Transact
    terms: Terms

    async def __call__(self, *, connections: Sequence[Connection], goodbye: bool) -> None:
        """Notes it of all or none; does nothing for those that are gone. Contract: 6.6, 6.8."""

        def work(unit: ports.Unit) -> None:
            if not goodbye:
                unit.connections.lose([each.connection_id for each in connections], unit.now())
                return
            remaining = {each.connection_id: each for each in connections}
            while remaining:
                one = remaining.pop(next(iter(remaining)))
                footing = unit.footings.lock_for_command(one, (), one.user_id, CONNECTIONS_READ)
                if footing is None or (found := footing.connection) is None:
                    continue
                theirs = footing.connections_of[one.user_id]
                others = [each for each in theirs if remaining.pop(each.connection_id, None)]
                hang_up(unit, [found, *others], found.process, self.terms, footing)

        await self.transact(work)
