"""The pulse of a process: it renews its lease, and sweeps. Contract: 6.8, 6.9, 6.13."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from attendance_adapters.periodic import Periodic
from attendance_core import ports
from attendance_core.errors import LeaseLost, Unavailable
from attendance_core.marking.terms import Terms
from attendance_core.marking.upkeep import MAX_SWEPT, RenewLease, Sweep, TakeLease
from attendance_core.vocabulary import ProcessId, Seconds

RENEW_EVERY: Seconds = 2.0  # a lease is 8 s
SILENT_SECONDS: Seconds = 2.0  # a store that takes longer for a renewal does not answer
SWEEP_EVERY: Seconds = 1.0
MAX_SWEEPS = 20  # in a round: when a whole hall loses its network nobody waits for the next

logger = logging.getLogger(__name__)


class Heartbeat:
    """Keeps this process's lease, and sweeps while it has one.

    A lease lost, or not renewed in time by the machine's own clock, is given up: the process
    goes on under an id that was never used, and whoever listens is told, since the sockets
    opened under the old one no longer count.
    """

    def __init__(
        self,
        *,
        take_lease: TakeLease,
        renew_lease: RenewLease,
        sweep: Sweep,
        ids: ports.Ids,
        terms: Terms,
        renew_every: Seconds = RENEW_EVERY,
        sweep_every: Seconds = SWEEP_EVERY,
    ) -> None:
        self._take = take_lease
        self._renew = renew_lease
        self._sweep = sweep
        self._ids = ids
        self._lease_seconds = terms.lease_seconds
        self._periodic = (
            Periodic("renew-lease", renew_every, self._renewal_round),
            Periodic("sweep", sweep_every, self._sweep_round),
        )
        self._leased_until: Seconds | None = None  # monotonic clock; None while there is no lease
        self._is_last_renewal_answered = True
        self._renewing_since: Seconds | None = None  # monotonic clock; None between renewals
        self.process_id = ProcessId(ids.process_id())
        self.sweep_count = 0
        self.swept_count = 0  # holds and connections that its sweeps have ended
        self.lost_lease_count = 0
        self._on_lease_lost: list[Callable[[], None]] = []

    @property
    def holds_lease(self) -> bool:
        """Whether connections of `process_id` count: the store has renewed the lease lately."""
        return self._leased_until is not None and time.monotonic() < self._leased_until

    @property
    def store_answers(self) -> bool:
        """Whether the lease is held, and its last renewal was answered, or one under way may yet be
        in time.
        """
        since = self._renewing_since
        is_silent = since is not None and time.monotonic() - since > SILENT_SECONDS
        return self.holds_lease and self._is_last_renewal_answered and not is_silent

    def listen(self, on_lease_lost: Callable[[], None]) -> None:
        """Has this called in the event loop each time a lease was lost, under the new id."""
        self._on_lease_lost.append(on_lease_lost)

    async def start(self) -> None:
        """Takes the lease; from its return on connections of `process_id` count.

        Raises Unavailable.
        """
        await self._take_lease()
        for periodic in self._periodic:
            periodic.start()

    async def close(self) -> None:
        """Stops; the lease runs out by itself. Idempotent."""
        for periodic in self._periodic:
            await periodic.close()

    async def _take_lease(self) -> None:
        began = time.monotonic()
        await self._take(process_id=self.process_id)
        self._leased_until = began + self._lease_seconds

    async def _renewal_round(self) -> None:
        """Renews the lease, and notes whether the store answered."""
        self._renewing_since = time.monotonic()
        try:
            await self._renew_lease()
        except Unavailable:
            self._is_last_renewal_answered = False
            raise
        else:
            self._is_last_renewal_answered = True
        finally:
            self._renewing_since = None

    async def _renew_lease(self) -> None:
        if self._leased_until is None:
            await self._take_lease()
            return
        process_id, began = self.process_id, time.monotonic()
        try:
            # A renewal that hangs must not keep us from seeing that the lease has run out
            async with asyncio.timeout(max(0.0, self._leased_until - began)):
                await self._renew(process_id=process_id)
        except (LeaseLost, TimeoutError):
            self._give_up_lease(process_id)
            await self._take_lease()
        else:
            if process_id == self.process_id:
                self._leased_until = began + self._lease_seconds

    async def _sweep_round(self) -> None:
        if self._leased_until is None:
            return
        process_id = self.process_id
        if time.monotonic() >= self._leased_until:
            self._give_up_lease(process_id)  # the next renewal takes a new one
            return
        try:
            for _ in range(MAX_SWEEPS):
                swept = await self._sweep(process_id=process_id)
                self.swept_count += swept
                self.sweep_count += 1
                if swept < MAX_SWEPT:
                    break
        except* LeaseLost:
            self._give_up_lease(process_id)

    def _give_up_lease(self, process_id: ProcessId) -> None:
        """Goes on under a new id, once for each lease lost."""
        if process_id != self.process_id:
            return
        self.process_id = ProcessId(self._ids.process_id())
        self._leased_until = None
        self.lost_lease_count += 1
        logger.warning("the lease of process %s was lost", process_id)
        for tell in self._on_lease_lost:
            try:
                tell()
            except Exception:
                logger.exception("whoever was told of a lost lease failed")
