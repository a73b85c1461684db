"""Ends, again and again, holds and connections that have run out. Contract: 6.6 to 6.9, 6.13."""

from __future__ import annotations

from attendance_adapters.heartbeat import Heartbeat
from attendance_adapters.periodic import Periodic
from attendance_core.errors import LeaseLost
from attendance_core.marking.upkeep import MAX_SWEPT, Sweep
from attendance_core.vocabulary import Seconds

SWEEP_EVERY: Seconds = 1.0
MAX_SWEEPS_A_ROUND = 20  # when a whole hall loses its network nobody waits for the next


class Sweeper:
    """Sweeps while this process has its lease: one without it may not judge who is present."""

    def __init__(
        self, *, sweep: Sweep, heartbeat: Heartbeat, sweep_every: Seconds = SWEEP_EVERY
    ) -> None:
        self._sweep = sweep
        self._heartbeat = heartbeat
        self._rounds = Periodic("sweep", sweep_every, self._sweep_round)
        self.sweep_count = 0
        self.swept_count = 0  # holds and connections that its sweeps have ended

    def start(self) -> None:
        """Starts the rounds; the first comes after the first pause."""
        self._rounds.start()

    async def close(self) -> None:
        """Stops the rounds, also in the middle of one; idempotent."""
        await self._rounds.close()

    async def _sweep_round(self) -> None:
        """Sweeps until nothing is left, or often enough; gives up a lease that is found lost."""
        self._heartbeat.give_up_lapsed_lease()
        if not self._heartbeat.holds_lease:
            return
        process_id = self._heartbeat.process_id
        try:
            for _ in range(MAX_SWEEPS_A_ROUND):
                swept = await self._sweep(process_id=process_id)
                self.swept_count += swept
                self.sweep_count += 1
                if swept < MAX_SWEPT:
                    break
        except* LeaseLost:
            self._heartbeat.give_up_lease(process_id)
