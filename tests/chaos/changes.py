"""Rules of what becomes of changes: they are kept, and end no event before its time.

Contract: 8.5, 8.6. As in `rights`, each judges by what surely was, or surely cannot have been.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from tests.chaos.case import SOON_SECONDS, Case
from tests.chaos.holds import SLACK_SECONDS
from tests.chaos.lives import Life
from tests.chaos.rights import Rights

OVER_CODE = 4410
FIELDS = ("name", "time_from", "time_to", "who_marks")


def nobody_is_ended_early(case: Case) -> Iterator[str]:
    """4410 is of events that are over, however they were prolonged, and of those deleted."""
    rights = Rights(case)
    deleted = {call.event for call in case.lives.calls_named("DeleteEvent") if call.may_be_done}
    for life in case.lives.sockets.values():
        ends_at = case.ends_at(life.event)
        if (
            life.code != OVER_CODE
            or life.ended_at is None
            or life.event in deleted
            or ends_at is None
        ):
            continue
        prolonged = any(
            "time_to" in call.given
            and call.asked_at <= life.ended_at <= call.done_by + SOON_SECONDS
            for call in rights.changes(life.event)
        )
        if life.ended_at + SLACK_SECONDS < ends_at and not prolonged:
            yield f"{life.person} was told {ends_at - life.ended_at:.1f} s early that it is over"


def changes_are_kept(case: Case) -> Iterator[str]:
    """What the last change of an event has said is so in the end; and so with helpers."""
    rights = Rights(case)
    for event_id, event in case.kept.events.items():
        kept: dict[str, Any] = {
            **{"name": event.name, "time_from": event.starts_at, "time_to": event.ends_at},
            "who_marks": event.who_marks,
        }
        for field in FIELDS:
            told = [
                (call, call.given[field])
                for call in rights.changes(event_id)
                if field in call.given
            ]
            if not _can_be_last(told, kept[field]):
                yield f"{field} of {event_id} is {kept[field]} in spite of {told}"
    helping: dict[tuple[str, int], list[tuple[Life, object]]] = defaultdict(list)
    for name in ("AddHelper", "RemoveHelper"):
        for call in case.lives.calls_named(name):
            if call.may_be_done:
                helping[call.event, call.given["user_id"]].append((call, name == "AddHelper"))
    for (event_id, person), told in helping.items():
        found = case.kept.events.get(event_id)
        if found is not None and not _can_be_last(told, person in found.helpers):
            yield f"{person} is no helper, or is one, in spite of {told}"


def _can_be_last(told: list[tuple[Life, Any]], kept: object) -> bool:
    """Tells whether what is kept was said by a call that no later one has surely undone."""
    if not any(call.was_done for call, _ in told):
        return True  # it may be as it was
    return any(
        said == kept
        and not any(
            other.was_done and other_said != kept and other.asked_at > call.done_by
            for other, other_said in told
        )
        for call, said in told
    )
