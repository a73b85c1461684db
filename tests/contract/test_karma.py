"""What stores say that marks pay equals the pure fold, for long. Contract: 8.11, 8.12.

In databases the stored months follow another rule, so this tests that they read the ledger;
`test_karma_months` tests the months.
"""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from attendance_core.marking.karma import paying_marks
from attendance_core.testing.random_ledgers import random_ledger
from attendance_core.testing.stores import karma
from attendance_core.testing.written_ledgers import (
    ENTRY_COUNT,
    EVENT_COUNT,
    FEW_PAY,
    PERSON_COUNT,
)
from tests.support.karma_ledgers import KARMA_LEDGERS


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_marks_of_many_ledgers_of_chance_pay_what_the_fold_says(store: Any) -> None:
    await karma.TestKarma().check_ledgers_of_chance(store, ledger_count=KARMA_LEDGERS)


def test_both_limits_are_met_by_chance() -> None:
    """So every fault of a count would be seen."""
    chance, met = random.Random(811), [0, 0]
    for _ in range(100):
        ledger = random_ledger(
            chance, entry_count=ENTRY_COUNT, person_count=PERSON_COUNT, event_count=EVENT_COUNT
        )
        paid = len(paying_marks(ledger, FEW_PAY))
        met[0] += paid < len(paying_marks(ledger, replace(FEW_PAY, karma_pair_a_month=99)))
        met[1] += paid < len(paying_marks(ledger, replace(FEW_PAY, karma_unchecked_a_month=99)))
    assert min(met) >= 10, met
