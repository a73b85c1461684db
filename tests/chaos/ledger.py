"""Rules of the record: what is in it, who has asked for it, and what it pays. Contract: 8."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise

from tests.chaos.case import Case
from tests.chaos.holds import SLACK_SECONDS
from tests.chaos.kept import BY_HAND, LedgerRow, OldMark, ShownEntry, karma_of
from tests.chaos.lives import Life


def entries_follow_each_other(case: Case) -> Iterator[str]:
    """The entries of a person in an event are numbered 1, 2, 3..., each once, in order of time."""
    for (event, person), rows in _rows(case).items():
        numbers = [row.n for row in rows]
        if numbers != list(range(1, len(rows) + 1)):
            yield f"{person} has the entries {numbers} in {event}"
        for one, next_one in pairwise(rows):
            if next_one.at < one.at:
                yield f"{next_one} was written after {one}"


def one_standing_mark(case: Case) -> Iterator[str]:
    """Odd entries mark, even ones annul: so nobody has two marks that stand."""
    for rows in _rows(case).values():
        for row in rows:
            is_mark = row.n % 2 == 1
            if is_mark != (row.origin is not None) or is_mark != (row.reason is None):
                yield f"{row} is of another kind than its number"
        for one, next_one in pairwise(rows):
            if one.origin is not None and next_one.origin is not None:
                yield f"{next_one} stands beside {one}"
            if one.origin is None and next_one.origin is None:
                yield f"{next_one} annuls what {one} has annulled"


def places_know_their_marks(case: Case) -> Iterator[str]:
    """Every place has its last entry's number; old versions read the same marks."""
    if not case.kept.last_entries:
        return
    last = {(event, person): rows[-1] for (event, person), rows in _rows(case).items()}
    found = {(event, person): n for event, person, n in case.kept.last_entries}
    if found != {key: row.n for key, row in last.items()}:
        wrong = {key for key in found.keys() | last.keys() if found.get(key) != _n(last.get(key))}
        yield f"places have other last entries than the ledger: {sorted(wrong)[:5]}"
    standing = Counter(
        OldMark(row.event, row.person, row.actor) for row in last.values() if row.origin is not None
    )
    if (old_marks := Counter(case.kept.old_marks)) != standing:
        yield f"old versions read other marks: {(old_marks - standing) + (standing - old_marks)}"


def no_entry_is_lost(case: Case) -> Iterator[str]:
    """A correction that was answered is in the ledger, by its number and of that kind."""
    rows = {(row.event, row.person, row.n): row for row in case.kept.ledger}
    for call in [*case.lives.calls_named("AnnulMark"), *case.lives.calls_named("MarkParticipant")]:
        if not call.was_done:
            continue
        row = rows.get((call.event, call.given["user_id"], call.n or 0))
        assert call.ended_at is not None
        if row is None or row.at > call.ended_at + SLACK_SECONDS:
            yield f"{call.person} was answered {call.n} and it is not there: {call}"
        elif call.role == "AnnulMark":
            by = row.actor, row.reason, row.n
            if by != (call.person, call.given["reason"], call.given["n"] + 1):
                yield f"{call.person} was answered {row}, which is not what they asked for: {call}"
        elif row.origin is None or not case.may_have_stood(
            call.event, row.person, call.asked_at, call.ended_at
        ):
            yield f"{call.person} was answered {row}, which did not stand: {call}"


def entries_were_asked_for(case: Case) -> Iterator[str]:
    """Every annulment and every mark by hand has a call of its actor under way at its instant.

    Of a mark by a hold, see `marks_come_from_live_holds`.
    """
    asked: dict[tuple[object, ...], list[Life]] = defaultdict(list)
    for call in case.lives.calls_named("AnnulMark"):
        given = call.given
        n, reason = given["n"] + 1, given["reason"]
        asked[call.event, given["user_id"], call.person, n, reason].append(call)
    for call in case.lives.calls_named("MarkParticipant"):
        asked[call.event, call.given["user_id"], call.person].append(call)
    for row in case.kept.ledger:
        if row.at < case.begun_at:
            continue  # of an earlier part
        calls: list[Life] | None = None
        if row.origin is None:
            calls = asked[row.event, row.person, row.actor, row.n, row.reason]
        elif row.origin == BY_HAND:
            calls = asked[row.event, row.person, row.actor]
        if calls is not None and not any(_may_have_written(call, row) for call in calls):
            yield f"nobody asked for {row}"


def karma_is_what_marks_pay(case: Case) -> Iterator[str]:
    """50 for each standing mark of a hold within the limits of its month, for everyone."""
    paid = karma_of(case.kept.ledger, case.kept.karma_terms)
    for person, karma in case.kept.karma.items():
        if karma != paid.get(person, 0):
            yield f"{person} is to have {paid.get(person, 0)} karma and has {karma}"


def organisers_see_the_ledger(case: Case) -> Iterator[str]:
    """GetLedger shows every entry, and nothing else."""
    rows: dict[str, Counter[ShownEntry]] = defaultdict(Counter)
    for row in case.kept.ledger:
        how = row.origin or row.reason or ""
        rows[row.event][ShownEntry(row.person, row.n, row.actor, how)] += 1
    for event, lines in case.kept.shown_entries.items():
        shown = Counter(ShownEntry(*each) for each in lines)
        if shown != rows[event]:
            yield f"{event} is shown without {rows[event] - shown} and with {shown - rows[event]}"


def _rows(case: Case) -> dict[tuple[str, int], list[LedgerRow]]:
    found = defaultdict(list)
    for row in case.kept.ledger:
        found[row.event, row.person].append(row)
    for rows in found.values():
        rows.sort(key=lambda each: each.n)
    return found


def _n(row: LedgerRow | None) -> int | None:
    return None if row is None else row.n


def _may_have_written(call: Life, row: LedgerRow) -> bool:
    """Tells whether an entry can be what a call has done."""
    if not call.may_be_done or (call.was_done and call.n != row.n):
        return False
    return call.asked_at - SLACK_SECONDS <= row.at <= call.done_by + SLACK_SECONDS
