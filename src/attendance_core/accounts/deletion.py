"""A person deletes their account, and what was kept of them. Contract: 9.1. Decision 0025.

Somebody may be in thousands of events, and have ten thousands of friends and of notes beside their
entries. They leave some at a time, as sessions end, and then are rid of the others so: each batch
locks the account and looks whether the proof still stands, so that a process may die between any
two, and whoever asked is still logged in by the session they asked with, and can ask again. The
last transaction finds that there is no event left, and erases the account.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, TypeVar

from attendance_core import ports
from attendance_core.accounts.proof import Proof, prove
from attendance_core.arguments import check_kinds
from attendance_core.errors import EventNotFound, Unavailable
from attendance_core.marking.announcements import ConnectionsEnded, PlaceChanged
from attendance_core.marking.endings import Ending
from attendance_core.marking.moves import end_hold
from attendance_core.marking.places import Held, Waiting
from attendance_core.marking.terms import Terms
from attendance_core.profiles import Profile, picture_file_path, scan_file_path
from attendance_core.profiles.scans import delete_discarded
from attendance_core.session_ends import end_sessions_of
from attendance_core.vocabulary import EventId, SessionId, UserId

T = TypeVar("T")

EVENTS_LISTED = 100  # in one look; each is left in a transaction of its own
ROWS_ERASED_AT_ONCE = 1_000  # of what they may have ten thousands of; it takes some milliseconds
MAX_ROUNDS = 1_000  # for whoever joins events as fast as they are left


class _EventsRemain(Exception):
    """Raised by the last transaction where there is something left: it has done nothing."""


class _EventsToLeave(NamedTuple):
    """Lists events that somebody organises with others, and those with more than entries."""

    organised_with_others: Sequence[EventId]
    with_more_than_entries: Sequence[EventId]


@dataclass(frozen=True, slots=True)
class DeleteAccount:
    """Deletes a person's account; what others keep of them names nobody any more.

    Contract: POST /accounts/delete/.
    """

    transact: ports.Transact
    observe: ports.Observe
    passwords: ports.Passwords
    files: ports.Files
    terms: Terms

    async def __call__(
        self, *, actor: UserId, session_id: SessionId, password: str | None = None
    ) -> None:
        """Deletes it where the password is right, or, where there is none, the log-in is fresh.

        Whoever met Unavailable, or a process that died, asks again. Raises what `prove` raises,
        Unavailable.
        """
        check_kinds(actor=actor, session_id=session_id)
        proof = await prove(
            self.observe, self.passwords, actor=actor, session_id=session_id, password=password
        )
        await end_sessions_of(
            self.transact,
            actor,
            self.terms,
            spared=session_id,
            check=proof.lock,
            finish=lambda unit: None,
        )
        for _ in range(MAX_ROUNDS):
            events = await self.observe(lambda unit: _events_to_leave(unit, actor))
            for event_id in events.organised_with_others:
                await self._transact_proven(proof, partial(_stop_organising, event_id, actor))
            for event_id in events.with_more_than_entries:
                await self._transact_proven(proof, partial(_leave, event_id, actor, self.terms))
            await self._erase_most(proof)
            try:
                paths = await self.transact(partial(_erase, proof))
            except _EventsRemain:
                continue
            for path in paths:
                await delete_discarded(self.files, path)
            return
        raise Unavailable

    async def _erase_most(self, proof: Proof) -> None:
        """Erases what there may be very much of; what is added meanwhile is for the last one."""
        for _ in range(MAX_ROUNDS):
            if await self._transact_proven(proof, partial(_erase_some, proof.user_id)):
                return

    async def _transact_proven(self, proof: Proof, work: Callable[[ports.Unit], T]) -> T:
        def prove_and_work(unit: ports.Unit) -> T:
            proof.lock(unit)
            return work(unit)

        return await self.transact(prove_and_work)


def _events_to_leave(unit: ports.Unit, user_id: UserId) -> _EventsToLeave:
    return _EventsToLeave(
        unit.leavers.organised_with_others(user_id, EVENTS_LISTED),
        unit.leavers.with_more_than_entries(user_id, EVENTS_LISTED),
    )


def _stop_organising(event_id: EventId, user_id: UserId, unit: ports.Unit) -> None:
    """Has somebody organise an event no more; what they created goes to the helper added first.

    That may be one event more than the helper could make. Without a helper the event has no
    organiser from then on, and a deleted person as its creator.
    """
    try:
        event = unit.events.lock(event_id)
    except EventNotFound:
        return
    if event.creator_id != user_id:
        unit.helpers.remove(event_id, user_id)
        return
    for first in unit.helpers.of(event_id)[:1]:
        unit.helpers.remove(event_id, first.user_id)
        unit.events.give(event_id, first.user_id)


def _leave(event_id: EventId, user_id: UserId, terms: Terms, unit: ports.Unit) -> None:
    """Ends all that somebody has in an event but ledger entries, and the place that numbers these.

    Whom they hold is given back; a hold on them ends. Whoever confirms that hold locks the place,
    too: so they were marked before, or their marker holds nobody any more.
    """
    places = unit.places.lock(event_id, [user_id], with_held_by=user_id)
    mine = places.get(user_id)
    if mine is None:
        return  # or the event was deleted
    now = unit.now()
    sockets = frozenset(each.connection_id for each in unit.connections.of(event_id, user_id))
    for place in places.values():
        if isinstance(place.state, Held) and place.state.marker == user_id:
            end_hold(unit, place, None, terms)
    if isinstance(mine.state, Waiting | Held) or not mine.last_n:
        left = mine.left(now)
        unit.places.put(left)
        unit.announce(PlaceChanged(left, now))
        if not mine.last_n:
            unit.places.remove(event_id, user_id)
    if sockets:
        unit.connections.remove(sorted(sockets))
        unit.announce(ConnectionsEnded(event_id, Ending.LOGGED_OUT, sockets))


def _erase_some(user_id: UserId, unit: ports.Unit) -> bool:
    """Erases friendships and notes; tells whether those were the last."""
    return unit.leavers.erase_some(user_id, ROWS_ERASED_AT_ONCE) < ROWS_ERASED_AT_ONCE


def _erase(proof: Proof, unit: ports.Unit) -> Sequence[str]:
    """Erases an account of which nothing else is left; answers the paths of its files.

    Whoever adds something of this person locks their profile, account or session first: so it was
    added before these locks, and is found, or it is not added, since the person is deleted by then.
    Raises NotLoggedIn, WrongPassword, _EventsRemain.
    """
    user_id = proof.user_id
    proof.lock(unit)
    profile, scan = unit.profiles.lock(user_id), unit.scans.lock(user_id)
    unit.moderators.remove(user_id)
    unit.scans.end_leases_of(user_id)  # behind the removal, which waits for the last taking
    unit.leavers.erase(user_id)
    if any(_events_to_leave(unit, user_id)):
        raise _EventsRemain
    unit.profiles.put(Profile(user_id, ""))
    unit.accounts.erase(user_id)
    paths = [] if profile.picture is None else [picture_file_path(profile.picture)]
    return paths if scan is None else [*paths, scan_file_path(scan.file)]
