"""Rules of who is told of a mark: its marker and the person marked, and nobody of one annulled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tests.chaos.case import Case
from tests.chaos.holds import SLACK_SECONDS
from tests.chaos.kept import FOREVER

ON_ITS_WAY_SECONDS: Final = 1.0  # Contract: 8.7, it was seen to stand before it is told


def no_marked_without_a_mark(case: Case) -> Iterator[str]:
    """Who was told `marked` finds it in the ledger, as their own; it stood as they asked."""
    for life in case.lives.sockets_of("marking"):
        for heard in life.heard:
            if heard.name != "marked":
                continue
            at, params, since = heard.at, heard.frame["params"], life.asked_at
            if heard.answers is not None:
                since = life.sent[heard.answers].at
            mark = next(
                (
                    each
                    for each in case.marks_of(life.event, params["user_id"])
                    if each.n == params["n"]
                ),
                None,
            )
            if (
                mark is None
                or mark.marker != life.person
                or not mark.stood(since - SLACK_SECONDS, at)
            ):
                yield f"{life.person} was told at {at} of {params}: {mark}"


def only_the_marked_are_told(case: Case) -> Iterator[str]:
    """`was_marked` is heard by the person marked, and names the marker."""
    for life in case.lives.sockets.values():
        for heard in life.heard:
            if heard.name == "was_marked":
                at, by = heard.at, heard.frame["params"]["user_id"]
                mine = case.marks_of(life.event, life.person)
                if life.role != "mark_me" or not any(
                    mark.marker == by and mark.at <= at + SLACK_SECONDS for mark in mine
                ):
                    yield f"{life.person} was told at {at} that {by} marked them: {mine}"


def nobody_hears_of_an_annulled_mark(case: Case) -> Iterator[str]:
    """Not on a socket opened after the annulment; on one that was open, what is on its way."""
    for life in case.lives.sockets_of("mark_me"):
        for heard in life.heard:
            if heard.name != "was_marked":
                continue
            at, marker = heard.at, heard.frame["params"]["user_id"]
            theirs = [
                mark
                for mark in case.marks_of(life.event, life.person)
                if mark.marker == marker and mark.at <= at + SLACK_SECONDS
            ]
            stood_until = max((mark.annulled_at for mark in theirs), default=FOREVER)
            is_known = life.asked_at > stood_until + SLACK_SECONDS
            if is_known or case.is_too_long(life, stood_until, at, (), ON_ITS_WAY_SECONDS):
                yield f"{life.person} was told at {at} of what was annulled: {theirs}"


def the_marked_learn_it(case: Case) -> Iterator[str]:
    """On a socket that is open, within 5 s; on one opened later, before anything else."""
    lives = case.lives
    for life in lives.sockets_of("mark_me"):
        if life.opened_at is None:
            continue
        first_at, first = (life.heard[0].at, life.heard[0].name) if life.heard else (0.0, "")
        told_at = next((heard.at for heard in life.heard if heard.name == "was_marked"), None)
        for mark in case.marks_of(life.event, life.person):
            if (
                life.asked_at > mark.at + SLACK_SECONDS
                and first not in {"", "was_marked", "unavailable"}
                and mark.annulled_at > first_at + SLACK_SECONDS
            ):
                yield f"{life.person} came back after {mark} and was told {first}"
            until = min(told_at or life.ended_at or lives.until, mark.annulled_at)
            since = max(life.opened_at, mark.at)
            if case.is_too_long(life, since, until, lives.spans_away()):
                yield f"{life.person} was told after {until - since:.1f} s of {mark}"


def everybody_can_be_told(case: Case) -> Iterator[str]:
    """At the roll call, after all harm: whose mark stands comes back and hears it."""
    called_at = case.lives.roll_called_at
    if called_at is None:
        return
    told = {
        (life.event, life.person)
        for life in case.lives.sockets_of("mark_me")
        for heard in life.heard
        if heard.at > called_at and heard.name == "was_marked"
    }
    for mark in case.marks:
        is_due = case.begun_at <= mark.at < called_at and mark.annulled_at == FOREVER
        if is_due and (mark.event, mark.person) not in told:
            yield f"{mark.person} came back and was not told of {mark}"
