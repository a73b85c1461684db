"""One run, from its plan to its report."""

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
from typing import Final, Literal, NamedTuple

from tests.chaos.adversary import Adversary
from tests.chaos.checker import lost
from tests.chaos.database import Database, PostgresAccess, SqliteAccess
from tests.chaos.history import History
from tests.chaos.kept import BY_HAND, FOREVER, PAYS, EntryKey, KarmaTerms, Mark, karma_of, marks_of
from tests.chaos.part import Part
from tests.chaos.proxy import Proxy
from tests.chaos.stage import Stage
from tests.chaos.workers import Worker
from tests.support.killable_servers import Restartable, a_postgres, a_valkey
from tests.support.service_process import attendance

HOLD_SECONDS: Final = 4
GRACE_SECONDS: Final = 3
KARMA_TERMS: Final = KarmaTerms(pair=1, unchecked=5)
PROBE_SECONDS: Final = 0.05
NOTED_LAG_SECONDS: Final = 0.1  # from which on a probe that comes late is written down
NOTED_HELD_UP_SECONDS: Final = 0.01  # the same of a process that waited for a core


@dataclass(frozen=True)
class Plan:
    """What to play; the seed decides what people and the adversary draw, not what a machine does.

    Seconds are seconds of harm.
    """

    seed: int
    seconds: float = 60.0
    part_seconds: float = 60.0
    workers: int = 3
    people: int = 200
    events: int = 8
    pace: float = 0.2  # seconds a marker thinks, on average
    kill_every: float = 3.0  # seconds, on average
    history_file: Path | None = None
    database: Literal["postgres", "sqlite"] = "postgres"  # sqlite: one worker, and no Valkey


@dataclass
class Report:
    """What has come of it."""

    seed: int
    operations: int = 0
    marks: Sequence[Mark] = ()
    paying: int = 0  # marks
    lasted: float = 0.0  # seconds
    waited_share: float = 0.0  # the share of their time in which processes waited for a core
    parts: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)  # to markers; "" where none came
    violations: list[str] = field(default_factory=list)

    @property
    def deaths(self) -> int:
        """How many processes were killed, by us or at a mark."""
        return self.ends["SIGKILL"] + self.ends["died at a mark"]

    def text(self) -> str:
        """Writes it for people to read."""
        asked = self.answers.total()
        lines = [
            f"operations        {self.operations}",
            f"marks             {len(self.marks)}",
            f"  by hand               {sum(each.origin == BY_HAND for each in self.marks)}",
            f"  annulled              {sum(each.annulled_at < FOREVER for each in self.marks)}",
            f"  that pay              {self.paying}",
            f"marking commands  {asked}, {self.answers[''] / max(asked, 1):.2%} without an answer",
            *(f"  {answer:<22}{count}" for answer, count in sorted(self.answers.items()) if answer),
            f"process deaths    {self.deaths}",
            *(f"  {kind:<22}{count}" for kind, count in sorted(self.ends.items())),
            "faults",
            *(f"  {kind:<22}{count}" for kind, count in sorted(self.faults.items())),
            f"seconds           {self.lasted:.0f}, in {self.parts} parts",
            f"waited for a core {self.waited_share:.0%} of the processes' time",
            f"violations        {len(self.violations)}",
            *(f"  {each}" for each in self.violations[:50]),
            f"seed              {self.seed}",
        ]
        return "\n".join(lines)


async def play(plan: Plan, says: Callable[[str], None]) -> Report:
    """Plays it part by part. Raises AssertionError where the service does not even start."""
    begun = time.monotonic()
    report = Report(plan.seed)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="attendance-chaos-")))
        database, servers, settings = await _servers(plan, stack, folder)
        settings |= {
            "ATTENDANCE_FILES_URL": (folder / "files").as_uri(),
            "ATTENDANCE_HOLD_SECONDS": str(HOLD_SECONDS),
            "ATTENDANCE_GRACE_SECONDS": str(GRACE_SECONDS),
            # So few that a run goes beyond both
            "ATTENDANCE_KARMA_PAIR_A_MONTH": str(KARMA_TERMS.pair),
            "ATTENDANCE_KARMA_UNCHECKED_A_MONTH": str(KARMA_TERMS.unchecked),
        }
        done = await asyncio.to_thread(attendance, "migrate", folder=folder, settings=settings)
        assert done.returncode == 0, done.stderr
        people = await database.add_people(plan.people)
        history = History(plan.history_file)
        stack.callback(history.close)
        chance = random.Random(plan.seed)
        workers = [
            Worker(
                number,
                folder,
                settings,
                history,
                random.Random(chance.random()),
                skews=plan.database == "postgres",  # SQLite's clock is the process's own
            )
            for number in range(plan.workers)
        ]
        proxies = [Proxy(each.number, each.port, history) for each in workers]
        for proxy in proxies:
            await proxy.start()
            stack.push_async_callback(proxy.close)
        for worker in workers:
            worker.start()
            stack.push_async_callback(worker.close)
        stage = Stage(
            history, workers, proxies, random.Random(chance.random()), plan.pace, HOLD_SECONDS
        )
        adversary = Adversary(
            stage,
            workers,
            servers,
            people,
            kill_every=plan.kill_every,
            chance=random.Random(chance.random()),
        )
        probe = asyncio.create_task(_probes(history, workers))
        stack.callback(probe.cancel)
        told: set[EntryKey] = set()
        left = plan.seconds
        while left > 0:
            part = Part(
                stage, adversary, workers, database, events=plan.events, karma_terms=KARMA_TERMS
            )
            found = await part.play(people, min(left, plan.part_seconds))
            for each in found:
                says(each)
            report.violations += found
            told |= part.told
            report.answers += part.answers
            left -= plan.part_seconds
            report.parts += 1
            ledger = await database.ledger()
            report.operations, report.marks = stage.operations, marks_of(ledger)
            report.paying = sum(karma_of(ledger, KARMA_TERMS).values()) // PAYS
            report.ends = sum((each.ends for each in workers), Counter())
            says(
                f"part {report.parts}: {report.operations} operations, {len(report.marks)} marks, "
                f"{report.deaths} deaths, {len(report.violations)} violations, "
                f"{time.monotonic() - begun:.0f} s"
            )
        report.violations += lost(told, ledger)
        report.faults = adversary.faults + Counter(
            {"clocks wrong by 30 s": sum(each.skewed_count for each in workers)}
        )
        report.lasted = time.monotonic() - begun
        report.waited_share = sum(each.waited_seconds for each in workers) / (
            plan.workers * report.lasted
        )
    return report


class _Servers(NamedTuple):
    """The database, what can be restarted, and the settings that lead to both."""

    database: Database
    restartable: dict[str, Restartable]
    settings: dict[str, str]


async def _servers(plan: Plan, stack: AsyncExitStack, folder: Path) -> _Servers:
    """Starts the servers of a plan."""
    if plan.database == "sqlite":
        assert plan.workers == 1, "SQLite is for one process"
        path = folder / "attendance.sqlite3"
        settings = {"ATTENDANCE_DATABASE_URL": f"sqlite:///{path}"}
        return _Servers(Database(SqliteAccess(path)), {}, settings)
    postgres = await asyncio.to_thread(stack.enter_context, a_postgres())
    valkey = await asyncio.to_thread(stack.enter_context, a_valkey())
    settings = {
        "ATTENDANCE_DATABASE_URL": postgres.url,
        "ATTENDANCE_NOTIFIER_URL": valkey.url,
    }
    restartable: dict[str, Restartable] = {"postgres": postgres, "valkey": valkey}
    return _Servers(Database(PostgresAccess(postgres.url)), restartable, settings)


async def _probes(history: History, workers: Sequence[Worker]) -> None:
    """Writes down how much later than asked for the machine lets us, and the processes, go on."""
    while True:
        for worker in workers:
            held_up = worker.measure_held_up()
            if held_up > NOTED_HELD_UP_SECONDS:
                history.add("lag", worker=worker.number, seconds=round(held_up, 3))
        begun = time.monotonic()
        await asyncio.sleep(PROBE_SECONDS)
        lag = time.monotonic() - begun - PROBE_SECONDS
        if lag > NOTED_LAG_SECONDS:
            history.add("lag", seconds=round(lag, 3))
