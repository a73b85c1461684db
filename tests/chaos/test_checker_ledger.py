"""Planted histories of the record: entries that are missing, too many, or nobody's to write."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.chaos.kept import (
    BY_HAND,
    BY_HOLD,
    EntryKey,
    KarmaTerms,
    LedgerRow,
    OldMark,
    ShownEntry,
    karma_of,
)
from tests.chaos.tale import (
    ANNA,
    ANNA_SOCKET,
    BORIS,
    BORIS_SOCKET,
    CREATOR,
    EVENT,
    EXTRA_SOCKET,
    GLEB,
    HELPER,
    VERA,
    VERA_SOCKET,
    Tale,
)

IN_NOVEMBER = 1_795_564_800.0  # of 2026, UNIX seconds
DAY = 86_400


def annulled_and_marked_again(tale: Tale) -> Tale:
    """Anna's mark is annulled by the creator, and Vera marks her again."""
    tale.annuls(CREATOR, ANNA, 1)
    tale.opens(ANNA, "mark_me", EXTRA_SOCKET)
    tale.prepares(VERA, VERA_SOCKET, ANNA)
    tale.confirms(VERA, VERA_SOCKET, ANNA)
    tale.learns_of_mark(ANNA, EXTRA_SOCKET, VERA)
    return tale


class TestEntries:
    def test_a_good_history_breaks_no_rule(self, marked: Tale) -> None:
        tale = annulled_and_marked_again(marked)
        tale.marks_by_hand(CREATOR, BORIS)
        tale.learns_of_mark(BORIS, BORIS_SOCKET, CREATOR)
        tale.shown_entries = [
            ShownEntry(row.person, row.n, row.actor, row.origin or row.reason or "")
            for row in tale.ledger
        ]
        assert [row.n for row in tale.ledger] == [1, 2, 3, 1]
        assert tale.broken_rules() == set()

    def test_two_entries_with_one_number(self, marked: Tale) -> None:
        marked.ledger.append(marked.ledger[0])
        assert "entries_follow_each_other" in marked.broken_rules()

    def test_a_gap_in_the_numbers(self, marked: Tale) -> None:
        marked.annuls(CREATOR, ANNA, 1)
        marked.ledger.pop(0)
        assert "entries_follow_each_other" in marked.broken_rules()

    def test_an_entry_from_before_the_one_before(self, marked: Tale) -> None:
        marked.annuls(CREATOR, ANNA, 1)
        marked.ledger[1] = replace(marked.ledger[1], at=marked.ledger[0].at - 0.01)
        assert "entries_follow_each_other" in marked.broken_rules()

    @pytest.mark.parametrize(
        "wrong", [{"origin": BY_HOLD, "reason": None}, {"reason": None}, {"origin": BY_HAND}]
    )
    def test_a_second_mark_that_stands(self, marked: Tale, wrong: dict[str, Any]) -> None:
        marked.annuls(CREATOR, ANNA, 1)
        marked.ledger[1] = replace(marked.ledger[1], **wrong)
        assert "one_standing_mark" in marked.broken_rules()

    def test_an_annulment_of_an_annulment(self, marked: Tale) -> None:
        marked.annuls(CREATOR, ANNA, 1)
        marked.writes(ANNA, CREATOR, marked.now, None, "other")
        assert "one_standing_mark" in marked.broken_rules()

    def test_a_place_that_does_not_know_its_mark(self, marked: Tale) -> None:
        marked.last_entries = [EntryKey(EVENT, ANNA, 2)]
        assert marked.broken_rules() == {"places_know_their_marks"}

    def test_a_mark_that_stands_in_the_table_of_old_alone(self, marked: Tale) -> None:
        marked.annuls(CREATOR, ANNA, 1)
        marked.old_marks = [OldMark(EVENT, ANNA, VERA)]
        assert marked.broken_rules() == {"places_know_their_marks"}

    def test_entries_that_organisers_are_not_shown(self, marked: Tale) -> None:
        marked.shown_entries = []
        assert marked.broken_rules() == {"organisers_see_the_ledger"}


class TestCorrections:
    def test_an_annulment_that_is_lost(self, marked: Tale) -> None:
        marked.annuls(CREATOR, ANNA, 1)
        marked.ledger.pop()
        assert marked.broken_rules() == {"no_entry_is_lost"}

    def test_an_annulment_that_was_answered_as_somebody_elses(self, marked: Tale) -> None:
        marked.annuls(CREATOR, ANNA, 1)
        marked.calls(VERA, "AnnulMark", n=2, user_id=ANNA, given_n=1, reason="wrong_person")
        assert marked.broken_rules() == {"no_entry_is_lost"}

    def test_an_annulment_without_an_answer_is_there_or_not(self, marked: Tale) -> None:
        given: dict[str, Any] = {"user_id": ANNA, "given_n": 1, "reason": "other"}
        marked.calls(CREATOR, "AnnulMark", status=0, **given)
        assert marked.broken_rules() == set()
        marked.writes(ANNA, CREATOR, marked.now + 2, None, "other")
        marked.now += 5
        assert marked.broken_rules() == set()

    def test_a_mark_by_hand_that_is_lost(self, tale: Tale) -> None:
        tale.calls(CREATOR, "MarkParticipant", n=1, user_id=GLEB)
        assert tale.broken_rules() == {"no_entry_is_lost"}

    def test_a_mark_by_hand_that_did_not_stand_any_more(self, marked: Tale) -> None:
        marked.annuls(CREATOR, ANNA, 1)
        marked.calls(CREATOR, "MarkParticipant", n=1, user_id=ANNA)
        assert marked.broken_rules() == {"no_entry_is_lost"}

    def test_a_mark_by_hand_of_one_who_is_marked_tells_of_that(self, marked: Tale) -> None:
        marked.calls(CREATOR, "MarkParticipant", n=1, user_id=ANNA)
        assert marked.broken_rules() == set()

    @pytest.mark.parametrize("reason", ["other", "wrong_person"])
    def test_an_annulment_that_nobody_asked_for(self, marked: Tale, reason: str) -> None:
        marked.calls(CREATOR, "AnnulMark", status=0, user_id=ANNA, given_n=1, reason="not_present")
        marked.writes(ANNA, CREATOR, marked.now, None, reason)
        assert marked.broken_rules() == {"entries_were_asked_for"}

    def test_a_mark_by_hand_that_nobody_asked_for(self, tale: Tale) -> None:
        tale.keeps_mark(CREATOR, GLEB, tale.now, BY_HAND)
        assert tale.broken_rules() == {"entries_were_asked_for"}

    def test_a_mark_by_hand_that_was_refused(self, tale: Tale) -> None:
        tale.calls(CREATOR, "MarkParticipant", error=3, refusal="event_not_started", user_id=GLEB)
        tale.keeps_mark(CREATOR, GLEB, tale.now - 0.5, BY_HAND)
        assert tale.broken_rules() == {"entries_were_asked_for"}

    @pytest.mark.parametrize("actor", [ANNA, GLEB])
    def test_an_annulment_by_one_who_has_no_right(self, marked: Tale, actor: int) -> None:
        marked.annuls(actor, ANNA, 1)
        assert marked.broken_rules() == {"corrections_were_allowed"}

    def test_a_mark_by_the_hand_of_one_who_has_no_right(self, tale: Tale) -> None:
        tale.marks_by_hand(HELPER, GLEB)
        assert tale.broken_rules() == {"corrections_were_allowed"}

    def test_corrections_by_a_helper(self, tale: Tale) -> None:
        tale.calls(CREATOR, "AddHelper", user_id=HELPER)
        tale.kept_event = replace(tale.kept_event, helpers=(HELPER,))
        tale.marks_by_hand(HELPER, GLEB)
        tale.annuls(HELPER, GLEB, 1)
        assert tale.broken_rules() == set()

    def test_corrections_by_one_who_helps_no_more(self, tale: Tale) -> None:
        tale.calls(CREATOR, "AddHelper", user_id=HELPER)
        tale.calls(CREATOR, "RemoveHelper", user_id=HELPER)
        tale.now += 1
        tale.marks_by_hand(HELPER, GLEB)
        assert tale.broken_rules() == {"corrections_were_allowed"}

    @pytest.mark.parametrize(("seconds", "broken"), [(850, False), (905, True)])
    def test_an_annulment_by_the_marker_within_a_quarter_of_an_hour(
        self, marked: Tale, seconds: float, broken: bool
    ) -> None:
        marked.now += seconds
        marked.annuls(VERA, ANNA, 1, "wrong_person")
        assert ("corrections_were_allowed" in marked.broken_rules()) == broken

    def test_not_me_by_the_person(self, marked: Tale) -> None:
        marked.annuls(ANNA, ANNA, 1, "not_me")
        assert marked.broken_rules() == set()

    def test_not_me_by_the_creator(self, marked: Tale) -> None:
        marked.annuls(CREATOR, ANNA, 1, "not_me")
        assert marked.broken_rules() == {"corrections_were_allowed"}

    @pytest.mark.parametrize(
        ("actor", "refusal"),
        [(CREATOR, "may_not_annul"), (CREATOR, "changed"), (VERA, "may_not_annul")],
    )
    def test_a_correction_that_is_refused_wrongly(
        self, marked: Tale, actor: int, refusal: str
    ) -> None:
        given: dict[str, Any] = {"user_id": ANNA, "given_n": 1, "reason": "other"}
        marked.now += 1
        marked.calls(actor, "AnnulMark", error=3, refusal=refusal, **given)
        assert marked.broken_rules() == {"corrections_are_refused_rightly"}

    def test_a_correction_that_is_refused_rightly(self, marked: Tale) -> None:
        marked.annuls(CREATOR, ANNA, 1)
        given: dict[str, Any] = {"user_id": ANNA, "given_n": 1, "reason": "duplicate"}
        marked.calls(CREATOR, "AnnulMark", error=3, refusal="changed", **given)
        marked.calls(GLEB, "AnnulMark", error=3, refusal="may_not_annul", **given)
        assert marked.broken_rules() == set()

    def test_one_told_of_an_annulled_mark_as_her_own(self, marked: Tale) -> None:
        marked.annuls(CREATOR, ANNA, 1)
        number = marked.says(VERA, VERA_SOCKET, "confirm_marking", ANNA)
        marked.hears(VERA, VERA_SOCKET, "marked", number, marked_person=ANNA, user_id=ANNA, n=1)
        assert "no_marked_without_a_mark" in marked.broken_rules()


class TestAfterAnAnnulment:
    def test_one_who_comes_back_is_told_of_what_was_annulled(self, marked: Tale) -> None:
        marked.annuls(CREATOR, ANNA, 1)
        marked.opens(ANNA, "mark_me", EXTRA_SOCKET)
        marked.learns_of_mark(ANNA, EXTRA_SOCKET, VERA)
        assert marked.broken_rules() == {"nobody_hears_of_an_annulled_mark"}

    @pytest.mark.parametrize(
        ("later", "broken"), [(-1, set()), (1, {"nobody_hears_of_an_annulled_mark"})]
    )
    def test_one_who_waits_is_told_late(self, tale: Tale, later: float, broken: set[str]) -> None:
        tale.prepares(VERA, VERA_SOCKET, ANNA)
        tale.confirms(VERA, VERA_SOCKET, ANNA)
        tale.annuls(VERA, ANNA, 1)
        tale.now += later
        tale.learns_of_mark(ANNA, ANNA_SOCKET, VERA)
        assert tale.broken_rules() == broken

    def test_a_hold_of_before_is_confirmed(self, tale: Tale) -> None:
        tale.prepares(VERA, VERA_SOCKET, ANNA)
        tale.marks_by_hand(CREATOR, ANNA)
        tale.annuls(CREATOR, ANNA, 1)
        tale.confirms(VERA, VERA_SOCKET, ANNA)
        tale.learns_of_mark(ANNA, ANNA_SOCKET, VERA)
        assert tale.broken_rules() == {"marks_come_from_live_holds"}

    def test_one_may_be_held_again(self, marked: Tale) -> None:
        assert annulled_and_marked_again(marked).broken_rules() == set()

    def test_the_roll_call_hears_nothing(self, marked: Tale) -> None:
        marked.annuls(CREATOR, ANNA, 1)
        marked.add("roll_call")
        marked.opens(ANNA, "mark_me", EXTRA_SOCKET)
        marked.hears(ANNA, EXTRA_SOCKET, "pong", marked.says(ANNA, EXTRA_SOCKET, "ping"))
        assert marked.broken_rules() == set()


class TestKarma:
    def test_karma_that_no_mark_pays(self, marked: Tale) -> None:
        marked.karma = {VERA: 50, GLEB: 50}
        assert marked.broken_rules() == {"karma_is_what_marks_pay"}

    def test_karma_that_is_missing(self, marked: Tale) -> None:
        marked.karma = {VERA: 0}
        assert marked.broken_rules() == {"karma_is_what_marks_pay"}

    def test_karma_of_an_annulled_mark(self, marked: Tale) -> None:
        marked.annuls(CREATOR, ANNA, 1)
        marked.karma = {VERA: 50}
        assert marked.broken_rules() == {"karma_is_what_marks_pay"}

    def test_karma_beyond_a_limit(self, marked: Tale) -> None:
        marked.karma_terms = KarmaTerms(pair=0, unchecked=100)
        marked.karma = {VERA: 50}
        assert marked.broken_rules() == {"karma_is_what_marks_pay"}

    def test_karma_is_counted_from_rows_alone(self) -> None:
        rows = [
            LedgerRow("a", ANNA, 1, VERA, IN_NOVEMBER, BY_HOLD),
            LedgerRow("b", ANNA, 1, VERA, IN_NOVEMBER + 1, BY_HOLD),  # the same two again
            LedgerRow("c", VERA, 1, ANNA, IN_NOVEMBER + 2, BY_HOLD),  # and the other way round
            LedgerRow("d", ANNA, 1, VERA, IN_NOVEMBER + 30 * DAY, BY_HOLD),  # in another month
            LedgerRow("a", BORIS, 1, VERA, IN_NOVEMBER + 3, BY_HOLD),  # a second who is not known
            LedgerRow("a", GLEB, 1, VERA, IN_NOVEMBER + 4, BY_HOLD, True),  # one who is
            LedgerRow("e", HELPER, 1, GLEB, IN_NOVEMBER, BY_HOLD),
            LedgerRow("e", HELPER, 2, CREATOR, IN_NOVEMBER + 1, None, False, "other"),
            LedgerRow("e", HELPER, 3, CREATOR, IN_NOVEMBER + 2, BY_HAND),
        ]
        assert karma_of(reversed(rows), KarmaTerms(pair=1, unchecked=1)) == {VERA: 150}
        everything = karma_of(rows, KarmaTerms(pair=9, unchecked=9))
        assert everything == {VERA: 250, ANNA: 50}
