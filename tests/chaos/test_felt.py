"""What a bystander notes: a stall counts for all who would have asked meanwhile."""

from __future__ import annotations

import asyncio

import pytest

from tests.chaos import felt
from tests.chaos.felt import Failed, Notes


def test_a_stall_is_felt_by_all_who_would_have_asked_meanwhile() -> None:
    notes = Notes(every=0.125)
    notes.note_wait(0.0625)
    notes.note_wait(0.5)
    assert notes.seconds == [0.0625, 0.5, 0.375, 0.25, 0.125]


def test_quantiles_are_in_milliseconds_and_of_what_was_waited() -> None:
    notes = Notes(every=10.0)
    for number in range(1, 201):
        notes.note_wait(number / 1000)
    told = notes.felt()
    assert (told.median_ms, told.p99_ms, told.worst_ms) == (100.0, 198.0, 200.0)


async def test_an_answer_that_does_not_come_is_an_error_and_a_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(felt, "ANSWER_SECONDS", 0.01)
    notes = Notes(every=10.0)
    assert not await notes.ask(asyncio.Event().wait)
    assert (notes.begun_count, notes.answered_count, notes.errors) == (1, 0, ["no answer in time"])
    assert notes.seconds[0] >= 0.01


async def test_what_fails_at_once_is_an_error_and_no_wait() -> None:
    async def refused() -> None:
        raise Failed("a refusal")

    notes = Notes(every=10.0)
    assert not await notes.ask(refused)
    assert (notes.felt().failed_count, notes.seconds) == (1, [])


async def test_a_good_answer_is_counted() -> None:
    notes = Notes(every=10.0)
    assert await notes.ask(lambda: asyncio.sleep(0))
    assert (notes.begun_count, notes.answered_count, notes.errors) == (1, 1, [])
