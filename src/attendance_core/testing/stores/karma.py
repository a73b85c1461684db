"""Marks pay in every store what they pay in the pure fold. Contract: 8.11, 8.12."""

from __future__ import annotations

import random
from typing import Any

from attendance_core.testing.people import add_people
from attendance_core.testing.written_ledgers import PERSON_COUNT, check_karma, write_at_random


class TestKarma:
    async def test_marks_of_chance_pay_what_the_fold_says(self, store: Any) -> None:
        await self.check_ledgers_of_chance(store, ledger_count=10)

    async def check_ledgers_of_chance(self, store: Any, *, ledger_count: int) -> None:
        """Writes ledgers made by chance, and compares everybody's karma with the fold of each."""
        chance = random.Random(811)  # always the same; any number does
        for number in range(ledger_count):
            who = await add_people(store, *(f"Person {each}" for each in range(PERSON_COUNT)))
            ledger = await write_at_random(store, chance, number, who)
            await store.observe(lambda u, who=who, ledger=ledger: check_karma(u, who, ledger))
