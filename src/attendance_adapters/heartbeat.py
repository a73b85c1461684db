"""The pulse of a process: it proves that it lives, and sweeps. Contract: 6.8, 6.9, 6.13."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from attendance_adapters.periodic import Periodic
from attendance_core import ports
from attendance_core.errors import LeaseLost, Unavailable
from attendance_core.marking.connections import Terms
from attendance_core.marking.upkeep import SWEEP_MOST, RenewLease, StartProcess, Sweep
from attendance_core.vocabulary import ProcessId, Seconds

RENEW_EVERY: Seconds = 2.0  # a lease is 8 s
PROOF_SECONDS: Seconds = 2.0  # a store that is silent for longer does not answer
SWEEP_EVERY: Seconds = 1.0
SWEEPS_MOST = 20  # in a round: when a whole hall loses its network nobody waits for the next

logger = logging.getLogger(__name__)


class Heartbeat:
    """Keeps this process's lease, and sweeps while it has one.

    A lease lost, or not renewed in time by the machine's own clock, is given up: the process
    goes on under an id that was never used, and ``on_lease_lost`` is called, since the sockets
    opened under the old one no longer count.
    """

    def __init__(
        self,
        *,
        start_process: StartProcess,
        renew_lease: RenewLease,
        sweep: Sweep,
        ids: ports.Ids,
        terms: Terms,
        renew_every: Seconds = RENEW_EVERY,
        sweep_every: Seconds = SWEEP_EVERY,
    ) -> None:
        self._start_process = start_process
        self._renew_lease = renew_lease
        self._sweep = sweep
        self._ids = ids
        self._lease_seconds = terms.lease_seconds
        self._rounds = (
            Periodic("renew-lease", renew_every, self._renew),
            Periodic("sweep", sweep_every, self._clean),
        )
        self._leased_until: float | None = None  # monotonic; None before the lease is taken up
        self._was_taken = True  # the last proof of life, by the store
        self._proving_since: float | None = None  # monotonic; of one that is under way
        self.process_id = ProcessId(ids.process_id())
        self.sweeps = 0
        self.swept = 0  # holds and connections that its sweeps have ended
        self.leases_lost = 0
        self.on_lease_lost: Callable[[], None] = lambda: None

    @property
    def holds_lease(self) -> bool:
        """Whether connections of `process_id` count: the store has taken a renewal lately."""
        return self._leased_until is not None and time.monotonic() < self._leased_until

    @property
    def store_answers(self) -> bool:
        """Whether the store took the last proof of life, or may take it in time: one every 2 s."""
        since = self._proving_since
        is_silent = since is not None and time.monotonic() - since > PROOF_SECONDS
        return self.holds_lease and self._was_taken and not is_silent

    async def start(self) -> None:
        """Takes up the lease; from its return on connections of `process_id` count.

        Raises Unavailable.
        """
        await self._take_up()
        for rounds in self._rounds:
            rounds.start()

    async def close(self) -> None:
        """Stops; the lease runs out by itself. Idempotent."""
        for rounds in self._rounds:
            await rounds.close()

    async def _take_up(self) -> None:
        asked_at = time.monotonic()
        await self._start_process(process_id=self.process_id)
        self._leased_until = asked_at + self._lease_seconds

    async def _renew(self) -> None:
        self._proving_since = time.monotonic()
        try:
            await self._prove()
        except Unavailable:
            self._was_taken = False
            raise
        else:
            self._was_taken = True
        finally:
            self._proving_since = None

    async def _prove(self) -> None:
        if self._leased_until is None:
            await self._take_up()
            return
        process_id, asked_at = self.process_id, time.monotonic()
        try:
            # A renewal that hangs must not keep us from seeing that the lease has run out
            async with asyncio.timeout(max(0.0, self._leased_until - asked_at)):
                await self._renew_lease(process_id=process_id)
        except (LeaseLost, TimeoutError):
            self._give_up(process_id)
            await self._take_up()
        else:
            if process_id == self.process_id:
                self._leased_until = asked_at + self._lease_seconds

    async def _clean(self) -> None:
        if self._leased_until is None:
            return
        process_id = self.process_id
        if time.monotonic() >= self._leased_until:
            self._give_up(process_id)  # the next renewal takes up a new one
            return
        try:
            for _ in range(SWEEPS_MOST):
                swept = await self._sweep(process_id=process_id)
                self.swept += swept
                self.sweeps += 1
                if swept < SWEEP_MOST:
                    break
        except LeaseLost:
            self._give_up(process_id)

    def _give_up(self, process_id: ProcessId) -> None:
        """Goes on under a new id, once for each lease lost."""
        if process_id != self.process_id:
            return
        self.process_id = ProcessId(self._ids.process_id())
        self._leased_until = None
        self.leases_lost += 1
        logger.warning("the lease of process %s was lost", process_id)
        self.on_lease_lost()
