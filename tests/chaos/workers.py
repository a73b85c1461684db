"""The processes that are killed: each an `attendance serve` of its own, started again at once."""

from __future__ import annotations

import asyncio
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from tests.chaos.history import History
from tests.chaos.logs import Log
from tests.support.service_process import environment, free_port

LAUNCHER: Final = str(Path(__file__).with_name("launcher.py"))
SKEW_SECONDS: Final = 30
START_SECONDS: Final = 180.0  # what a slow machine may need
SAYS_WHY_SECONDS: Final = 5.0
RESTART_PAUSE_SECONDS: Final = 0.3  # between an end and the next start


class Worker:
    """One place for a process; it keeps its port whoever lives there."""

    def __init__(
        self,
        number: int,
        folder: Path,
        settings: Mapping[str, str],
        history: History,
        chance: random.Random,
        *,
        skews: bool = True,
    ) -> None:
        """Makes a place where nothing runs yet.

        ``skews``: its clock may be wrong, as one of those that a database has not to trust.
        """
        self.number = number
        self.port = free_port()
        self.ends: Counter[str] = Counter()
        self.skewed_count = 0  # processes whose clock was wrong
        self.serves = asyncio.Event()
        self._folder = folder / f"worker-{number}"
        self._folder.mkdir()
        self._log = Log(self._folder / "log")
        self._settings = {**settings, "ATTENDANCE_PORT": str(self.port)}
        self._history = history
        self._chance = chance
        self._skews = skews
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None
        self._waited_by_last_look: float | None = None  # for a core, of this process
        self.waited_seconds = 0.0  # for a core, of all that have served here
        self._asked_signal: str | None = None  # how the adversary ends it
        self._begun_at = self._asked_at = 0.0  # monotonic

    def start(self) -> None:
        """Keeps a process there from now on, however often it ends."""
        self._task = asyncio.create_task(self._live())

    def end(self, how: signal.Signals) -> bool:
        """Has the process end that serves; tells whether there was one, not asked to before."""
        if self._process is None or not self.serves.is_set() or self._asked_signal is not None:
            return False
        self._asked_signal, self._asked_at = how.name, time.monotonic()
        self._history.add("fault", kind=how.name, worker=self.number)
        with suppress(ProcessLookupError):
            self._process.send_signal(how)
        return True

    async def close(self) -> None:
        """Ends it for good."""
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        process = self._process
        if process is not None:
            _kill(process)
            await process.wait()

    async def _live(self) -> None:
        while True:
            how, code = await self._one_life()
            self.serves.clear()
            self.ends[how] += 1
            if how != "did not start":
                self._history.add("fault", kind=f"{how} ended", worker=self.number)
            now = time.monotonic()
            self._history.add(
                "ended",
                worker=self.number,
                how=how,
                code=code,
                lived=round(now - self._begun_at, 3),
                stopping=round(now - self._asked_at, 3) if how == "SIGTERM" else 0.0,
            )
            self.note_log()
            await asyncio.sleep(RESTART_PAUSE_SECONDS)

    def _launch_arguments(self) -> list[str]:
        """Draws how wrong its clock is, at which mark it dies, and where.

        The first ones have a wrong clock and a mark to die at, so that each comes at least once.
        """
        clocks = (
            [0, 0, SKEW_SECONDS, -SKEW_SECONDS]
            if self.skewed_count
            else [SKEW_SECONDS, -SKEW_SECONDS]
        )
        ahead = self._chance.choice(clocks) if self._skews else 0
        dies_at = self._chance.randint(1, 60) if self._chance.random() < 0.4 else 0
        if not self.ends["died at a mark"]:
            dies_at = self._chance.randint(1, 8)
        point = self._chance.choice(["after_commit", "after_commit", "before_reply"])
        if ahead:
            self.skewed_count += 1
            self._history.add("fault", kind="clock", worker=self.number)
        return [str(ahead), str(dies_at), point]

    def measure_held_up(self) -> float:
        """Measures for how many seconds since the last time it could go on, and had no core.

        Answers 0 where the machine does not say.
        """
        if self._process is None or not self.serves.is_set():
            return 0.0
        try:
            waited = Path(f"/proc/{self._process.pid}/schedstat").read_text().split()[1]
        except (OSError, IndexError):
            return 0.0
        before, self._waited_by_last_look = self._waited_by_last_look, int(waited) / 1e9
        if before is None:
            return 0.0  # all of it was before it served
        held_up = self._waited_by_last_look - before
        self.waited_seconds += held_up
        return held_up

    def note_log(self) -> None:
        """Writes down what it has logged since, where that is more than its daily work."""
        for line in self._log.read_remarkable():
            self._history.add("logged", worker=self.number, **line)

    async def _one_life(self) -> _End:
        """Starts a process, and waits for its end."""
        self._asked_signal, self._begun_at, self._waited_by_last_look = None, time.monotonic(), None
        with self._log.path.open("a", encoding="utf-8") as log:
            process = self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                LAUNCHER,
                *self._launch_arguments(),
                "serve",
                cwd=self._folder,
                env=environment(self._folder, self._settings),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        assert process.stdout is not None
        try:
            said = b""
            with suppress(TimeoutError):
                said = await asyncio.wait_for(process.stdout.readline(), START_SECONDS)
            if b" is at " not in said:
                return _End("did not start", await _given_up(process))
            self.serves.set()
            self._history.add("serves", worker=self.number)
            code = await process.wait()
        finally:
            _kill(process)
        if self._asked_signal is not None and (
            self._asked_signal == "SIGKILL" or code != -signal.SIGKILL
        ):
            return _End(self._asked_signal, code)
        return _End("died at a mark" if code == -signal.SIGKILL else f"ended with {code}", code)


class _End(NamedTuple):
    """How a process ended, and its exit code."""

    how: str
    code: int


async def _given_up(process: asyncio.subprocess.Process) -> int:
    """Waits while it says why it cannot start, or kills it where it hangs; answers its code."""
    with suppress(TimeoutError):
        return await asyncio.wait_for(process.wait(), SAYS_WHY_SECONDS)
    _kill(process)
    return await process.wait()


def _kill(process: asyncio.subprocess.Process) -> None:
    """Kills it, if it has not ended by itself, which nobody may have noticed yet."""
    with suppress(ProcessLookupError):
        process.kill()
