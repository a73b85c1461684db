"""Calls that are made at one moment, and what each of them was answered."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Iterable
from typing import Any

from attendance_core.errors import Refusal


async def at_once(*calls: Awaitable[Any]) -> list[Any]:
    """Makes all of them, begun in this order; answers what each was: its answer, or its refusal.

    Raises what any of them raised that is no refusal.
    """
    answers = await asyncio.gather(*calls, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException) and not isinstance(answer, Refusal):
            raise answer
    return answers


async def at_once_in_any_order(*calls: Awaitable[Any]) -> list[Any]:
    """Makes all of them as `at_once` does, begun in an order that chance decides.

    Answers stand where their calls do.
    """
    order = random.sample(range(len(calls)), len(calls))
    answers = await at_once(*(calls[number] for number in order))
    return [answer for _, answer in sorted(zip(order, answers, strict=True), key=lambda it: it[0])]


def refusals_among(answers: Iterable[Any]) -> list[Refusal]:
    """Lists those that are refusals, in their order."""
    return [answer for answer in answers if isinstance(answer, Refusal)]


def check_no_other_refusals(answers: Iterable[Any], *kinds: type[Refusal]) -> None:
    """Raises AssertionError where something was refused for another reason than these."""
    assert all(isinstance(each, kinds) for each in refusals_among(answers)), answers
