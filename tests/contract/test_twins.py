"""Memory and each database side by side: the same moves, answers, refusals and announcements."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from attendance_adapters.in_memory import MemoryStore
from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql.postgres import PostgresStore
from attendance_adapters.sql.sqlite import SqliteStore
from attendance_core.accounts import CredentialKind, LoggedIn, Records, session_id_of
from attendance_core.bearer_tokens import TokenScope
from attendance_core.belongings import session_name_of
from attendance_core.errors import LeaseLost, Refusal
from attendance_core.events import EventQuery
from attendance_core.limits import Limit, TryResult
from attendance_core.marking.announcements import Announcement
from attendance_core.marking.connections import Connection, Role
from attendance_core.marking.ledger import AnnulReason
from attendance_core.marking.readings import Reading
from attendance_core.marking.who_marks import WhoMarks
from attendance_core.profiles import ScanReason
from attendance_core.testing.clock import NOON, TestClock
from attendance_core.testing.lectures import use_cases
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
from tests.support.postgres import emptied
from tests.support.postgres_strangers import beside
from tests.support.sqlite_file import an_empty_database

pytestmark = pytest.mark.long

NAMES = ("Лекция", "ЛЕКЦИЯ", "100% lecture", "100_ lecture", "straße one", "STRASSE one")
PARTS = ("лекц", "100%", "100_", "%%%%", "____", "STRASSE", "one", "lect")
USERNAMES = ("anna", "ANNA", "boris", "Вера")
FEW = Limit("few", 2, 10.0)


class NotingNotifier(LocalNotifier):
    """Keeps every announcement."""

    def __init__(self) -> None:
        super().__init__()
        self.noted: list[Announcement] = []

    def publish(self, announcement: Announcement) -> None:
        self.noted.append(announcement)

    def taken(self) -> list[Announcement]:
        noted, self.noted = self.noted, []
        return noted


@dataclass
class Known:
    """What moves may name, by number: all that was given out, and some that never were."""

    people: list[LoggedIn] = field(default_factory=list)
    recovery_codes: list[str] = field(default_factory=lambda: ["none"])
    links: list[str] = field(default_factory=lambda: ["none"])
    events: list[EventId] = field(default_factory=list)
    codes: list[EventCode] = field(default_factory=list)
    connections: list[Connection] = field(default_factory=list)
    processes: list[ProcessId] = field(default_factory=lambda: [ProcessId(UUID(int=1 << 100))])
    tokens: list[NewToken] = field(
        default_factory=lambda: [NewToken(TokenId(UUID(int=1 << 100)), "att_")]
    )
    tries: list[Instant] = field(default_factory=lambda: [NOON])
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def who(self, number: int) -> LoggedIn:
        return self.people[number % len(self.people)]

    def token(self, number: int) -> NewToken:
        return self.tokens[-1 - number % len(self.tokens)]

    def actor(self, number: int) -> UserId:
        return self.who(number).user_id

    def user(self, number: int) -> UserId:
        """Anybody; 5 is nobody."""
        return UserId(99) if number == 5 else self.actor(number)

    def browsers(self, number: int) -> Sequence[str] | None:
        """What a browser shows that some people logged in with; 0 is no browser."""
        shown = (each.browser_secret for each in self.people[-number:])
        return [each for each in shown if each is not None] if number else None

    def event(self, number: int) -> EventId:
        """One of the newest; 5 is none."""
        return EventId(UUID(int=99)) if number == 5 else self.events[-1 - number % 2]

    def code(self, number: int) -> str:
        """One of the newest, in either case; 5 is none."""
        code = "222222" if number == 5 else self.codes[-1 - number % 2]
        return code.lower() if number > 2 else code

    def process(self, number: int) -> ProcessId:
        return self.processes[-1 - number % len(self.processes)]

    def opens(self, person: int, event: int, process: int, role: Role) -> Connection:
        """A new connection."""
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
        """One that was opened, or refused: mostly the newest of this role."""
        if number == 5:
            return self.connections[0]
        return [each for each in self.connections if each.role is role][-1 - number // 3]


Call = Callable[[UseCases], Coroutine[Any, Any, Any]]


def one_of(words: tuple[str, ...], number: int) -> str:
    return words[number % len(words)]


SECRETS = "secret" * 2, "another secret"


async def download_everything(do: UseCases, **given: Any) -> list[Any]:
    """All that a download would have, but the files."""
    reading = await do.download_data(**given)
    await reading.begin()
    return [
        (part.kind, [record async for piece in part.pieces for record in piece])
        async for part in reading.parts()
        if isinstance(part, Records)
    ]


# Three numbers say who, what and how; each answers what both twins are to do
MOVES: dict[str, Callable[[Known, int, int, int], Call]] = {
    "sign_up": lambda k, a, b, c: (
        lambda do: do.sign_up(
            username=one_of(USERNAMES, a), password="secret" * 2, display_name=one_of(NAMES, b)
        )
    ),
    "log_in": lambda k, a, b, c: (
        lambda do: do.log_in(
            username=one_of(USERNAMES, a),
            password="secret" * (2 if b else 1),
            browser_secrets=k.browsers(c),
        )
    ),
    "admit": lambda k, a, b, c: (
        lambda do: do.admit(
            issuer="host",
            subject=one_of(USERNAMES, a),
            display_name=one_of(NAMES, b),
            session="phone" * (c % 2),
        )
    ),
    "dismiss": lambda k, a, b, c: (
        lambda do: do.dismiss(
            issuer="host",
            subject=one_of(USERNAMES, a),
            session="phone" * (b % 2) if c else None,
        )
    ),
    "find_admitted": lambda k, a, b, c: (
        lambda do: do.find_admitted(issuer="host", subject=one_of(USERNAMES, a))
    ),
    "subjects": lambda k, a, b, c: (
        lambda do: do.subjects(issuer="host", user_ids=[UserId(n) for n in range(a, 9)])
    ),
    "get_username": lambda k, a, b, c: lambda do: do.get_username(actor=k.user(a)),
    "recognise_browser": lambda k, a, b, c: (
        lambda do: do.recognise_browser(
            username=one_of(USERNAMES, a), browser_secrets=k.browsers(5) or ()
        )
    ),
    "identify": lambda k, a, b, c: (
        lambda do: do.identify(
            token=k.who(a).token if c else k.token(a).secret,
            kind=CredentialKind.COOKIE if b else CredentialKind.BEARER,
        )
    ),
    "create_token": lambda k, a, b, c: (
        lambda do: do.create_token(
            actor=k.actor(a),
            session_id=session_id_of(k.who(a).token),
            password="secret" * (2 if b else 1),
            name=one_of(NAMES, b),
            scopes=list(TokenScope)[: c % 5],
        )
    ),
    "get_tokens": lambda k, a, b, c: lambda do: do.get_tokens(actor=k.actor(a)),
    "revoke_token": lambda k, a, b, c: (
        lambda do: do.revoke_token(actor=k.actor(a), token_id=k.token(b).token_id)
    ),
    "end_expired_tokens": lambda k, a, b, c: lambda do: do.end_expired_tokens(),
    "forget_tokens": lambda k, a, b, c: lambda do: do.forget_tokens(),
    "log_out": lambda k, a, b, c: lambda do: do.log_out(session_id=session_id_of(k.who(a).token)),
    "change_password": lambda k, a, b, c: (
        lambda do: do.change_password(
            actor=k.who(a).user_id,
            session_id=session_id_of(k.who(a if b else c).token),
            old_password=one_of(SECRETS, a) if b < 4 else None,
            new_password=one_of(SECRETS, c),
        )
    ),
    "delete_account": lambda k, a, b, c: (
        lambda do: do.delete_account(
            actor=k.who(a).user_id,
            session_id=session_id_of(k.who(a if b else c).token),
            password=one_of(SECRETS, a) if b < 4 else None,
        )
    ),
    "download_data": lambda k, a, b, c: (
        lambda do: download_everything(
            do,
            actor=k.who(a).user_id,
            session_id=session_id_of(k.who(a if b else c).token),
            password=one_of(SECRETS, a) if b < 4 else None,
        )
    ),
    "get_sessions": lambda k, a, b, c: (
        lambda do: do.get_sessions(actor=k.who(a).user_id, session_id=session_id_of(k.who(b).token))
    ),
    "end_session": lambda k, a, b, c: (
        lambda do: do.end_session(
            actor=k.who(a).user_id,
            session_id=session_id_of(k.who(a if b else c).token),
            session=session_name_of(session_id_of(k.who(c).token)) if b % 3 else None,
            others=b < 2,
        )
    ),
    "make_recovery_codes": lambda k, a, b, c: (
        lambda do: do.make_recovery_codes(
            actor=k.who(a).user_id,
            session_id=session_id_of(k.who(a if b else c).token),
            password="secret" * (2 if b < 5 else 1),
        )
    ),
    "use_recovery_code": lambda k, a, b, c: (
        lambda do: do.use_recovery_code(
            username=one_of(USERNAMES, a),
            code=k.recovery_codes[(b - c) % len(k.recovery_codes)],
            new_password="secret" * 2,
            browser_secrets=k.browsers(c),
        )
    ),
    "make_reset_link": lambda k, a, b, c: (
        lambda do: do.make_reset_link(username=one_of(USERNAMES, a))
    ),
    "reset_password": lambda k, a, b, c: (
        lambda do: do.reset_password(
            token=k.links[-1 - a % len(k.links)], new_password="secret" * 2
        )
    ),
    "forget_unused": lambda k, a, b, c: lambda do: do.forget_unused(),
    "forget_reset_links": lambda k, a, b, c: lambda do: do.forget_reset_links(),
    "end_sessions_of": lambda k, a, b, c: (
        lambda do: do.end_sessions_of(username=one_of(USERNAMES, a))
    ),
    "get_profile": lambda k, a, b, c: (
        lambda do: do.get_profile(actor=k.actor(a), user_id=k.user(b))
    ),
    "update_profile_info": lambda k, a, b, c: (
        lambda do: do.update_profile_info(
            actor=k.actor(a), display_name=one_of(NAMES, b), bio="x" if c else None
        )
    ),
    "update_profile_picture": lambda k, a, b, c: (
        lambda do: do.update_profile_picture(actor=k.actor(a), image=b"picture")
    ),
    "upload_profile_confirmation": lambda k, a, b, c: (
        lambda do: do.upload_profile_confirmation(actor=k.actor(a), image=b"scan")
    ),
    "get_pending_scans": lambda k, a, b, c: lambda do: do.get_pending_scans(),
    "read_scan": lambda k, a, b, c: lambda do: do.read_scan(user_id=k.user(a)),
    "judge_scan": lambda k, a, b, c: lambda do: judge(do, k.user(a), approve=bool(b)),
    "get_own_scan": lambda k, a, b, c: lambda do: do.get_own_scan(actor=k.actor(a)),
    "add_moderator": lambda k, a, b, c: lambda do: do.add_moderator(username=one_of(USERNAMES, a)),
    "remove_moderator": lambda k, a, b, c: (
        lambda do: do.remove_moderator(username=one_of(USERNAMES, a))
    ),
    "get_moderators": lambda k, a, b, c: lambda do: do.get_moderators(),
    "get_pending_confirmations": lambda k, a, b, c: (
        lambda do: do.get_pending_confirmations(actor=k.actor(a))
    ),
    "take_confirmation": lambda k, a, b, c: lambda do: take(do, k.who(a), k.user(b)),
    "get_taken_scan": lambda k, a, b, c: lambda do: look(do, k.who(a), k.user(b)),
    "return_confirmation": lambda k, a, b, c: (
        lambda do: with_scan(do, k.user(b), partial(do.return_confirmation, actor=k.actor(a)))
    ),
    "resolve_confirmation": lambda k, a, b, c: (
        lambda do: with_scan(
            do,
            k.user(b),
            partial(
                do.resolve_confirmation,
                actor=k.actor(a),
                approve=bool(c),
                reason=list(ScanReason)[a],
                note="z" * (c % 2),
            ),
        )
    ),
    "get_confirmation_log": lambda k, a, b, c: (
        lambda do: acts_in_order(do.get_confirmation_log, k.actor(a))
    ),
    "get_audit_log": lambda k, a, b, c: lambda do: acts_in_order(do.get_audit_log),
    "forget_scans": lambda k, a, b, c: lambda do: do.forget_scans(),
    "find_by_name": lambda k, a, b, c: (
        lambda do: do.find_by_name(display_name_part=one_of(PARTS, a), limit=b + 1, offset=c // 2)
    ),
    "send_friend_request": lambda k, a, b, c: (
        lambda do: do.send_friend_request(actor=k.actor(a), user_id=k.user(b))
    ),
    "remove_friend": lambda k, a, b, c: (
        lambda do: do.remove_friend(actor=k.actor(a), user_id=k.user(b))
    ),
    "get_friend_list": lambda k, a, b, c: lambda do: do.get_friend_list(actor=k.actor(a)),
    "get_friend_requests": lambda k, a, b, c: lambda do: do.get_friend_requests(actor=k.actor(a)),
    "create_event": lambda k, a, b, c: (
        lambda do: do.create_event(
            actor=k.actor(a),
            name=one_of(NAMES, b),
            starts_at=NOON + 10 * c - 10,
            ends_at=NOON + 4000,
            who_marks=list(WhoMarks)[a % 3],
        )
    ),
    "get_event_by_code": lambda k, a, b, c: lambda do: do.get_event_by_code(code=k.code(a)),
    "update_event": lambda k, a, b, c: (
        lambda do: do.update_event(
            actor=k.actor(a),
            event_id=k.event(b),
            name=one_of(NAMES, a) if c == 1 else None,
            starts_at=NOON - 20 if c == 2 else None,
            ends_at=NOON + 100 * a if c == 3 else None,
            who_marks=list(WhoMarks)[b % 3] if c > 3 else None,
        )
    ),
    "add_helper": lambda k, a, b, c: (
        lambda do: do.add_helper(actor=k.actor(a), event_id=k.event(b), user_id=k.user(c))
    ),
    "remove_helper": lambda k, a, b, c: (
        lambda do: do.remove_helper(actor=k.actor(a), event_id=k.event(b), user_id=k.user(c))
    ),
    "get_helpers": lambda k, a, b, c: (
        lambda do: do.get_helpers(actor=k.actor(a), event_id=k.event(b))
    ),
    "get_event_by_id": lambda k, a, b, c: (
        lambda do: do.get_event_by_id(event_id=k.event(a), actor=k.actor(b) if c else None)
    ),
    "get_events": lambda k, a, b, c: (
        lambda do: do.get_events(
            name=one_of(PARTS, a) if b else None, query=EventQuery(c + 1, b // 2)
        )
    ),
    "join_event": lambda k, a, b, c: (
        lambda do: do.join_event(actor=k.actor(a), event_id=k.event(b))
    ),
    "leave_event": lambda k, a, b, c: (
        lambda do: do.leave_event(actor=k.actor(a), event_id=k.event(b))
    ),
    "delete_event": lambda k, a, b, c: (
        lambda do: do.delete_event(actor=k.actor(a), event_id=k.event(b))
    ),
    "get_created_events": lambda k, a, b, c: (
        lambda do: do.get_created_events(actor=k.actor(a), helping=bool(b))
    ),
    "get_joined_events": lambda k, a, b, c: lambda do: do.get_joined_events(actor=k.actor(a)),
    "get_attendance": lambda k, a, b, c: (
        lambda do: do.get_attendance(actor=k.actor(a), event_id=k.event(b))
    ),
    "mark_participant": lambda k, a, b, c: (
        lambda do: do.mark_participant(
            actor=k.actor(a), event_id=k.event(b), user_id=k.user(c), note="x" * (c % 2)
        )
    ),
    "annul_mark": lambda k, a, b, c: (
        lambda do: do.annul_mark(
            actor=k.actor(a),
            event_id=k.event(b // 3),
            user_id=k.user(c),
            n=1 + a // 4,
            reason=list(AnnulReason)[b % 5],
            note="y" * (b % 2),
        )
    ),
    "get_ledger": lambda k, a, b, c: (
        lambda do: do.get_ledger(
            actor=k.actor(a), event_id=k.event(b), user_id=None if c < 3 else k.user(c)
        )
    ),
    "export_attendance": lambda k, a, b, c: (
        lambda do: do.export_attendance(actor=k.actor(a) if c else None, event_id=k.event(b))
    ),
    "get_my_attendance": lambda k, a, b, c: lambda do: do.get_my_attendance(actor=k.actor(a)),
    "take_lease": lambda k, a, b, c: take_lease(k),
    "renew_lease": lambda k, a, b, c: lambda do: do.renew_lease(process_id=k.process(a)),
    "end_lapsed_sessions": lambda k, a, b, c: lambda do: do.end_lapsed_sessions(),
    "sweep": lambda k, a, b, c: lambda do: do.sweep(process_id=k.process(a // 3)),
    "count_one": lambda k, a, b, c: (
        lambda do: do.count_one(limit=FEW, subject=one_of(USERNAMES, a))
    ),
    "begin_try": lambda k, a, b, c: (
        lambda do: do.begin_try(limit=FEW, subject=one_of(USERNAMES, a))
    ),
    "end_try": lambda k, a, b, c: (
        lambda do: do.end_try(
            limit=FEW,
            subject=one_of(USERNAMES, a),
            began=k.tries[-1 - b % len(k.tries)],
            result=list(TryResult)[c % 3],
        )
    ),
    "forget_tallies": lambda k, a, b, c: lambda do: do.forget_tallies(),
    "read_room": lambda k, a, b, c: (
        lambda do: do.read_room(
            event_id=k.event(a), process_id=k.process(b), watched=[k.user(n) for n in range(c)]
        )
    ),
    "glance_at_rooms": lambda k, a, b, c: lambda do: glance(do, k.event(a), k.process(b)),
    "read_places": lambda k, a, b, c: (
        lambda do: do.read_places(event_id=k.event(a), user_ids=[k.user(b)])
    ),
}


async def glance(do: UseCases, event_id: EventId, process_id: ProcessId) -> Any:
    """What each store spells alike: the rest is compared by each with itself."""
    found = await do.glance_at_rooms(event_ids=[event_id], process_id=process_id)
    return {
        key: (
            each.event,
            set(each.listed.split(",")),
            each.sockets.count(":"),
            each.has_lost_marker,
            each.renewed_at,
        )
        for key, each in found.items()
    }


async def judge(do: UseCases, user_id: UserId, *, approve: bool) -> None:
    """By whoever has just read the scan."""
    scan, _ = await do.read_scan(user_id=user_id)
    await do.judge_scan(user_id=user_id, file=scan.file, approve=approve)


async def with_scan(do: UseCases, user_id: UserId, call: Any) -> Any:
    """Of the scan that somebody has; of none where they have none."""
    scan = await do.get_own_scan.observe(lambda unit: unit.scans.find(user_id))
    return await call(scan_id=ScanId(UUID(int=99)) if scan is None else scan.scan_id)


async def take(do: UseCases, who: LoggedIn, user_id: UserId) -> Any:
    session_id = session_id_of(who.token)
    call = partial(do.take_confirmation, actor=who.user_id, session_id=session_id)
    return await with_scan(do, user_id, call)


async def look(do: UseCases, who: LoggedIn, user_id: UserId) -> Any:
    """By the address that whoever has it was told."""
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
    """In their order; what number they have depends on what was tried in vain."""
    given = {} if actor is None else {"actor": actor}
    return [replace(each, n=0) for each in await call(**given)]


def take_lease(known: Known) -> Call:
    process_id = ProcessId(UUID(int=next(known.numbers)))
    known.processes.append(process_id)
    return lambda do: do.take_lease(process_id=process_id)


def opens(role: Role) -> Callable[[Known, int, int, int], Call]:
    def move(known: Known, a: int, b: int, c: int) -> Call:
        connection = known.opens(a, b, c, role)
        if role is Role.MARK_ME:
            return lambda do: do.mark_me(connection=connection)
        return lambda do: do.ready_to_mark(connection=connection)

    return move


MARKING: dict[str, Callable[[Known, int, int, int], Call]] = {
    "mark_me": opens(Role.MARK_ME),
    "ready_to_mark": opens(Role.MARKING),
    "prepare_to_mark": lambda k, a, b, c: (
        lambda do: do.prepare_to_mark(connection=k.connection(a), target=k.user(b))
    ),
    "confirm_marking": lambda k, a, b, c: (
        lambda do: do.confirm_marking(connection=k.connection(a), target=k.user(b) if c else None)
    ),
    "refuse_to_mark": lambda k, a, b, c: (
        lambda do: do.refuse_to_mark(
            connection=k.connection(a), target=k.user(b) if c < 2 else None
        )
    ),
    "hang_up": lambda k, a, b, c: (
        lambda do: do.hang_up(connections=[k.connection(a)], goodbye=b > 1)
    ),
    "find_ending": lambda k, a, b, c: lambda do: do.find_ending(connection=k.connection(a)),
    "mark_at_once": lambda k, a, b, c: (
        lambda do: do.mark_at_once(
            actor=k.actor(a), event_id=k.event(5 if c == 5 else c % 2), user_id=k.user(b)
        )
    ),
}
SECONDS = (0.5, 1.0, 3.0, 7.0, 16.0, 91.0)
ORGANISING = ["update_event", "add_helper", "remove_helper"]
CORRECTING = ["mark_participant", "annul_mark", "get_ledger", "export_attendance"]
number = st.integers(0, 5)
move = st.one_of(
    st.tuples(st.sampled_from(sorted(MOVES)), number, number, number),
    st.tuples(st.sampled_from(sorted(MARKING)), number, number, number),
    st.tuples(st.sampled_from(sorted(MARKING)), number, number, number),
    st.tuples(st.sampled_from(["prepare_to_mark", "confirm_marking"]), number, number, number),
    st.tuples(st.sampled_from(ORGANISING), number, number, number),
    st.tuples(st.sampled_from(CORRECTING), number, number, number),
    st.tuples(st.just("time passes"), number, number, number),
)
Move = tuple[str, int, int, int]
# People 0, 1 and 2; 0 is ready to mark the others, who wait
BEGINNING: list[Move] = [
    ("take_lease", 0, 0, 0),
    ("sign_up", 0, 0, 0),
    ("sign_up", 2, 1, 0),
    ("sign_up", 3, 2, 0),
    ("create_event", 0, 0, 0),
    ("create_event", 0, 2, 0),
    *(("mark_me", person, event, 0) for person in (1, 2) for event in (0, 1)),
    ("ready_to_mark", 0, 0, 0),
    ("ready_to_mark", 0, 1, 0),
]


def comparable(answer: Any) -> Any:
    """An answer, with what comes in no particular order sorted."""
    if isinstance(answer, Reading):
        listed, watched_places = (
            sorted(each, key=lambda place: place.user_id)
            for each in (answer.listed, answer.watched_places)
        )
        return replace(answer, listed=listed, watched_places=watched_places)
    return answer


async def outcome_of(call: Call, do: UseCases) -> tuple[str, Any]:
    try:
        return "answer", comparable(await call(do))
    except (Refusal, LeaseLost) as refused:
        return type(refused).__name__, str(refused)


async def pass_time(
    seconds: float, clock: TestClock, twins: list[UseCases], alive: ProcessId | None
) -> None:
    """Time passes, while a process lives, if one does."""
    while seconds > 0:
        step = min(seconds, 7.0)
        clock.pass_(step)
        seconds -= step
        for do in twins:
            if alive is not None:
                with suppress(LeaseLost):
                    await do.renew_lease(process_id=alive)


@contextmanager
def sqlite(
    clock: TestClock, post: NotingNotifier, request: pytest.FixtureRequest
) -> Iterator[SqliteStore]:
    with TemporaryDirectory() as folder:
        yield SqliteStore(an_empty_database(Path(folder)), clock, post)


@contextmanager
def postgres(
    clock: TestClock, post: NotingNotifier, request: pytest.FixtureRequest
) -> Iterator[PostgresStore]:
    yield PostgresStore(emptied(request.getfixturevalue("postgres_database")), post, clock=clock)


async def count_on(store: Any) -> None:
    """The next person gets the next number, although a refusal has used that up."""
    if isinstance(store, PostgresStore):
        last = "SELECT setval('accounts_user_id_seq', (SELECT max(user_id) FROM accounts))"
        async with beside(store) as connection:
            await connection.exec_driver_sql(last)


async def play(moves: list[Move], made: Callable[..., Any], request: Any) -> None:
    clock, posts = TestClock(), (NotingNotifier(), NotingNotifier())
    with made(clock, posts[1], request) as store:
        await store.start()
        try:
            await side_by_side(moves, clock, posts, MemoryStore(clock, posts[0]), store)
        finally:
            await store.close()


async def side_by_side(
    moves: list[Move], clock: TestClock, posts: tuple[NotingNotifier, NotingNotifier], *stores: Any
) -> None:
    twins = [use_cases(store) for store in stores]
    known = Known()
    for name, a, b, c in [*BEGINNING, *moves]:
        if name == "time passes":
            await pass_time(SECONDS[a], clock, twins, known.process(0) if b else None)
            continue
        call = {**MOVES, **MARKING}[name](known, a, b, c)
        one, other = [await outcome_of(call, do) for do in twins]
        assert one == other
        told, also_told = (post.taken() for post in posts)
        if name == "sweep":  # whichever it meets first
            told, also_told = sorted(told, key=repr), sorted(also_told, key=repr)
        assert told == also_told
        kind, answer = one
        if kind != "answer" and name == "sign_up":
            await count_on(stores[1])
        if kind == "answer" and isinstance(answer, LoggedIn):
            known.people.append(answer)
        if kind == "answer" and isinstance(answer, NewToken):
            known.tokens.append(answer)
        if kind == "answer" and name == "begin_try" and answer is not None:
            known.tries.append(answer)
        if kind == "answer" and name == "make_recovery_codes":
            known.recovery_codes += answer
        if kind == "answer" and name == "make_reset_link":
            known.links.append(answer)
        if kind == "answer" and name == "create_event":
            known.events.append(answer.event_id)
            known.codes.append(answer.code)


moves_of_a_day = st.lists(move, min_size=10, max_size=40)
A_MARKED_DAY: list[Move] = [
    ("prepare_to_mark", 0, 1, 0),
    ("confirm_marking", 0, 0, 0),
    ("confirm_marking", 0, 1, 1),
    ("delete_event", 0, 0, 0),
    ("get_attendance", 0, 0, 0),
    ("get_profile", 0, 0, 0),
    ("annul_mark", 0, 0, 1),
    ("annul_mark", 0, 0, 1),
    ("confirm_marking", 0, 1, 1),
    ("mark_me", 1, 0, 0),
    ("mark_participant", 0, 0, 1),
    ("mark_participant", 0, 0, 2),
    ("annul_mark", 1, 3, 2),
    ("annul_mark", 2, 3, 2),
    ("get_ledger", 0, 0, 0),
    ("get_ledger", 1, 0, 0),
    ("get_attendance", 0, 0, 0),
    ("export_attendance", 0, 0, 1),
    ("get_my_attendance", 1, 0, 0),
    ("get_my_attendance", 2, 0, 0),
    ("get_profile", 0, 0, 0),
    ("prepare_to_mark", 0, 2, 0),
    ("time passes", 5, 1, 0),
    ("sweep", 0, 0, 0),
    ("count_one", 0, 0, 0),
    ("begin_try", 0, 0, 0),
    ("begin_try", 0, 0, 0),
    ("end_try", 0, 0, 0),
    ("count_one", 0, 0, 0),
    ("create_token", 0, 1, 2),
    ("create_token", 1, 1, 3),
    ("identify", 1, 0, 0),
    ("get_tokens", 0, 0, 0),
    ("revoke_token", 0, 0, 0),
    ("revoke_token", 0, 1, 0),
    ("identify", 1, 0, 0),
    ("identify", 0, 0, 0),
    ("get_tokens", 1, 0, 0),
    ("time passes", 4, 1, 0),
    ("forget_tallies", 0, 0, 0),
    ("count_one", 0, 0, 0),
]


class TestTwins:
    """They answer alike. The slower a twin, the fewer days it is given."""

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(moves_of_a_day)
    @example(A_MARKED_DAY)
    def test_memory_and_sqlite_answer_alike(
        self, request: pytest.FixtureRequest, moves: list[Move]
    ) -> None:
        asyncio.run(play(moves, sqlite, request))

    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    @given(moves_of_a_day)
    @example(A_MARKED_DAY)
    def test_memory_and_postgresql_answer_alike(
        self, request: pytest.FixtureRequest, moves: list[Move]
    ) -> None:
        asyncio.run(play(moves, postgres, request))
