"""A site whose limits count by a stopwatch that a test moves."""

from __future__ import annotations

from typing import Any

import pytest_asyncio

from attendance_core.testing.stand_ins import ManualStopwatch
from tests.support.site import Browser, Site, refusal

LOG_IN = "/accounts/login/"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def anna(site: Site) -> Browser:
    return await site.add_person("Анна")


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def stopwatch(site: Site) -> ManualStopwatch:
    """What calls are counted by; nothing is counted yet."""
    made = ManualStopwatch()
    await site.forget_tallies(made)
    return made


def seconds_to_wait(answer: Any) -> int:
    """Reads after how many seconds to come back of an answer, which has to be such a refusal."""
    seconds = int(answer.headers["retry-after"])
    assert f" {seconds} s" in refusal(answer, 8, status=429)
    return seconds
