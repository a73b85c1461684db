"""One service under one attack, and what that costs a bystander."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from tests.chaos import attacks, bystander, flood, floods
from tests.chaos.felt import ANSWER_SECONDS, Felt
from tests.chaos.ground import Ground
from tests.support import fork_server
from tests.support.fork_server import ForkedProcess
from tests.support.service_process import PATIENCE_SECONDS

LOOK_SECONDS: Final = 0.05  # from one look at the service's memory to the next
MEBIBYTE: Final = 1024 * 1024
MAX_GROWTH: Final = 1024 * MEBIBYTE  # an attack ends there, before the machine does


class NobodyGetsIn(Exception):
    """The service is there, and a bystander finds no place in it."""


class Memory(NamedTuple):
    """What a service had in memory before, at most during, and after an attack, in bytes."""

    before: int
    most: int
    after: int


@dataclass(frozen=True)
class Siege:
    """What one attack did."""

    felt: Mapping[str, Felt]
    done: attacks.Done | flood.Done
    memory: Memory
    leases_lost: int

    @property
    def growth(self) -> int:
        """How many bytes more there were in use than before."""
        return self.memory.most - self.memory.before


def felt(on: Ground, seconds: float) -> dict[str, Felt]:
    """Measures what it is like to be there for so many seconds. Raises NobodyGetsIn."""
    with _bystander(on, seconds) as inside:
        return _felt(inside)


def besieged(on: Ground, name: str, seconds: float) -> Siege:
    """Attacks once, from when the bystander is inside until it has got its last answer.

    Raises NobodyGetsIn where it was never inside.
    """
    leases_lost = on.leases_lost()
    # For longer than the bystander waits: it has to get its last answers in spite of it
    attack_seconds = str(seconds + 2 * ANSWER_SECONDS)
    arguments = ["--token", on.attacker.people[0].token, "--event", on.attacker.event_id]
    is_flood = name in floods.FLOODS
    module = floods.__name__ if is_flood else attacks.__name__
    arguments += ["--others", str(on.others_file)] if is_flood else []
    command = on.command(module, name, on.door.url, "--seconds", attack_seconds, *arguments)
    with _bystander(on, seconds) as inside:
        before = on.memory()
        with _started(command) as attacker:
            try:
                with _watched(on, attacker) as memory_looks:
                    assert attacker.stdout is not None
                    attacker.stdout.readline()  # it has begun
                    during = _felt(inside)
            finally:
                attacker.terminate()
                attacker.wait(PATIENCE_SECONDS)
            assert attacker.stdout is not None
            said_by_attacker = attacker.stdout.read()
    told_done = json.loads(said_by_attacker.splitlines()[-1])
    done = flood.Done(**told_done) if is_flood else attacks.Done(**told_done)
    memory = Memory(before, max(memory_looks), on.memory())
    return Siege(during, done, memory, on.leases_lost() - leases_lost)


def _started(command: Sequence[str]) -> ForkedProcess:
    """Starts a program that hears what we write and whose words we read."""
    return fork_server.start(
        command,
        cwd=fork_server.ROOT,
        env=os.environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


@contextmanager
def _bystander(on: Ground, seconds: float) -> Iterator[ForkedProcess]:
    """Runs one who is inside, and waits to be told to begin."""
    command = on.command(
        bystander.__name__, on.door.url, "--cast", str(on.cast_file), "--seconds", str(seconds)
    )
    with _started(command) as process:
        try:
            assert process.stdout is not None
            if process.stdout.readline().strip() != bystander.READY:
                raise NobodyGetsIn
            yield process
            with suppress(subprocess.TimeoutExpired):
                process.wait(ANSWER_SECONDS)  # it says its goodbyes
        finally:
            process.kill()


def _felt(inside: ForkedProcess) -> dict[str, Felt]:
    assert inside.stdin is not None and inside.stdout is not None
    inside.stdin.write("begin\n")
    inside.stdin.flush()
    given: dict[str, Any] = json.loads(inside.stdout.readline())
    return {kind: Felt(**each) for kind, each in given.items()}


@contextmanager
def _watched(on: Ground, attacker: ForkedProcess) -> Iterator[list[int]]:
    """Looks at the memory of the service, again and again; ends the attack where it is too much."""
    seen, over = [on.memory()], threading.Event()

    def looks() -> None:
        while not over.wait(LOOK_SECONDS):
            seen.append(on.memory())
            if seen[-1] > seen[0] + MAX_GROWTH:
                attacker.terminate()
                return

    looking = threading.Thread(target=looks)
    looking.start()
    try:
        yield seen
    finally:
        over.set()
        looking.join()
