"""Whether everything that people were told, together with what is kept, is as promised.

Each rule yields what is against it. Contract: 6. A history has to be of the form that `history`
writes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from tests.chaos.case import Case, Rule
from tests.chaos.changes import changes_are_kept, nobody_is_ended_early
from tests.chaos.endings import (
    logs_tell_of_no_failure,
    no_socket_fails,
    processes_end_as_asked,
    the_ended_are_closed,
)
from tests.chaos.history import HistoryItem
from tests.chaos.holds import SLACK_SECONDS, UNANSWERED, overlaps
from tests.chaos.kept import BY_HOLD, EntryKey, Kept, LedgerRow, Mark
from tests.chaos.ledger import (
    entries_follow_each_other,
    entries_were_asked_for,
    karma_is_what_marks_pay,
    no_entry_is_lost,
    one_standing_mark,
    organisers_see_the_ledger,
    places_know_their_marks,
)
from tests.chaos.lists import every_marker_gets_a_list, lists_equal_the_store
from tests.chaos.lives import LATE_SECONDS, Lives
from tests.chaos.news import (
    held_is_by_one_who_holds,
    news_equal_the_store,
    only_who_asked_hears_news,
    positions_are_told_seldom,
)
from tests.chaos.refusals import prepared_is_true, refusals_are_true, too_soon_is_kept
from tests.chaos.rights import (
    corrections_are_refused_rightly,
    corrections_were_allowed,
    the_left_out_are_closed,
    the_left_out_mark_nobody,
)
from tests.chaos.told import (
    everybody_can_be_told,
    no_marked_without_a_mark,
    nobody_hears_of_an_annulled_mark,
    only_the_marked_are_told,
    the_marked_learn_it,
)

GONE_SECONDS: Final = 45.0  # for two pings to be missed, the grace, and a sweep


def one_holder(case: Case) -> Iterator[str]:
    """Never two live holders of one person, nor two people held by one."""
    for one, other in overlaps(case.sure_holds):
        yield f"{one} and {other}"


def marks_come_from_live_holds(case: Case) -> Iterator[str]:
    """No confirm is accepted after its hold had ended, nor while another holds, nor at the end."""
    held = defaultdict(list)
    for hold in case.possible_holds:
        held[hold.event, hold.person, hold.marker].append(hold)
    sure = defaultdict(list)
    for hold in case.sure_holds:
        sure[hold.event, hold.person].append(hold)
    asked = _confirms(case)
    for mark in case.marks:
        if mark.at < case.begun_at or mark.origin != BY_HOLD:
            continue  # of an earlier part, or by hand
        theirs = held[_key(mark)]
        if not any(hold.start - SLACK_SECONDS <= mark.at <= hold.end for hold in theirs):
            yield f"{mark} was made without a live hold: {theirs}"
        for hold in sure[mark.event, mark.person]:
            if hold.marker != mark.marker and hold.start < mark.at < hold.end:
                yield f"{mark} was made while another held them: {hold}"
        if mark.at >= (case.ends_at(mark.event) or 0):
            yield f"{mark} was made after the end of its event"
        if not any(start <= mark.at <= end for start, end in asked[_key(mark)]):
            yield f"{mark} was made though nobody had asked for it"


def nobody_marks_themselves(case: Case) -> Iterator[str]:
    """Contract: 6.2."""
    for mark in case.marks:
        if mark.person == mark.marker:
            yield f"{mark} is of its marker"


def nobody_is_lost(case: Case) -> Iterator[str]:
    """Who asked and never left is listed, held or marked once faults have stopped."""
    lives, last = case.lives, case.last_looks
    for life in lives.sockets_of("mark_me"):
        look = last.get(life.event)
        if look is None or life.opened_at is None or life.opened_at > look.at - 1:
            continue
        if life.was_open(look.at) and not case.is_harmed(life, look.at):
            there = {*look.data["waiting"], *(int(each) for each in look.data["held"])}
            is_there = life.person in there or case.may_have_stood(
                life.event, life.person, look.at, look.at
            )
            if not is_there and case.is_steady(life, look, life.person):
                yield f"{life.person} waits in {life.event} and is on no list"


def nobody_stays_who_has_gone(case: Case) -> Iterator[str]:
    """Who waits has a socket, or has lost it lately; contract: 6.6, 6.13."""
    lives = case.lives
    seen: dict[tuple[str, int], float] = {}
    for life in lives.sockets_of("mark_me"):
        ended_at = lives.until if life.ended_at is None else life.ended_at
        key = life.event, life.person
        seen[key] = max(seen.get(key, 0.0), ended_at)
    for look in case.last_looks.values():
        for person in look.data["waiting"]:
            gone_for = look.at - seen.get((look.event, person), look.at)
            if gone_for > GONE_SECONDS + lives.lag(look.at - gone_for, look.at):
                yield f"{person} is listed in {look.event} and went {gone_for:.1f} s ago"


def only_503(case: Case) -> Iterator[str]:
    """No 5xx but 503."""
    for life in [*case.lives.calls.values(), *case.lives.sockets.values()]:
        if life.status >= 500 and life.status != 503:
            yield f"{life.person} was answered {life.status} at {life.asked_at}"


def nobody_waits_for_an_answer(case: Case) -> Iterator[str]:
    """More than 5 s, where neither their connection nor its process was touched."""
    lives = case.lives
    for life in lives.calls.values():
        if case.is_too_long(life, life.asked_at, life.ended_at or lives.until):
            yield f"{life.person} waited for the answer to a call: {life}"
    for life in lives.sockets.values():
        opened_at = life.opened_at or life.ended_at or lives.until
        if case.is_too_long(life, life.asked_at, opened_at):
            yield f"{life.person} waited for socket {life.number} to be opened"
        for sent in life.sent.values():
            until = sent.answered_at or life.ended_at or lives.until
            if case.is_too_long(life, sent.at, until):
                yield f"{life.person} waited on socket {life.number} for {sent}, until {until}"


RULES: Final[tuple[Rule, ...]] = (
    entries_follow_each_other,
    one_standing_mark,
    places_know_their_marks,
    no_entry_is_lost,
    entries_were_asked_for,
    corrections_were_allowed,
    corrections_are_refused_rightly,
    karma_is_what_marks_pay,
    organisers_see_the_ledger,
    no_marked_without_a_mark,
    only_the_marked_are_told,
    nobody_hears_of_an_annulled_mark,
    one_holder,
    marks_come_from_live_holds,
    nobody_marks_themselves,
    prepared_is_true,
    refusals_are_true,
    too_soon_is_kept,
    the_left_out_mark_nobody,
    the_left_out_are_closed,
    changes_are_kept,
    nobody_is_lost,
    nobody_stays_who_has_gone,
    the_marked_learn_it,
    everybody_can_be_told,
    every_marker_gets_a_list,
    lists_equal_the_store,
    only_who_asked_hears_news,
    news_equal_the_store,
    held_is_by_one_who_holds,
    positions_are_told_seldom,
    only_503,
    nobody_waits_for_an_answer,
    the_ended_are_closed,
    nobody_is_ended_early,
    no_socket_fails,
    processes_end_as_asked,
    logs_tell_of_no_failure,
)


def violations(items: Sequence[HistoryItem], kept: Kept, hold_seconds: float) -> list[str]:
    """Lists all that is against the rules, each with the name of its rule."""
    case = Case(Lives(items), kept, hold_seconds)
    return [f"{rule.__name__}: {what}" for rule in RULES for what in rule(case)]


def told_of(lives: Lives) -> set[EntryKey]:
    """Finds every entry that somebody was answered with."""
    told = {
        EntryKey(life.event, heard.frame["params"]["user_id"], heard.frame["params"]["n"])
        for life in lives.sockets_of("marking")
        for heard in life.heard
        if heard.name == "marked"
    }
    return told | {
        EntryKey(call.event, call.given["user_id"], call.n)
        for call in lives.calls.values()
        if call.n is not None
    }


def lost(told: Iterable[EntryKey], ledger: Iterable[LedgerRow]) -> list[str]:
    """Lists the entries that somebody was told of, and that are kept no more."""
    kept = {EntryKey(each.event, each.person, each.n) for each in ledger}
    return [f"an entry was lost: {each}" for each in sorted(set(told) - kept)]


def _key(mark: Mark) -> tuple[str, int, int]:
    return mark.event, mark.person, mark.marker


def _confirms(case: Case) -> dict[tuple[str, int, int], list[tuple[float, float]]]:
    """Finds when each confirm may have been carried out, by event, person and marker."""
    found = defaultdict(list)
    for life in case.lives.sockets_of("marking"):
        for sent in life.sent.values():
            if sent.message == "confirm_marking" and sent.user_id is not None:
                done_at = sent.at + LATE_SECONDS
                if sent.answer not in UNANSWERED and sent.answered_at is not None:
                    done_at = sent.answered_at
                span = sent.at - SLACK_SECONDS, done_at + SLACK_SECONDS
                found[life.event, sent.user_id, life.person].append(span)
    return found
