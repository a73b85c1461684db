"""A mark by a program, in one step. Contract: 6.21. Decision 0028."""

from __future__ import annotations

from dataclasses import dataclass, replace

from attendance_core import ports
from attendance_core.arguments import check_kinds
from attendance_core.marking.announcements import PlaceChanged
from attendance_core.marking.holds import choose, mark
from attendance_core.marking.moves import OF_NOBODY, make_and_lock_places
from attendance_core.marking.outcomes import Outcome
from attendance_core.marking.places import Marked
from attendance_core.marking.terms import Terms
from attendance_core.vocabulary import EventId, UserId


@dataclass(frozen=True, slots=True)
class MarkAtOnce:
    """Marks somebody who waits, for a program: holds them and confirms, in one. Contract: 6.21.

    It needs no socket of the marker's. `MarkParticipant` is another thing: that is by hand, of
    anybody, for organisers, and pays nobody.
    """

    transact: ports.Transact
    terms: Terms

    async def __call__(self, *, actor: UserId, event_id: EventId, user_id: UserId) -> Outcome:
        """Answers as `ConfirmMarking` does: whom they have marked already stays so, unpaid.

        It joins the marker, as a socket does. Raises EventNotFound, EventOver, EventNotStarted,
        MayNotMark, Yourself, YouAreWaiting, AlreadyHolding, AlreadyMarked, Taken, TooSoon;
        PersonNotFound where nobody is ``actor``; NotWaiting where ``user_id`` does not wait, also
        where nobody is.
        """
        check_kinds(actor=actor, event_id=event_id, user_id=user_id)

        def work(unit: ports.Unit) -> Outcome:
            locked = make_and_lock_places(unit, event_id, actor, beside=(user_id,))
            # Nobody changes the event: no mark is behind the end of one that is shortened
            event, at = unit.events.lock_shared(event_id), unit.now()
            event.check_not_over(at)
            unit.profiles.lock_shared([actor])  # who left a mark has a place, deleted or not
            target = locked.get(user_id)
            state = None if target is None else target.state
            if target is not None and isinstance(state, Marked) and state.marker == actor:
                return Outcome(target, at, changed=False)
            event.check_started(at)
            chosen = choose(
                unit,
                event,
                actor,
                user_id,
                at=at,
                locked=locked,
                judge=None,  # it has no process: whom another takes for dead, that one ends
                terms=self.terms,
                connections_of=OF_NOBODY,
            )
            mine = next((each for each in chosen.ended if each.user_id == actor), locked[actor])
            joined = mine.joined()
            if joined != mine:
                unit.places.put(joined)
                unit.announce(PlaceChanged(joined, at))
            if chosen.is_new:  # told, as a hold is; what is stored is the mark
                unit.announce(PlaceChanged(chosen.place, at))
            marked = mark(unit, chosen.place, actor, self.terms, at=at)
            return replace(marked, ended=chosen.ended)

        return await self.transact(work)
