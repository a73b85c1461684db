"""One run: parts of harm, each with events of its own, and after each a calm and the checker."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.chaos import truth
from tests.chaos.adversary import Adversary
from tests.chaos.checker import AFTER_DEATH, SOON, expected, violations
from tests.chaos.history import History
from tests.chaos.people import Asker, Marker
from tests.chaos.proxy import Proxy
from tests.chaos.stage import Person, Stage
from tests.chaos.wire import opened
from tests.chaos.workers import Worker
from tests.contract.server import attendance
from tests.contract.servers import a_postgres, a_valkey

HOLD_SECONDS: Final = 4
GRACE_SECONDS: Final = 3
PROBE_SECONDS: Final = 0.05
LAGS: Final = 0.1  # seconds; a probe that comes so late is written down
LOOK_SECONDS: Final = 0.3
LOOKS: Final = 4  # in a row that find everything equal
AT_ONCE: Final = 15  # people who come back to hear that they were marked
START_SECONDS: Final = 90.0


@dataclass(frozen=True)
class Plan:
    """What to play; the seed decides what people and the adversary draw, not what a machine does.

    Seconds are seconds of harm.
    """

    seed: int
    seconds: float = 60.0
    part: float = 40.0
    workers: int = 3
    people: int = 300
    events: int = 6
    pace: float = 0.4
    kill_every: float = 2.5
    history: Path | None = None


@dataclass
class Report:
    """What has come of it."""

    seed: int
    operations: int = 0
    marks: int = 0
    lasted: float = 0.0
    parts: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)

    @property
    def deaths(self) -> int:
        """Of processes that were killed, by us or at a mark."""
        return self.ends["SIGKILL"] + self.ends["died at a mark"]

    def text(self) -> str:
        """For people to read."""
        lines = [
            f"operations        {self.operations}",
            f"marks             {self.marks}",
            f"process deaths    {self.deaths}",
            *(f"  {kind:<22}{count}" for kind, count in sorted(self.ends.items())),
            "faults",
            *(f"  {kind:<22}{count}" for kind, count in sorted(self.faults.items())),
            f"seconds           {self.lasted:.0f}, in {self.parts} parts",
            f"violations        {len(self.violations)}",
            *(f"  {each}" for each in self.violations[:50]),
            f"seed              {self.seed}",
        ]
        return "\n".join(lines)


async def play(plan: Plan, says: Callable[[str], None]) -> Report:
    """Raises AssertionError where the service does not even start."""
    begun = time.monotonic()
    report = Report(plan.seed)
    async with AsyncExitStack() as alive:
        folder = Path(alive.enter_context(TemporaryDirectory(prefix="attendance-chaos-")))
        postgres = await asyncio.to_thread(alive.enter_context, a_postgres())
        valkey = await asyncio.to_thread(alive.enter_context, a_valkey())
        settings = {
            "ATTENDANCE_DATABASE_URL": postgres.url,
            "ATTENDANCE_NOTIFIER_URL": valkey.url,
            "ATTENDANCE_FILES_URL": (folder / "files").as_uri(),
            "ATTENDANCE_HOLD_SECONDS": str(HOLD_SECONDS),
            "ATTENDANCE_GRACE_SECONDS": str(GRACE_SECONDS),
        }
        done = await asyncio.to_thread(attendance, "migrate", folder=folder, settings=settings)
        assert done.returncode == 0, done.stderr
        history = History(plan.history)
        alive.callback(history.close)
        chance = random.Random(plan.seed)
        workers = [
            Worker(number, folder, settings, history, random.Random(chance.random()))
            for number in range(plan.workers)
        ]
        proxies = [Proxy(each.number, each.port, history) for each in workers]
        for proxy in proxies:
            await proxy.start()
            alive.push_async_callback(proxy.close)
        for worker in workers:
            worker.start()
            alive.push_async_callback(worker.close)
        people = await truth.people(postgres.url, plan.people)
        stage = Stage(
            history, workers, proxies, random.Random(chance.random()), plan.pace, HOLD_SECONDS
        )
        adversary = Adversary(
            stage,
            workers,
            postgres,
            valkey,
            people,
            kill_every=plan.kill_every,
            chance=random.Random(chance.random()),
        )
        probe = asyncio.create_task(_probes(history))
        alive.callback(probe.cancel)
        told: set[tuple[str, int, int]] = set()
        left = plan.seconds
        while left > 0:
            part = Part(plan, stage, adversary, workers, postgres.url)
            report.violations += await part.play(people, min(left, plan.part))
            told |= part.told
            left -= plan.part
            report.parts += 1
            marks = await truth.ledger(postgres.url)
            report.operations, report.marks = stage.operations, len(marks)
            report.ends = sum((each.ends for each in workers), Counter())
            says(
                f"part {report.parts}: {report.operations} operations, {report.marks} marks, "
                f"{report.deaths} deaths, {len(report.violations)} violations, "
                f"{time.monotonic() - begun:.0f} s"
            )
        kept = {(mark.event, mark.person, mark.marker) for mark in marks}
        report.violations += [f"a mark was lost: {each}" for each in sorted(told - kept)]
        report.faults = adversary.faults + Counter(
            {"clocks wrong by 30 s": sum(each.skewed for each in workers)}
        )
        report.lasted = time.monotonic() - begun
    return report


async def _probes(history: History) -> None:
    """How much later than asked for this machine lets us go on."""
    while True:
        begun = time.monotonic()
        await asyncio.sleep(PROBE_SECONDS)
        lag = time.monotonic() - begun - PROBE_SECONDS
        if lag > LAGS:
            history.add("lag", seconds=round(lag, 3))


class Part:
    """Some events from their making on, until everything about them has been compared."""

    def __init__(
        self,
        plan: Plan,
        stage: Stage,
        adversary: Adversary,
        workers: Sequence[Worker],
        address: str,
    ) -> None:
        self.told: set[tuple[str, int, int]] = set()  # event, person, marker
        self._plan = plan
        self._stage = stage
        self._adversary = adversary
        self._workers = workers
        self._address = address

    async def play(self, people: Sequence[Person], seconds: float) -> list[str]:
        """What was against the rules."""
        stage = self._stage
        async with asyncio.timeout(START_SECONDS):
            await asyncio.gather(*(each.serves.wait() for each in self._workers))
        stage.is_calm, stage.events = False, []
        while len(stage.events) < self._plan.events:
            event = await self._adversary.event(stage.chance.choice(people))
            if event is not None:
                stage.events.append(event)
        shuffled = stage.chance.sample(people, len(people))
        sitting, asking = shuffled[: len(people) // 4], shuffled[len(people) // 4 :]
        markers = [
            Marker(stage, person, stage.chance.choice(stage.events), names=number % 5 == 0)
            for number, person in enumerate(sitting)
        ]
        # Some have two sockets, and race against themselves
        markers += [
            Marker(stage, each.person, each.visits.event, names=True) for each in markers[::5]
        ]
        askers = [Asker(stage, person) for person in asking]
        lives = [asyncio.create_task(each.live()) for each in [*markers, *askers]]
        try:
            kills_for = seconds - self._stage.chance.choice([0.0, AFTER_DEATH - SOON])
            await self._adversary.harm(seconds, kills_for=max(kills_for, seconds / 2))
            stage.is_calm = True
            stage.history.add("calm")
            await self._settle(markers)
            for life in lives:
                if life.done():
                    life.result()
            await self._roll_call(people)
        finally:
            for life in lives:
                life.cancel()
            await asyncio.gather(*lives, return_exceptions=True)
        kept = await self._kept(people)
        for each in [*markers, *askers]:
            if each.visits is not None:
                await each.visits.end()
        entries = stage.history.cut()
        for entry in entries:
            if entry.what == "heard" and entry.data["frame"]["message"] == "marked":
                self.told.add((entry.event, entry.data["confirmed"], entry.person))
        return violations(entries, kept, HOLD_SECONDS)

    async def _settle(self, markers: Sequence[Marker]) -> None:
        """Looks until all lists have been equal to the store for a while, or it is too late."""
        async with asyncio.timeout(START_SECONDS):
            await asyncio.gather(*(each.serves.wait() for each in self._workers))
        until = time.monotonic() + AFTER_DEATH + 2 * SOON
        equal = 0
        while equal < LOOKS and time.monotonic() < until:
            rooms = await truth.rooms(self._address, self._stage.events)
            all_equal = True
            for event, room in rooms.items():
                self._stage.history.add("look", event=event, **room)
                for marker in markers:
                    wire = marker.visits.wire
                    if marker.visits.event == event:
                        all_equal &= (
                            wire is not None
                            and not wire.ended.is_set()
                            and wire.fold.listed == expected(room, marker.person.user_id)
                        )
            equal = equal + 1 if all_equal else 0
            await asyncio.sleep(LOOK_SECONDS)

    async def _roll_call(self, people: Sequence[Person]) -> None:
        """Whoever was marked in these events comes back once, and hears it."""
        stage = self._stage
        by_id = {person.user_id: person for person in people}
        marks = [mark for mark in await truth.ledger(self._address) if mark.event in stage.events]
        some = asyncio.Semaphore(AT_ONCE)

        async def comes_back(mark: truth.Mark) -> None:
            async with some:
                wire = await opened(stage, by_id[mark.person], "mark_me", mark.event)
                if wire is not None:
                    try:
                        await asyncio.wait_for(wire.ended.wait(), 2 * SOON)
                    except TimeoutError:
                        await wire.abort()

        await asyncio.gather(*(comes_back(mark) for mark in marks))

    async def _kept(self, people: Sequence[Person]) -> truth.Kept:
        karma = {}
        reader = people[0]
        for person in people:
            told = None
            while told is None:
                told = await self._stage.call(
                    reader, "GET", "/api/profile/GetProfile", user_id=person.user_id
                )
            karma[person.user_id] = told["response"]["karma"]
        ledger = await truth.ledger(self._address)
        return truth.Kept(ledger, await truth.ends(self._address), karma)
