"""How long it takes to refuse somebody says nothing of who has an account. Contract: 2.3, 9.1.

Each kind of a wrong log-in, recovery and reset is asked for over the real application, in an order
made by chance, and the times of two kinds are compared by the U test of Mann and Whitney. Chance
alone makes one of a hundred comparisons look like a leak, and a busy machine more: so what is seen
is measured anew, and only what is seen every time is one. What is planted is seen every time. A row
that is found and left out takes a few microseconds more than none: no network shows those, and
they are no leak.

What is measured is the work of this process, which another one's does not change; that of a server
of PostgreSQL is none of it. The hashes are real and cheap, so that the rest is to be seen beside
them, and one that is left out is seen all the same. A sign-up says by its answer whether a name is
taken, and is not tried.
"""

from __future__ import annotations

import random
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from statistics import NormalDist, median
from typing import Any, Final

import pytest
from sqlalchemy import URL

from attendance_adapters import argon2_passwords, connect
from attendance_adapters.argon2_passwords import Argon2Passwords
from attendance_core.recovery.codes import RECOVERY_CODE_LENGTH
from attendance_core.testing.clock import TestClock
from tests.support.site import PASSWORD, Browser, Site, response, site_over
from tests.support.sqlite_file import an_empty_database

SAMPLE_COUNT: Final = 400  # of each kind
FEW_SAMPLES: Final = 60  # of each kind, where what differs is all of a hash
PERSON_COUNT: Final = 100  # half of them with codes; at 400 samples eight tries of each of those
SIGNIFICANCE: Final = 0.01
TOLD_APART_SECONDS: Final = 20e-6  # less is lost on the way
MEASUREMENT_COUNT: Final = 3  # a leak is seen each time
MEMORY_KIB: Final = 1024  # some 1 ms
WRONG_PASSWORD = "a password that is wrong"

Ask = Callable[[int], Mapping[str, Any]]  # arguments of the n-th call of a kind


def is_leak(one: Sequence[float], other: Sequence[float]) -> bool:
    """Tells whether one takes longer than the other by what can be seen, and not by chance."""
    quick, slow = sorted((one, other), key=median)
    later = [each + TOLD_APART_SECONDS for each in quick]
    return median(later) < median(slow) and p_value(later, slow) <= SIGNIFICANCE


def p_value(one: Sequence[float], other: Sequence[float]) -> float:
    """Tells how likely two samples of one distribution differ as much as these, by their ranks."""
    ranked = sorted([(each, True) for each in one] + [(each, False) for each in other])
    ranks = sum(rank for rank, (_, is_one) in enumerate(ranked, start=1) if is_one)
    m, n = len(one), len(other)
    u = ranks - m * (m + 1) / 2
    spread = (m * n * (m + n + 1) / 12) ** 0.5
    return 2 * NormalDist().cdf(-abs(u - m * n / 2) / spread)


class TestTheTestItself:
    def test_it_tells_a_small_shift_from_none(self) -> None:
        chance = random.Random(5)
        same = [[chance.expovariate(1) for _ in range(SAMPLE_COUNT)] for _ in range(2)]
        assert p_value(*same) > SIGNIFICANCE
        assert p_value(same[0], [each + 0.5 for each in same[1]]) < SIGNIFICANCE
        assert p_value([1, 2, 3, 4, 5], [6, 7, 8, 9, 10]) == pytest.approx(0.009, abs=0.001)

    @pytest.mark.parametrize(("shift", "is_seen"), [(5e-6, False), (60e-6, True)])
    def test_it_minds_what_is_not_lost_on_the_way(self, shift: float, is_seen: bool) -> None:
        chance = random.Random(5)
        known, unknown = (
            [600e-6 + chance.expovariate(1e5) for _ in range(SAMPLE_COUNT)] for _ in "ab"
        )
        slow = [each + shift for each in known]
        assert is_leak(slow, unknown) == is_leak(unknown, slow) == is_seen


async def seconds_of(
    browser: Browser, path: str, kinds: Mapping[str, Ask], samples: int, seed: int
) -> dict[str, list[float]]:
    """Measures how long each call of each kind takes, in an order made by chance: of a processor.

    That is the work of all threads here, whatever else the machine does meanwhile.
    """
    order = [(kind, number) for kind in kinds for number in range(samples)]
    random.Random(seed).shuffle(order)
    found: dict[str, list[float]] = {kind: [] for kind in kinds}
    headers = {"X-CSRFToken": await browser.csrf_token()}
    for kind, number in order:
        given = dict(kinds[kind](number))
        began = time.process_time()
        answer = await browser.client.post(path, json=given, headers=headers)
        found[kind].append(time.process_time() - began)
        assert answer.json()["error"] == 3, answer.text
    return found


async def leaks(
    site: Site, path: str, kinds: Mapping[str, Ask], samples: int = SAMPLE_COUNT
) -> set[tuple[str, str]]:
    """Finds which two kinds can be told apart by their times, each time that they are measured."""
    suspects = set(combinations(kinds, 2))
    for seed in range(MEASUREMENT_COUNT):
        await site.forget_tallies()
        browser = site.browser()
        times = await seconds_of(browser, path, kinds, samples, seed)
        suspects = {(one, two) for one, two in suspects if is_leak(times[one], times[two])}
        if not suspects:
            break
    return suspects


@pytest.fixture
def codes() -> dict[int, str]:
    """A recovery code of each who has some, by their numbers."""
    return {}


@pytest.fixture(params=["sqlite", "postgres"])
async def site(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    codes: dict[int, str],
) -> AsyncIterator[Site]:
    """With people 0 to 99, of whom the even ones have recovery codes."""
    if request.param == "sqlite":
        address = f"sqlite:///{an_empty_database(tmp_path)}"
    else:
        url: URL = request.getfixturevalue("postgres_url")
        address = url.set(drivername="postgresql").render_as_string(False)
    monkeypatch.setattr(argon2_passwords, "MEMORY_KIB", MEMORY_KIB)
    monkeypatch.setattr(argon2_passwords, "PASSES", 1)
    clock = TestClock()
    async with site_over(connect(address, files_url="memory://", clock=clock), clock) as opened:
        for number in range(PERSON_COUNT):
            person = await opened.browser().sign_up(f"known{number:02}")
            if number % 2 == 0:
                made = await person.post("/accounts/recovery/codes/", password=PASSWORD)
                codes[number] = response(made)["codes"][0]
            await opened.forget_tallies()
        yield opened


def log_ins() -> dict[str, Ask]:
    return {
        "known": lambda n: {"username": f"known{n % PERSON_COUNT:02}", "password": WRONG_PASSWORD},
        "unknown": lambda n: {
            "username": f"nobod{n % PERSON_COUNT:02}",
            "password": WRONG_PASSWORD,
        },
        "no name": lambda n: {
            "username": f"kn wn{n % PERSON_COUNT:02}",
            "password": WRONG_PASSWORD,
        },
    }


@pytest.mark.long
@pytest.mark.timeout(600)
class TestRefusals:
    async def test_a_log_in_that_is_wrong_takes_as_long_for_everybody(self, site: Site) -> None:
        assert await leaks(site, "/accounts/login/", log_ins()) == set()

    async def test_so_does_a_recovery_whatever_is_wrong(
        self, site: Site, codes: dict[int, str]
    ) -> None:
        """Of each name one kind is asked, so that none is one too many."""
        wrong = "2" * RECOVERY_CODE_LENGTH
        selectors = [codes[number][:2] for number in sorted(codes)]
        given = {"new_password": "another horse battery"}
        kinds: dict[str, Ask] = {
            "one letter is wrong": lambda n: {
                "username": f"known{n % 50 * 2:02}",
                "code": selectors[n % 50] + wrong[2:],
                **given,
            },
            "without codes": lambda n: {
                "username": f"known{n % 50 * 2 + 1:02}",
                "code": selectors[n % 50] + wrong[2:],
                **given,
            },
            "unknown": lambda n: {
                "username": f"nobod{n % 50:02}",
                "code": selectors[n % 50] + wrong[2:],
                **given,
            },
            "no code": lambda n: {
                "username": f"nobody{n % 50:02}",
                "code": "x",
                **given,
            },
        }
        assert await leaks(site, "/accounts/recovery/", kinds) == set()

    async def test_so_does_a_reset_by_a_link_that_has_run_out_or_never_was(
        self, site: Site
    ) -> None:
        make = site.attendance.use_cases.make_reset_link
        links = [await make(username=f"known{number:02}") for number in range(PERSON_COUNT)]
        site.clock.pass_(86_400)
        new_password = {"new_password": "another horse battery"}
        kinds: dict[str, Ask] = {
            "run out": lambda n: {"token": links[n % PERSON_COUNT], **new_password},
            "never was": lambda n: {"token": f"{n % PERSON_COUNT:064x}", **new_password},
            "no link": lambda n: {"token": f"{n % PERSON_COUNT:x}", **new_password},
        }
        assert await leaks(site, "/accounts/reset/", kinds) == set()

    @pytest.mark.parametrize("site", ["sqlite"], indirect=True)
    async def test_a_hash_that_is_left_out_for_nobody_is_seen(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A hash is none of the store's work, so one store is enough."""
        verify = Argon2Passwords.verify

        async def leaves_out(self: Argon2Passwords, hashed: str | None, password: str) -> bool:
            return hashed is not None and await verify(self, hashed, password)

        monkeypatch.setattr(Argon2Passwords, "verify", leaves_out)
        seen = await leaks(site, "/accounts/login/", log_ins(), FEW_SAMPLES)
        assert ("known", "unknown") in seen
