"""Rules of what a marker is answered: a yes that can be, and a no that is true."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from attendance_core.marking.places import BARRED_SECONDS
from tests.chaos.case import Case
from tests.chaos.holds import SLACK_SECONDS, UNANSWERED, Hold, holds_told_on
from tests.chaos.lives import Life, Sent
from tests.chaos.rights import Rights


def prepared_is_true(case: Case) -> Iterator[str]:
    """Nobody holds who is marked, nor themselves, nor anybody after the end of the event."""
    deleted_at = {
        call.event: call.ended_at
        for call in case.lives.calls_that_end_holds
        if call.role == "DeleteEvent" and call.was_done
    }
    for life in case.lives.sockets_of("marking"):
        for told in holds_told_on(life):
            if told.person == life.person:
                yield f"{life.person} holds themselves"
            for mark in case.marks_of(life.event, told.person):
                if (
                    mark.at + SLACK_SECONDS < told.asked_at
                    and told.at < mark.annulled_at - SLACK_SECONDS
                ):
                    yield f"{life.person} was told at {told.asked_at} to hold whom {mark} is about"
            for over_at in (case.ends_at(life.event), deleted_at.get(life.event)):
                if over_at is not None and over_at + SLACK_SECONDS < told.asked_at:
                    yield f"{life.person} holds {told.person} in {life.event}, which was over"


def refusals_are_true(case: Case) -> Iterator[str]:
    """No refusal denies what surely was, nor says what cannot have been."""
    sure_by_marker, holds_by_person, holds_by_marker = (
        defaultdict(list),
        defaultdict(list),
        defaultdict(list),
    )
    for hold in case.sure_holds:
        sure_by_marker[hold.event, hold.marker].append(hold)
    for hold in case.possible_holds:
        holds_by_person[hold.event, hold.person].append(hold)
        holds_by_marker[hold.event, hold.marker].append(hold)
    for life in case.lives.sockets_of("marking"):
        for sent in life.sent.values():
            if sent.answer in UNANSWERED or sent.answered_at is None:
                continue
            if sent.message == "prepare_to_mark":
                theirs = holds_by_person[life.event, sent.user_id or 0]
                own = holds_by_marker[life.event, life.person]
                is_true = _can_be_refused(case, life, sent, theirs, own)
            else:
                is_true = not any(
                    _denies(sent, hold) for hold in sure_by_marker[life.event, life.person]
                )
            if not is_true:
                yield f"{life.person} was refused in {life.event} on socket {life.number}: {sent}"


def too_soon_is_kept(case: Case) -> Iterator[str]:
    """Who gave somebody back has them again only after 10 s, where others could have them."""
    rights, holds_by_person = Rights(case), defaultdict(list)
    given_back: dict[tuple[str, int, int], list[Sent]] = defaultdict(list)
    sitting = defaultdict(list)
    asking = {(life.event, life.person) for life in case.lives.sockets_of("mark_me")}
    for hold in case.possible_holds:
        holds_by_person[hold.event, hold.person].append(hold)
    for life in case.lives.sockets_of("marking"):
        if (life.event, life.person) not in asking:
            sitting[life.event].append(life)
        for sent in life.sent.values():
            if sent.answer == "refused" and sent.user_id is not None:
                given_back[life.event, life.person, sent.user_id].append(sent)
    for life in case.lives.sockets_of("marking"):
        for told in holds_told_on(life):
            for sent in given_back[life.event, life.person, told.person]:
                until = sent.at + BARRED_SECONDS - SLACK_SECONDS
                if sent.answered_at is None or not sent.answered_at < told.asked_at:
                    continue
                had_others = any(
                    hold.marker != life.person and hold.start <= told.at and sent.at <= hold.end
                    for hold in holds_by_person[life.event, told.person]
                )
                if told.at >= until or had_others or told.is_old:
                    continue
                if rights.may_be_narrow(life.event, told.asked_at, told.at):
                    continue
                others = [
                    f"{each.person} on socket {each.number} since {each.opened_at}"
                    for each in sitting[life.event]
                    if each.person not in (life.person, told.person)
                    and _surely_sits(case, each, told.asked_at, told.at)
                ]
                if others:
                    yield (
                        f"{life.person} gave {told.person} back in {life.event} at {sent.at} and"
                        f" holds them at {told.at}, on socket {life.number}, though there were"
                        f" {', '.join(others)}"
                    )


def _surely_sits(case: Case, life: Life, start: float, end: float) -> bool:
    """Tells whether this socket was there for whoever looked for it in these seconds."""
    if (
        life.opened_at is None
        or life.opened_at + SLACK_SECONDS >= start
        or not life.was_open(end + SLACK_SECONDS)
    ):
        return False
    harms = [*case.lives.harms(life), *case.lives.spans_away()]
    return not any(each.meets(life.opened_at, end) for each in harms)


def _denies(sent: Sent, hold: Hold) -> bool:
    """Tells whether the answer to a confirm or a refuse is not true of a hold that surely was."""
    assert sent.answered_at is not None
    if not (hold.start <= sent.at and sent.answered_at <= hold.end):
        return False
    return sent.answer == "nobody_held" or (
        sent.answer == "not_held" and sent.user_id == hold.person
    )


def _can_be_refused(
    case: Case, life: Life, sent: Sent, theirs: list[Hold], own: list[Hold]
) -> bool:
    """Tells whether a choice may be answered so, by the target's holds and the marker's own."""
    match sent.answer:
        case "taken":
            return any(_meets(hold, sent) and hold.marker != life.person for hold in theirs)
        case "already_holding":
            return any(_meets(hold, sent) and hold.person != sent.user_id for hold in own)
        case "already_marked":
            return case.may_have_stood(
                life.event, sent.user_id or 0, sent.at, sent.answered_at or sent.at
            )
        case "too_soon":
            return any(_bars(hold, sent) and hold.marker == life.person for hold in theirs)
        case "yourself":
            return sent.user_id == life.person
    return True


def _bars(hold: Hold, sent: Sent) -> bool:
    """Tells whether one who had this hold may have been told that it is too soon for another."""
    assert sent.answered_at is not None
    return hold.start <= sent.answered_at and sent.at <= hold.end + BARRED_SECONDS + SLACK_SECONDS


def _meets(hold: Hold, sent: Sent) -> bool:
    assert sent.answered_at is not None
    return hold.start <= sent.answered_at and sent.at <= hold.end + SLACK_SECONDS
