"""What two stores are made to do alike: what moves may name, and how they are made."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from uuid import UUID

from attendance_core.accounts import LoggedIn, Records, session_id_of
from attendance_core.limits import Limit
from attendance_core.marking.connections import Connection, Role
from attendance_core.testing.clock import NOON
from attendance_core.tokens import NewToken
from attendance_core.use_cases import UseCases
from attendance_core.vocabulary import (
    ConnectionId,
    EventCode,
    EventId,
    Instant,
    ProcessId,
    ScanId,
    TokenId,
    UserId,
)

NAMES = ("Лекция", "ЛЕКЦИЯ", "100% lecture", "100_ lecture", "straße one", "STRASSE one")
PARTS = ("лекц", "100%", "100_", "%%%%", "____", "STRASSE", "one", "lect")
USERNAMES = ("anna", "ANNA", "boris", "Вера")
SECRETS = "secret" * 2, "another secret"
FEW = Limit("few", 2, 10.0)


@dataclass
class Known:
    """What moves may name, by number: all that was given out, and some that never were."""

    people: list[LoggedIn] = field(default_factory=list)
    recovery_codes: list[str] = field(default_factory=lambda: ["none"])
    reset_links: list[str] = field(default_factory=lambda: ["none"])
    events: list[EventId] = field(default_factory=list)
    codes: list[EventCode] = field(default_factory=list)
    connections: list[Connection] = field(default_factory=list)
    processes: list[ProcessId] = field(default_factory=lambda: [ProcessId(UUID(int=1 << 100))])
    tokens: list[NewToken] = field(
        default_factory=lambda: [NewToken(TokenId(UUID(int=1 << 100)), "att_")]
    )
    try_starts: list[Instant] = field(default_factory=lambda: [NOON])
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def who(self, number: int) -> LoggedIn:
        return self.people[number % len(self.people)]

    def token(self, number: int) -> NewToken:
        return self.tokens[-1 - number % len(self.tokens)]

    def actor(self, number: int) -> UserId:
        return self.who(number).user_id

    def user(self, number: int) -> UserId:
        """Names anybody; 5 is nobody."""
        return UserId(99) if number == 5 else self.actor(number)

    def browser_secrets(self, number: int) -> Sequence[str] | None:
        """Lists what a browser shows that some people logged in with; 0 is no browser."""
        shown = (each.browser_secret for each in self.people[-number:])
        return [each for each in shown if each is not None] if number else None

    def event(self, number: int) -> EventId:
        """Names one of the newest; 5 is none."""
        return EventId(UUID(int=99)) if number == 5 else self.events[-1 - number % 2]

    def code(self, number: int) -> str:
        """Spells one of the newest, in either case; 5 is none."""
        code = "222222" if number == 5 else self.codes[-1 - number % 2]
        return code.lower() if number > 2 else code

    def process(self, number: int) -> ProcessId:
        return self.processes[-1 - number % len(self.processes)]

    def opens(self, person: int, event: int, process: int, role: Role) -> Connection:
        """Makes a new connection."""
        who = self.who(person)
        connection = Connection(
            ConnectionId(UUID(int=next(self.numbers))),
            self.event(event),
            who.user_id,
            role,
            self.process(process // 3),  # mostly the newest
            session_id_of(who.token),
        )
        self.connections.append(connection)
        return connection

    def connection(self, number: int, role: Role = Role.MARKING) -> Connection:
        """Finds one that was opened, or refused: mostly the newest of this role."""
        if number == 5:
            return self.connections[0]
        return [each for each in self.connections if each.role is role][-1 - number // 3]


Call = Callable[[UseCases], Coroutine[Any, Any, Any]]
# Three numbers say who, what and how; it answers what both twins are to do
Move = Callable[[Known, int, int, int], Call]
Made = tuple[str, int, int, int]  # the name of a move, and its three numbers


def one_of(words: tuple[str, ...], number: int) -> str:
    return words[number % len(words)]


async def download_everything(do: UseCases, **given: Any) -> list[Any]:
    """Reads all that a download would have, but the files."""
    reading = await do.download_data(**given)
    await reading.begin()
    return [
        (part.kind, [record async for piece in part.pieces for record in piece])
        async for part in reading.parts()
        if isinstance(part, Records)
    ]


async def glance(do: UseCases, event_id: EventId, process_id: ProcessId) -> Any:
    """Glances at what each store spells alike: the rest is compared by each with itself."""
    found = await do.glance_at_rooms(event_ids=[event_id], process_id=process_id)
    return {
        key: (
            each.event,
            set(each.listed.split(",")),
            each.sockets.count(":"),
            each.has_lost_marker,
            each.earliest_renewal,
        )
        for key, each in found.items()
    }


async def judge(do: UseCases, user_id: UserId, *, approve: bool) -> None:
    """Judges a scan, as whoever has just read it."""
    scan, _ = await do.read_scan(user_id=user_id)
    await do.judge_scan(user_id=user_id, file=scan.file, approve=approve)


async def with_scan(do: UseCases, user_id: UserId, call: Any) -> Any:
    """Calls for the scan that somebody has; for none where they have none."""
    scan = await do.get_own_scan.observe(lambda unit: unit.scans.find(user_id))
    return await call(scan_id=ScanId(UUID(int=99)) if scan is None else scan.scan_id)


async def take(do: UseCases, who: LoggedIn, user_id: UserId) -> Any:
    session_id = session_id_of(who.token)
    call = partial(do.take_confirmation, actor=who.user_id, session_id=session_id)
    return await with_scan(do, user_id, call)


async def look(do: UseCases, who: LoggedIn, user_id: UserId) -> Any:
    """Looks at a scan by the address that whoever has it was told."""
    scan = await do.get_own_scan.observe(lambda unit: unit.scans.find(user_id))
    lease = None if scan is None else scan.lease
    call = partial(
        do.get_taken_scan,
        actor=who.user_id,
        session_id=session_id_of(who.token),
        secret="" if lease is None else lease.secret,
    )
    return await with_scan(do, user_id, call)


async def acts_in_order(call: Any, actor: UserId | None = None) -> Any:
    """Lists them in their order; what number they have depends on what was tried in vain."""
    given = {} if actor is None else {"actor": actor}
    return [replace(each, n=0) for each in await call(**given)]


def take_lease(known: Known) -> Call:
    process_id = ProcessId(UUID(int=next(known.numbers)))
    known.processes.append(process_id)
    return lambda do: do.take_lease(process_id=process_id)
