"""Moves of twins about events, marks, processes and limits."""

from __future__ import annotations

from attendance_core.events import EventQuery
from attendance_core.limits import TryResult
from attendance_core.marking.connections import Role
from attendance_core.marking.ledger import AnnulReason
from attendance_core.marking.who_marks import WhoMarks
from attendance_core.testing.clock import NOON
from tests.support.twin_moves import (
    FEW,
    NAMES,
    PARTS,
    USERNAMES,
    Call,
    Known,
    Move,
    glance,
    one_of,
    take_lease,
)

OF_EVENTS: dict[str, Move] = {
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
            began=k.try_starts[-1 - b % len(k.try_starts)],
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


def opens(role: Role) -> Move:
    def move(known: Known, a: int, b: int, c: int) -> Call:
        connection = known.opens(a, b, c, role)
        if role is Role.MARK_ME:
            return lambda do: do.mark_me(connection=connection)
        return lambda do: do.ready_to_mark(connection=connection)

    return move


MARKING: dict[str, Move] = {
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
