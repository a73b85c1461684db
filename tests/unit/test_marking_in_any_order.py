"""Whatever people, sockets, processes and the clock do, and in whatever order. Contract: 6."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

from attendance_adapters.in_memory import MemoryStore
from attendance_core.testing import marking_machine

TestMarkingInAnyOrder = marking_machine(MemoryStore, store_suspends=False).TestCase
TestMarkingInAnyOrder.settings = settings(
    max_examples=60,  # the same ones each time; planted faults are found in the first thirty
    stateful_step_count=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]  # bounded in examples, not in seconds
