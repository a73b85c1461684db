"""Rules of who may do what: organisers, and who marks. Contract: 8.5, 8.6.

Answers come later than what they tell of, and some never come. So each rule judges by what surely
was, or surely cannot have been.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from attendance_core.attendance.corrections import MARKER_MAY_ANNUL_SECONDS
from tests.chaos.case import Case
from tests.chaos.holds import SLACK_SECONDS
from tests.chaos.kept import BY_HAND, BY_HOLD, FOREVER, LedgerRow, Mark
from tests.chaos.lives import NARROW, Life

LEFT_OUT_CODE = 4403
MAY_NOT = frozenset({"not_an_organiser", "may_not_annul", "may_not_mark"})


class Rights:
    """Who may have done what, and when, by what was asked for and how it was answered."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._changes: dict[str, list[Life]] = defaultdict(list)
        self._helping: dict[tuple[str, int], list[Life]] = defaultdict(list)
        for call in case.lives.calls_named("UpdateEvent"):
            if call.may_be_done:
                self._changes[call.event].append(call)
        for name in ("AddHelper", "RemoveHelper"):
            for call in case.lives.calls_named(name):
                if call.may_be_done:
                    self._helping[call.event, call.given["user_id"]].append(call)

    def changes(self, event: str) -> list[Life]:
        """Lists the calls that may have changed it."""
        return self._changes[event]

    def may_organise(self, event: str, person: int, at: float) -> bool:
        """Tells whether it was theirs, or they may have been helping at an instant."""
        kept = self._case.kept.events.get(event)
        return (
            kept is None
            or kept.creator == person
            or self._may_be(self._helper_calls(event, person), at)
        )

    def may_be_narrow(self, event: str, start: float, end: float) -> bool:
        """Tells whether not everybody may have been let mark at an instant of these."""
        changes = [
            (call, call.given["who_marks"] in NARROW)
            for call in self._changes[event]
            if "who_marks" in call.given
        ]
        return self._may_be(changes, start, end)

    def is_narrow(self, event: str, at: float) -> bool:
        """Tells whether surely not everybody was let mark at an instant."""
        changes = [
            (call, call.given["who_marks"] not in NARROW)
            for call in self._changes[event]
            if "who_marks" in call.given
        ]
        narrowed = any(
            not widens and call.was_done and (call.ended_at or FOREVER) + SLACK_SECONDS < at
            for call, widens in changes
        )
        return narrowed and not self._may_be(changes, at)

    def may_mark(self, event: str, person: int, at: float) -> bool:
        """Tells whether an event that is narrow may have let them mark at an instant."""
        return person in self._case.kept.checked or self.may_organise(event, person, at)

    def _helper_calls(self, event: str, person: int) -> list[tuple[Life, bool]]:
        return [(call, call.role == "AddHelper") for call in self._helping[event, person]]

    def _may_be(
        self, calls: list[tuple[Life, bool]], start: float, end: float | None = None
    ) -> bool:
        """Tells whether a call that makes it so may have been the last by an instant of these."""
        end = start if end is None else end
        return any(
            makes
            and call.asked_at - SLACK_SECONDS <= end
            and not any(
                not other_makes
                and other.was_done
                and other.asked_at > call.done_by
                and (other.ended_at or FOREVER) + SLACK_SECONDS < start
                for other, other_makes in calls
            )
            for call, makes in calls
        )


def corrections_were_allowed(case: Case) -> Iterator[str]:
    """By organisers, by the marker within 15 minutes, by the person marked with `not_me`."""
    rights = Rights(case)
    marks = {(mark.event, mark.person, mark.n): mark for mark in case.marks}
    for row in case.kept.ledger:
        if row.at < case.begun_at or row.origin == BY_HOLD:
            continue
        if not _was_allowed(rights, row, marks.get((row.event, row.person, row.n - 1))):
            yield f"{row} was not {row.actor}'s to write"


def corrections_are_refused_rightly(case: Case) -> Iterator[str]:
    """Nobody is told that it is not theirs, or that a mark does not stand, where it surely is."""
    marks = {(mark.event, mark.person, mark.n): mark for mark in case.marks}
    for call in [*case.lives.calls_named("AnnulMark"), *case.lives.calls_named("MarkParticipant")]:
        event = case.kept.events.get(call.event)
        if event is None or call.ended_at is None or not call.refusal:
            continue
        by_creator = event.creator == call.person and call.given.get("reason") != "not_me"
        if call.refusal in MAY_NOT and by_creator:
            yield f"{call.person} created the event and was refused: {call}"
        mark = marks.get((call.event, call.given["user_id"], call.given.get("n", 0)))
        if mark is None or not _surely_stood(mark, call):
            continue
        if call.refusal == "changed":
            yield f"{call.person} was told that {mark} does not stand: {call}"
        by_marker = mark.marker == call.person and call.given["reason"] != "not_me"
        in_time = call.ended_at < mark.at + MARKER_MAY_ANNUL_SECONDS - SLACK_SECONDS
        if call.refusal == "may_not_annul" and by_marker and in_time:
            yield f"{call.person} has made {mark} and was refused: {call}"


def the_left_out_mark_nobody(case: Case) -> Iterator[str]:
    """Whom the event does not let mark has no hold to confirm; nor is anybody else refused."""
    rights = Rights(case)
    for mark in case.marks:
        if mark.at < case.begun_at or mark.origin == BY_HAND:
            continue
        narrow = rights.is_narrow(mark.event, mark.at)
        if narrow and not rights.may_mark(mark.event, mark.marker, mark.at):
            yield f"{mark} was made by one who was left out"
    for life in case.lives.sockets_of("marking"):
        for heard in life.heard:
            if heard.name != "may_not_mark":
                continue
            since = life.asked_at
            # A socket that is closed for it may be told late
            if heard.answers is not None and life.code != LEFT_OUT_CODE:
                since = life.sent[heard.answers].at
            if not rights.may_be_narrow(life.event, since, heard.at):
                yield (
                    f"{life.person} was refused though everybody marks, at {heard.at}: {life.event}"
                )


def the_left_out_are_closed(case: Case) -> Iterator[str]:
    """Within 5 s: who has no right any more to sit by the sheet."""
    for life in case.lives.sockets_of("marking"):
        look, event = case.last_looks.get(life.event), case.kept.events.get(life.event)
        if look is None or event is None or event.who_marks not in NARROW:
            continue
        entitled = {event.creator, *event.helpers}
        if event.who_marks == "confirmed":
            entitled.update(case.kept.checked)
        changed_at = _changed_at(case, life.event)
        since = max(life.opened_at or FOREVER, changed_at)
        if life.person in entitled or not life.was_open(look.at) or case.is_harmed(life, look.at):
            continue
        if case.is_too_long(life, since, look.at, case.lives.spans_away()):
            yield f"{life.person} still sits by the sheet of {life.event} on {life.number}"


def _was_allowed(rights: Rights, row: LedgerRow, mark: Mark | None) -> bool:
    if row.reason == "not_me":
        return row.actor == row.person
    if row.origin == BY_HAND and row.actor == row.person:
        return False
    if rights.may_organise(row.event, row.actor, row.at):
        return True
    return (
        row.origin is None
        and mark is not None
        and mark.marker == row.actor
        and row.at <= mark.at + MARKER_MAY_ANNUL_SECONDS
    )


def _surely_stood(mark: Mark, call: Life) -> bool:
    """Tells whether it did as long as a call was under way."""
    until = call.ended_at or FOREVER
    return mark.at + SLACK_SECONDS < call.asked_at and until < mark.annulled_at - SLACK_SECONDS


def _changed_at(case: Case, event: str) -> float:
    """Finds when somebody may have been left out last."""
    names = ("UpdateEvent", "RemoveHelper")
    calls = [call for name in names for call in case.lives.calls_named(name) if call.event == event]
    return max((call.done_by for call in calls if call.may_be_done), default=0.0)
