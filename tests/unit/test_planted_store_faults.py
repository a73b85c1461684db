"""The published contract names what is wrong with a store: each of these faults, planted."""

from __future__ import annotations

from pathlib import Path

from tests.support.spoilt_stores import FAULTS
from tests.support.stranger import STRICT_SETTINGS, outcomes_of

# As an adapter's author writes it, with pytest as it is without settings; a class a fault
MODULE = """
import pytest_asyncio
from attendance_core.testing import StoreContract
from tests.support.spoilt_stores import FAULTS

def contract_of(made):
    class Contract(StoreContract):
        @pytest_asyncio.fixture
        async def store(self, clock, notifier):
            store = made(clock, notifier)
            await store.start()
            yield store
            await store.close()

        @pytest_asyncio.fixture
        async def break_down(self, store):
            async def break_down():
                store.is_full = True
            return break_down
    return Contract

for number, made in enumerate(FAULTS.values()):
    globals()[f"TestFault{number}"] = contract_of(made)
"""


def test_each_is_named_by_a_test_of_the_contract(tmp_path: Path) -> None:
    assert len(FAULTS) == 28
    names = [f"TestFault{number}::{name}" for number, name in enumerate(FAULTS)]
    found = outcomes_of(MODULE, tmp_path, *names, settings=STRICT_SETTINGS)
    assert found == dict.fromkeys(names, "failed in call")
