"""The proof that a process lives: the lease that it takes and renews. Contract: 6.13."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from attendance_adapters.periodic import Periodic
from attendance_core import ports
from attendance_core.errors import LeaseLost, Unavailable
from attendance_core.marking.terms import Terms
from attendance_core.marking.upkeep import RenewLease, TakeLease
from attendance_core.vocabulary import ProcessId, Seconds

RENEW_EVERY: Seconds = 2.0  # a lease is 8 s
SILENT_SECONDS: Seconds = 2.0  # a store that takes longer for a renewal does not answer

logger = logging.getLogger(__name__)


class Heartbeat:
    """Keeps this process's lease.

    A lease lost, or not renewed in time by the machine's own clock, is given up: the process
    goes on under an id that was never used, and whoever asked for it is told, since the sockets
    opened under the old one no longer count.
    """

    def __init__(
        self,
        *,
        take_lease: TakeLease,
        renew_lease: RenewLease,
        ids: ports.Ids,
        terms: Terms,
        renew_every: Seconds = RENEW_EVERY,
    ) -> None:
        self._take_lease = take_lease
        self._renew_lease = renew_lease
        self._ids = ids
        self._lease_seconds = terms.lease_seconds
        self._renewals = Periodic("renew-lease", renew_every, self._renewal_round)
        self._leased_until: Seconds | None = None  # monotonic clock; None while there is no lease
        self._is_last_renewal_answered = True
        self._renewing_since: Seconds | None = None  # monotonic clock; None between renewals
        self._lease_lost_callbacks: list[Callable[[], None]] = []
        self.process_id = ProcessId(ids.process_id())
        self.lost_lease_count = 0

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

    def call_when_lease_lost(self, callback: Callable[[], None]) -> None:
        """Has this called in the event loop each time the lease was lost, under the new id."""
        self._lease_lost_callbacks.append(callback)

    async def start(self) -> None:
        """Takes the lease; from its return on connections of `process_id` count.

        Raises Unavailable.
        """
        await self._take_new_lease()
        self._renewals.start()

    async def close(self) -> None:
        """Stops; the lease runs out by itself. Idempotent."""
        await self._renewals.close()

    def give_up_lapsed_lease(self) -> None:
        """Gives up a lease that has run out by this machine's clock, where there is one."""
        if self._leased_until is not None and not self.holds_lease:
            self.give_up_lease(self.process_id)

    def give_up_lease(self, process_id: ProcessId) -> None:
        """Goes on under a new id, once for each lease lost; the next renewal takes a new lease.

        ``process_id`` is the id whose lease was lost: nothing happens where it is given up already.
        """
        if process_id != self.process_id:
            return
        self.process_id = ProcessId(self._ids.process_id())
        self._leased_until = None
        self.lost_lease_count += 1
        logger.warning("the lease of process %s was lost", process_id)
        for callback in self._lease_lost_callbacks:
            try:
                callback()
            except Exception:
                logger.exception("whoever was told of a lost lease failed")

    async def _renewal_round(self) -> None:
        """Renews the lease, or takes a new one, and notes whether the store answered."""
        self._renewing_since = time.monotonic()
        try:
            await self._renew_or_take_lease()
        except Unavailable:
            self._is_last_renewal_answered = False
            raise
        else:
            self._is_last_renewal_answered = True
        finally:
            self._renewing_since = None

    async def _renew_or_take_lease(self) -> None:
        if self._leased_until is None:
            await self._take_new_lease()
            return
        process_id, began = self.process_id, time.monotonic()
        try:
            # A renewal that hangs must not keep us from seeing that the lease has run out
            async with asyncio.timeout(max(0.0, self._leased_until - began)):
                await self._renew_lease(process_id=process_id)
        except (LeaseLost, TimeoutError):
            self.give_up_lease(process_id)
            await self._take_new_lease()
        else:
            if process_id == self.process_id:
                self._leased_until = began + self._lease_seconds

    async def _take_new_lease(self) -> None:
        began = time.monotonic()
        await self._take_lease(process_id=self.process_id)
        self._leased_until = began + self._lease_seconds
