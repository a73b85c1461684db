"""What organisers, and those who were marked, do about the record; all of it is noted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from attendance_web.demo.cast import Person
from attendance_web.demo.client import CallFailed
from attendance_web.demo.record import Moment, Record
from attendance_web.demo.roles import Roles

CLOCK_SLACK_SECONDS: Final = 2.0  # by which clocks of the service, its database and ours may differ
SHORT_SECONDS: Final = 3  # that the event would last at most if nobody put its end off
PROLONGED_SECONDS: Final = 1800
TIMES_BY_HAND: Final = 6  # one mark more than a sheet tells of is annulled. Contract: 8.13
REASONS: Final = ("duplicate", "other", "not_present", "wrong_person")


class Organising:
    """Does by calls what organisers do, and writes down what was done."""

    def __init__(self, record: Record, clock: Callable[[], float]) -> None:
        self._record = record
        self._clock = clock

    def moment(self, begun: float) -> Moment:
        """Makes that of what was begun then, by our clock, and has just ended."""
        return Moment(begun - CLOCK_SLACK_SECONDS, self._clock() + CLOCK_SLACK_SECONDS)

    def begin(self, roles: Roles) -> None:
        """Names a helper, and another who does not stay one."""
        self._post(roles.creator, "AddHelper", user_id=roles.helper.user_id)
        self._post(roles.creator, "AddHelper", user_id=roles.asking[0].user_id)
        self._post(roles.asking[0], "RemoveHelper", user_id=roles.asking[0].user_id)
        self._record.helpers.append(roles.helper.user_id)

    def put_off(self, roles: Roles) -> float:
        """Has the helper end the event soon, and the creator prolong it; answers that first end."""
        first = int(self._clock()) + SHORT_SECONDS
        self._post(roles.helper, "UpdateEvent", time_to=first)
        last = self._record.ends_at + PROLONGED_SECONDS
        self._post(roles.creator, "UpdateEvent", time_to=last)
        self._record.ends_at = last
        return float(first)

    def correct(self, roles: Roles) -> None:
        """Annuls marks for every reason, marks people by hand, and has others change their names.

        Those who slipped have no mark afterwards.
        """
        by_id = {each.user_id: each for each in roles.markers}
        for person in roles.slips:
            mark = self._record.standing(person.user_id)
            assert mark is not None
            self._annul(by_id[mark.actor_id], person, "wrong_person", "my mistake, ask again")
        for number, person in enumerate(roles.strangers):
            self._annul(person, person, "not_me", "I was at the dentist" if number else None)
        self._post(roles.strangers[0], "LeaveEvent")
        self._record.joined.remove(roles.strangers[0].user_id)
        for person in roles.absent:
            self._annul(roles.creator, person, "not_present", "left in the break")
        for person in roles.outside:
            self._mark(roles.creator, person, "=came later; from 3-B")
        for person in roles.without_phone:
            self._mark(roles.helper, person, None)
        again = roles.without_phone[0]
        for number in range(TIMES_BY_HAND):
            self._annul(roles.creator, again, REASONS[number % len(REASONS)], f"No. {number + 1}")
            self._mark(roles.helper, again, "no phone")
        for number, person in enumerate(roles.renamed):
            name = person.name.upper() if number else f"{person.name.split()[0]} Романова"
            person.visitor.post("/api/profile/UpdateProfileInfo", display_name=name)
            self._record.names[person.user_id] = person.name = name
        stays_marked = roles.renamed[0]
        self._post(stays_marked, "LeaveEvent")
        self._record.joined.remove(stays_marked.user_id)

    def _mark(self, actor: Person, person: Person, note: str | None) -> None:
        begun, about = self._clock(), {"user_id": person.user_id}
        more = {} if note is None else {"note": note}
        n = self._post(actor, "MarkParticipant", **about, **more)["n"]
        when = self.moment(begun)
        _check(n, self._record.note_mark(person.user_id, actor.user_id, when, "hand", note), person)

    def _annul(self, actor: Person, person: Person, reason: str, note: str | None) -> None:
        begun, mark = self._clock(), self._record.standing(person.user_id)
        assert mark is not None
        about = {"user_id": person.user_id, "n": mark.n, "reason": reason}
        more = {} if note is None else {"note": note}
        n = self._post(actor, "AnnulMark", **about, **more)["n"]
        when = self.moment(begun)
        _check(
            n,
            self._record.note_annulment(person.user_id, actor.user_id, when, reason, note),
            person,
        )

    def _post(self, actor: Person, call: str, **arguments: object) -> Any:
        path, event_id = f"/api/events/{call}", self._record.event_id
        return actor.visitor.post(path, event_id=event_id, **arguments)


def _check(answered: object, played: int, person: Person) -> None:
    if answered != played:
        raise CallFailed(f"entry {played} of {person.name} was answered as {answered}")
