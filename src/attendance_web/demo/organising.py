"""What organisers, and those who were marked, do about marks; all of it is noted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from attendance_web.demo.failures import LectureFailed
from attendance_web.demo.people import Person
from attendance_web.demo.played_event import Moment, PlayedEvent
from attendance_web.demo.roles import Roles
from attendance_web.structs.attendance import ReasonName

CLOCK_SLACK_SECONDS: Final = 2.0  # by which clocks of the service, its database and ours may differ
SHORT_SECONDS: Final = 3  # that the event would last at most if nobody put its end off
PROLONGED_SECONDS: Final = 1800
TIMES_BY_HAND: Final = 6  # one mark more than a sheet tells of is annulled. Contract: 8.13
REASONS: Final[tuple[ReasonName, ...]] = ("duplicate", "other", "not_present", "wrong_person")


class Organising:
    """Does by calls what organisers do, and writes down what was done."""

    def __init__(self, played: PlayedEvent, clock: Callable[[], float]) -> None:
        self._played = played
        self._clock = clock

    def moment_since(self, begun: float) -> Moment:
        """Makes the moment of what was begun then, by our clock, and has just ended."""
        return Moment(begun - CLOCK_SLACK_SECONDS, self._clock() + CLOCK_SLACK_SECONDS)

    async def name_helpers(self, roles: Roles) -> None:
        """Names a helper, and another who does not stay one."""
        first, event_id = roles.asking[0], self._played.event_id
        await roles.creator.client.add_helper(event_id=event_id, user_id=roles.helper.user_id)
        await roles.creator.client.add_helper(event_id=event_id, user_id=first.user_id)
        await first.client.remove_helper(event_id=event_id, user_id=first.user_id)
        self._played.helpers.append(roles.helper.user_id)

    async def shorten_and_prolong(self, roles: Roles) -> float:
        """Has the helper end the event soon, and the creator prolong it; answers that first end."""
        first, event_id = int(self._clock()) + SHORT_SECONDS, self._played.event_id
        await roles.helper.client.update_event(event_id=event_id, time_to=first)
        last = self._played.ends_at + PROLONGED_SECONDS
        await roles.creator.client.update_event(event_id=event_id, time_to=last)
        self._played.ends_at = last
        return float(first)

    async def correct(self, roles: Roles) -> None:
        """Annuls marks for every reason, marks people by hand, and has others change their names.

        Those who slipped have no mark afterwards.
        """
        by_id = {each.user_id: each for each in roles.markers}
        for person in roles.slips:
            mark = self._played.standing(person.user_id)
            assert mark is not None
            marker = by_id[mark.actor_id]
            await self._annul(marker, person, "wrong_person", "my mistake, ask again")
        for number, person in enumerate(roles.disputing):
            await self._annul(person, person, "not_me", "I was at the dentist" if number else None)
        await self._leave(roles.disputing[0])
        for person in roles.marked_absent:
            await self._annul(roles.creator, person, "not_present", "left in the break")
        for person in roles.outside:
            await self._mark(roles.creator, person, "=came later; from 3-B")
        for person in roles.without_phone:
            await self._mark(roles.helper, person, None)
        marked_often = roles.without_phone[0]
        for number in range(TIMES_BY_HAND):
            reason = REASONS[number % len(REASONS)]
            await self._annul(roles.creator, marked_often, reason, f"No. {number + 1}")
            await self._mark(roles.helper, marked_often, "no phone")
        for number, person in enumerate(roles.renamed):
            name = person.name.upper() if number else f"{person.name.split()[0]} Романова"
            await person.client.update_profile_info(display_name=name)
            self._played.names[person.user_id] = person.name = name
        await self._leave(roles.renamed[0])  # who stays marked

    async def _leave(self, person: Person) -> None:
        await person.client.leave_event(event_id=self._played.event_id)
        self._played.joined.remove(person.user_id)

    async def _mark(self, actor: Person, person: Person, note: str | None) -> None:
        begun = self._clock()
        entry = await actor.client.mark_participant(
            event_id=self._played.event_id, user_id=person.user_id, note=note or ""
        )
        when = self.moment_since(begun)
        noted_n = self._played.note_mark(person.user_id, actor.user_id, when, "hand", note)
        _check_number(entry.n, noted_n, person)

    async def _annul(
        self, actor: Person, person: Person, reason: ReasonName, note: str | None
    ) -> None:
        begun, mark = self._clock(), self._played.standing(person.user_id)
        assert mark is not None
        entry = await actor.client.annul_mark(
            event_id=self._played.event_id,
            user_id=person.user_id,
            n=mark.n,
            reason=reason,
            note=note or "",
        )
        when = self.moment_since(begun)
        noted_n = self._played.note_annulment(person.user_id, actor.user_id, when, reason, note)
        _check_number(entry.n, noted_n, person)


def _check_number(answered: int, noted: int, person: Person) -> None:
    """Raises LectureFailed."""
    if answered != noted:
        raise LectureFailed(f"entry {noted} of {person.name} was answered as {answered}")
