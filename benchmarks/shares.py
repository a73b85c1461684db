"""`python -m benchmarks.shares`: samples what a service's time goes to, on each hot path.

py-spy looks at all processes of a service where they have a processor, and each sample belongs to
whichever part of the list is nearest to it; C code is a part of the line that calls it. It runs in
an environment of its own, `build/profiler`, and writes the table of docs/performance.md. All of it
takes some four minutes.
"""

from __future__ import annotations

import linecache
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Final

from rich.progress import Progress

from benchmarks import machine, page, processes
from benchmarks.benches.arrival import OPENINGS_AT_ONCE
from benchmarks.benches.calls import CALLERS
from benchmarks.crowd import Crowd
from benchmarks.environment import BUILD, python_with
from benchmarks.load.arrivals import open_some
from benchmarks.load.calls import make_calls
from benchmarks.load.marking import Room, play_cycles
from benchmarks.load.process import LoadProcess
from benchmarks.subjects import Subject, over_postgres, over_sqlite, servers

SEED: Final = 16
SECONDS: Final = 15  # in which each path is sampled
RATE: Final = 200  # samples a second
ROOMS, CYCLES, OPENED, CALLS = 50, 8, 300, 80  # of one load; cycles are those of a room
LOADS: Final = 40  # of one path, at most: more than go into that time
END_SECONDS: Final = 30.0  # that the sampler may take to write what it has seen
CONSTRAINTS: Final = Path(__file__).parent / "profiler.txt"
WRITES: Final = "writes to sockets, where they are sent at once"
LOOP: Final = "the event loop: reads of sockets, and writes that are sent together"
DRIVER: Final = "the driver: SQLite's statements and COMMIT, or asyncpg"
BETWEEN_COMMENTS: Final = re.compile(r"(<!-- shares -->\n).*?(<!-- end of shares -->)", re.DOTALL)

# What an innermost line hands to C, by its file and its text
CALLED: Final = (
    (r"/(uvicorn|serving)/", r"\.write(lines)?\(", WRITES),
    (r"attendance_adapters/sql/", r"\.(execute\w*|fetch\w+|commit|rollback)\(", DRIVER),
)
# Else the first that fits the file of a frame, from the innermost outwards
PARTS: Final[Mapping[str, str]] = {
    WRITES: r"\A\Z",  # of lines alone
    LOOP: r"/asyncio/|/uvloop/|/selectors\.py",
    DRIVER: r"/asyncpg/",
    "Redis": r"/redis/|/attendance_adapters/notifiers/",
    "uvicorn, and the WebSocket library": r"/uvicorn/|/websockets/",
    "Litestar": r"/litestar",
    "the access line, and other lines of the log": r"/structlog/|/logging/|serving/\w*log",
    "statements and rows (`adapters/sql`, SQLAlchemy)": r"/attendance_adapters/sql/|/sqlalchemy/",
    "the rules (`core`)": r"/attendance_core/",
    "rooms, visits and outboxes (`web/live`)": r"/attendance_web/live/",
    "the server's protocols and turns (`web/serving`)": r"/attendance_web/serving/",
    "calls: turns, session, limits, envelope (the rest of `web`)": r"/attendance_web/",
}
OTHERS: Final = "what is none of these: other adapters, threads, greenlets"
FRAME: Final = re.compile(r"\((.+):(\d+)\)$")
Load = Callable[[], object]


@contextmanager
def hot_paths(folder: Path) -> Iterator[dict[str, tuple[Subject, Load]]]:
    """Starts a service for each hot path; yields it with what is done to it, over and over."""
    chance = random.Random(SEED)
    marking_crowd = Crowd(2 * ROOMS * CYCLES, LOADS * ROOMS)
    opening_crowd = Crowd(OPENED, LOADS)
    with ExitStack() as stack:
        load = stack.enter_context(closing(LoadProcess()))
        on = stack.enter_context(servers())

        def new(name: str) -> Path:
            (made := folder / name).mkdir()
            return made

        def marking(subject: Subject) -> None:
            people = chance.sample(subject.people, len(subject.people))
            pairs = list(zip(people[::2], people[1::2], strict=True))
            rooms = [
                Room(event_id, pairs[at * CYCLES : (at + 1) * CYCLES])
                for at, event_id in enumerate(subject.new_events(ROOMS))
            ]
            load.run(play_cycles, subject.door, rooms)

        def opening(subject: Subject) -> None:
            (event_id,) = subject.new_events(1)
            load.run(open_some, subject.door, event_id, subject.people, OPENINGS_AT_ONCE)

        def reading_profiles(subject: Subject) -> None:
            people = chance.sample(subject.people, CALLERS)  # of one a service takes only so many
            path = f"/api/profile/GetProfile?user_id={people[0].user_id}"
            load.run(make_calls, subject.door, path, people, CALLS)

        def hot_path(service: Subject, does: Callable[[Subject], None]) -> tuple[Subject, Load]:
            return service, partial(does, service)

        sqlite_to_mark = stack.enter_context(over_sqlite(new("marked"), marking_crowd))
        sqlite_to_open = stack.enter_context(over_sqlite(new("opened"), opening_crowd))
        postgres_to_mark = stack.enter_context(
            over_postgres(new("marked-there"), marking_crowd, on)
        )
        workers_to_mark = stack.enter_context(
            over_postgres(new("by-two"), marking_crowd, on, workers=2)
        )
        postgres_to_open = stack.enter_context(
            over_postgres(new("opened-there"), opening_crowd, on)
        )
        yield {
            "marking, SQLite": hot_path(sqlite_to_mark, marking),
            "marking, PostgreSQL": hot_path(postgres_to_mark, marking),
            "the same, two workers": hot_path(workers_to_mark, marking),
            "opening, SQLite": hot_path(sqlite_to_open, opening),
            "opening, PostgreSQL": hot_path(postgres_to_open, opening),
            "GetProfile, SQLite": hot_path(sqlite_to_open, reading_profiles),
            "GetProfile, PostgreSQL": hot_path(postgres_to_open, reading_profiles),
        }


def sampled(python: Path, service: Subject, load: Load, folder: Path) -> list[str]:
    """Does it for `SECONDS`; answers a line for each stack, outermost frame first, and its count.

    Raises CalledProcessError where it cannot be sampled.
    """
    load()  # what is done for the first time is not what is done all day
    output = folder / "stacks"
    command = [str(python.parent / "py-spy"), "record", "--pid", str(service.door.pids[0])]
    command += ["--subprocesses", "--nonblocking", "--full-filenames", "--format", "raw"]
    command += ["--rate", str(RATE), "--duration", str(SECONDS), "--output", str(output)]
    within = SECONDS + END_SECONDS
    with ThreadPoolExecutor(1) as thread:
        sampling = thread.submit(
            subprocess.run, command, check=True, capture_output=True, timeout=within
        )
        for _ in range(LOADS - 1):
            if sampling.done():
                break
            load()
        sampling.result()
    return output.read_text(encoding="utf-8").splitlines()


def shares(stacks: Sequence[str]) -> dict[str, float]:
    """Shares samples among the parts; all together are 1."""
    counts = Counter[str]()
    for line in stacks:
        stack, _, count = line.rpartition(" ")
        counts[part_of(stack.split(";"))] += int(count)
    return {part: counts[part] / max(counts.total(), 1) for part in (*PARTS, OTHERS)}


@cache
def part_of_call(frame: str) -> str | None:
    """Finds what the line of an innermost frame calls in C, where that is a part of its own."""
    found = FRAME.search(frame)
    if found is None:
        return None
    file, number = found.groups()
    line = linecache.getline(file, int(number))
    fits = (
        part for where, text, part in CALLED if re.search(where, file) and re.search(text, line)
    )
    return next(fits, None)


@cache
def part_of_frame(frame: str) -> str | None:
    """Finds what the file of a frame is a part of."""
    return next((part for part, file in PARTS.items() if re.search(file, frame)), None)


def part_of(frames: Sequence[str]) -> str:
    """Finds what a stack belongs to, whose innermost frame is the last."""
    of_frames = (part for frame in reversed(frames) if (part := part_of_frame(frame)) is not None)
    return part_of_call(frames[-1]) or next(of_frames, OTHERS)


def table(found: Mapping[str, Mapping[str, float]]) -> str:
    """Writes a row for each part, and a column for each path."""
    rows = [f"| part | {' | '.join(found)} |", "|---" * (1 + len(found)) + "|"]
    for part in (*PARTS, OTHERS):
        cells = [_percent(of_path[part]) for of_path in found.values()]
        rows.append(f"| {part} | {' | '.join(cells)} |")
    return "\n".join(rows)


def _percent(share: float) -> str:
    return f"{share:.0%}".replace("%", " %") if share >= 0.005 else "-"


def main() -> int:
    """Samples every path, and writes the table."""
    processes.allow_many_sockets()
    BUILD.mkdir(exist_ok=True)
    python = python_with(["py-spy"], CONSTRAINTS, BUILD / "profiler")
    found = {}
    with (
        tempfile.TemporaryDirectory(dir=BUILD, prefix="shares-") as folder,
        hot_paths(Path(folder)) as of_name,
        Progress(disable=not sys.stdout.isatty(), transient=True) as bar,
    ):
        for name, (service, load) in bar.track(of_name.items(), description="hot paths"):
            found[name] = shares(sampled(python, service, load, Path(folder)))
    versions = ", ".join(f"{name} {each}" for name, each in machine.versions().items())
    how = f"*{', '.join(machine.machine().values())}; {versions}.*"
    written = f"\n{table(found)}\n\n{how}\n\n"
    text = page.PAGE.read_text(encoding="utf-8")
    page.PAGE.write_text(BETWEEN_COMMENTS.sub(rf"\g<1>{written}\g<2>", text), encoding="utf-8")
    print(written)
    return 0


if __name__ == "__main__":
    sys.exit(main())
