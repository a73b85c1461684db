"""Keeps the leases of the processes that own sockets. See the package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attendance_core.vocabulary import Instant, ProcessId

if TYPE_CHECKING:
    from attendance_core.marking.connections import Process


class Processes(Protocol):
    """Keeps the leases of processes."""

    def find(self, process_id: ProcessId) -> Process | None: ...

    def put(self, process: Process) -> None:
        """Adds or replaces."""
        ...

    def remove_idle(self, renewed_until: Instant) -> None:
        """Forgets those without a connection that renewed last at ``renewed_until`` or before."""
        ...
