"""Who may annul a mark, and what is seen then. Contract: 8.2, 8.3, 8.4, 8.5, 8.7 and 8.8."""

from __future__ import annotations

from typing import Any

import pytest

from attendance_core.attendance import MARKER_MAY_ANNUL_SECONDS
from attendance_core.errors import (
    BadLength,
    InvalidArgument,
    MayNotAnnul,
    NobodyHeld,
    NotAnOrganiser,
    NotHeld,
    PersonNotFound,
    RecordChanged,
    SomebodyWasMarked,
    TooManyRequests,
)
from attendance_core.events import DeleteEvent
from attendance_core.limits import ANNULMENTS, ANNULMENTS_OF_ONE
from attendance_core.marking.announcements import ConnectionsEnded, PlaceChanged
from attendance_core.marking.endings import Ending
from attendance_core.marking.ledger import AnnulReason, Grade
from attendance_core.marking.places import Marked, Waiting
from attendance_core.profiles import UpdateProfileInfo
from attendance_core.testing.clock import NOON
from attendance_core.testing.machine.driving import drive
from attendance_core.vocabulary import UserId
from tests.support.ledger_world import BORIS, CREATOR, GLEB, NOT_ME, VERA, LedgerWorld, world

__all__ = ["world"]
NOBODY = UserId(99)


class TestWhoMayAnnul:
    @pytest.mark.parametrize("reason", [each for each in AnnulReason if each is not NOT_ME])
    def test_organisers_for_every_reason_at_any_time(
        self, world: LedgerWorld, reason: AnnulReason
    ) -> None:
        world.helps(GLEB)
        world.marks_boris()
        world.clock.pass_(10_000)
        assert world.annul(GLEB, reason=reason) == 2

    def test_whoever_made_it_for_a_quarter_of_an_hour(self, world: LedgerWorld) -> None:
        world.marks_boris()
        drive(world._leave(actor=VERA, event_id=world.event_id))
        world.clock.pass_(MARKER_MAY_ANNUL_SECONDS - 0.000001)
        assert world.annul(VERA) == 2

    def test_not_later(self, world: LedgerWorld) -> None:
        world.marks_boris()
        world.clock.pass_(MARKER_MAY_ANNUL_SECONDS)
        with pytest.raises(MayNotAnnul):
            world.annul(VERA)

    def test_the_person_marked_says_that_it_is_not_them(self, world: LedgerWorld) -> None:
        world.marks_boris()
        world.clock.pass_(10_000)
        with pytest.raises(MayNotAnnul):
            world.annul(BORIS)
        assert world.annul(BORIS, reason=NOT_ME) == 2

    @pytest.mark.parametrize("actor", [CREATOR, VERA, GLEB])
    def test_nobody_else_says_so(self, world: LedgerWorld, actor: int) -> None:
        world.marks_boris()
        with pytest.raises(MayNotAnnul):
            world.annul(actor, reason=NOT_ME)

    @pytest.mark.parametrize("n", [1, 2, 7])
    def test_anybody_else_learns_nothing(self, world: LedgerWorld, n: int) -> None:
        world.marks_boris()
        for user_id in (BORIS, GLEB, NOBODY):
            with pytest.raises(MayNotAnnul):
                world.annul(GLEB, n=n, user_id=user_id)

    def test_the_marker_of_another_mark_is_anybody_else(self, world: LedgerWorld) -> None:
        world.marks_boris()
        world.annul(CREATOR)
        world.by_hand(CREATOR, BORIS)
        with pytest.raises(MayNotAnnul):
            world.annul(VERA, n=3)

    def test_then_a_person_there_is_not_and_then_a_mark_that_does_not_stand(
        self, world: LedgerWorld
    ) -> None:
        world.marks_boris()
        with pytest.raises(PersonNotFound):
            world.annul(CREATOR, user_id=NOBODY)
        for n in (2, 3, 9):
            with pytest.raises(RecordChanged):
                world.annul(CREATOR, n=n)
        with pytest.raises(RecordChanged):
            world.annul(CREATOR, user_id=GLEB)
        with pytest.raises(RecordChanged):
            world.annul(GLEB, user_id=GLEB, reason=NOT_ME)
        world.annul(CREATOR)
        with pytest.raises(RecordChanged):
            world.annul(VERA)
        for n in (0, -1, 2**31):
            with pytest.raises(InvalidArgument):
                world.annul(CREATOR, n=n)
        with pytest.raises(BadLength):
            world.annul(CREATOR, note="x" * 201)

    def test_the_same_again_by_the_same_person_is_answered_alike(self, world: LedgerWorld) -> None:
        world.marks_boris()
        assert world.annul(VERA) == 2
        before = world.place(BORIS), len(world.announcements)
        world.clock.pass_(MARKER_MAY_ANNUL_SECONDS)
        assert world.annul(VERA) == 2
        assert (world.place(BORIS), len(world.announcements)) == before
        world.by_hand(CREATOR, BORIS)
        assert world.annul(VERA) == 2
        assert isinstance(world.place(BORIS).state, Marked)


class TestHowOftenOneMayAnnul:
    """Contract: AnnulMark, its limits."""

    def marks_and_annuls(self, world: LedgerWorld, user_id: int = BORIS, often: int = 1) -> None:
        """Has the creator do so, over and over."""
        for _ in range(often):
            n = world.by_hand(CREATOR, user_id)
            assert world.annul(CREATOR, n, user_id=user_id) == n + 1

    def holds_and_annuls(self, world: LedgerWorld, often: int = 1) -> None:
        """Has Vera mark Boris by a hold, and annul that, over and over."""
        for _ in range(often):
            assert world.annul(VERA, self.mark_by_hold(world)) > 1

    def mark_by_hold(self, world: LedgerWorld) -> int:
        """Has Vera mark Boris; answers the number of that entry."""
        waiting, marking = world.waits(BORIS), world.comes_to_mark(VERA)
        drive(world.prepare(connection=marking, target=BORIS))
        drive(world.confirm(connection=marking, target=BORIS))
        for each in (waiting, marking):
            world.says_goodbye(each)
        return world.place(BORIS).last_n

    def test_marks_of_one_person_by_holds_so_often_a_day(self, world: LedgerWorld) -> None:
        self.holds_and_annuls(world, often=ANNULMENTS_OF_ONE.most)
        n = self.mark_by_hold(world)
        with pytest.raises(TooManyRequests):
            world.annul(VERA, n)
        assert isinstance(world.place(BORIS).state, Marked)  # nothing is lost
        assert world.annul(VERA, n - 2) == n - 1  # the same again is none more
        assert world.annul(CREATOR, n) == n + 1  # and nobody is kept from it by somebody else
        n = self.mark_by_hold(world)
        world.clock.pass_(ANNULMENTS_OF_ONE.within)
        assert world.annul(CREATOR, n) == n + 1

    def test_so_often_in_all_events_together(self, world: LedgerWorld) -> None:
        self.holds_and_annuls(world, often=ANNULMENTS_OF_ONE.most)
        world.event_id = world.create_event("Another")
        n = self.mark_by_hold(world)
        with pytest.raises(TooManyRequests):
            world.annul(VERA, n)

    def test_marks_by_hand_of_one_person_as_often_as_of_anybody(self, world: LedgerWorld) -> None:
        """Whoever is marked by hand in many events may say each time that it was not them."""
        often = ANNULMENTS_OF_ONE.most + 1
        self.marks_and_annuls(world, often=often)
        for _ in range(often):
            n = world.by_hand(CREATOR, BORIS)
            assert world.annul(BORIS, n, reason=NOT_ME) == n + 1

    def test_marks_of_anybody_so_often_an_hour(self, world: LedgerWorld) -> None:
        people = [world.add_person(f"Late {number}") for number in range(ANNULMENTS.most // 15)]
        for each in people:
            self.marks_and_annuls(world, each, often=15)
        world.by_hand(CREATOR, BORIS)
        with pytest.raises(TooManyRequests):
            world.annul(CREATOR)
        world.clock.pass_(ANNULMENTS.within)
        assert world.annul(CREATOR) == 2

    def test_a_refused_one_does_not_count(self, world: LedgerWorld) -> None:
        for _ in range(ANNULMENTS_OF_ONE.most + 1):
            with pytest.raises(RecordChanged):
                world.annul(CREATOR)
        self.marks_and_annuls(world)


class TestAfterAnAnnulment:
    """Contract: 8.7."""

    def test_one_is_nobody_and_may_ask_again(self, world: LedgerWorld) -> None:
        world.marks_boris()
        world.annul(CREATOR)
        place = world.place(BORIS)
        assert (place.state, place.member, place.last_n) == (None, True, 2)
        world.waits(BORIS)
        assert isinstance(world.place(BORIS).state, Waiting)

    def test_a_repeated_confirm_marks_nobody_anew(self, world: LedgerWorld) -> None:
        marking = world.marks_boris()
        world.annul(CREATOR)
        with pytest.raises(NobodyHeld):
            drive(world.confirm(connection=marking, target=BORIS))
        world.waits(GLEB)
        world.chooses(marking, GLEB)
        with pytest.raises(NotHeld):
            drive(world.confirm(connection=marking, target=BORIS))
        assert world.place(BORIS).state is None

    def test_marked_again_it_is_the_third_entry_and_pays_once(self, world: LedgerWorld) -> None:
        world.marks_boris()
        assert world.karma(VERA) == 50
        world.annul(CREATOR)
        assert world.karma(VERA) == 0
        marking = world.marks_boris()
        assert world.karma(VERA) == 50
        again = drive(world.confirm(connection=marking, target=BORIS))
        assert (again.place.last_n, again.changed) == (3, False)

    def test_a_socket_that_was_not_told_ends_to_come_back(self, world: LedgerWorld) -> None:
        waiting = world.waits(BORIS)
        marking = world.comes_to_mark(VERA)
        world.chooses(marking, BORIS)
        drive(world.confirm(connection=marking))
        world.annul(VERA)
        changed, ended = world.announcements[-2:]
        assert isinstance(changed, PlaceChanged) and isinstance(ended, ConnectionsEnded)
        assert (ended.why, ended.connection_ids) == (
            Ending.FORGOTTEN,
            frozenset([waiting.connection_id]),
        )

        def find(unit: Any) -> Any:
            return unit.connections.find(waiting.connection_id)

        assert drive(world.store.observe(find)) is None

    def test_one_that_was_told_has_gone_and_marking_sockets_stay(self, world: LedgerWorld) -> None:
        waiting = world.waits(BORIS)
        marking = world.comes_to_mark(VERA)
        world.chooses(marking, BORIS)
        drive(world.confirm(connection=marking))
        world.says_goodbye(waiting)
        world.comes_to_mark(BORIS)
        world.annul(VERA)
        assert isinstance(world.announcements[-1], PlaceChanged)

    def test_an_event_whose_marks_were_annulled_stays(self, world: LedgerWorld) -> None:
        """Contract: 5.6."""
        world.marks_boris()
        world.annul(CREATOR)
        delete = DeleteEvent(world.store.transact)
        with pytest.raises(SomebodyWasMarked):
            drive(delete(actor=CREATOR, event_id=world.event_id))


class TestWhatIsSeen:
    def test_grade_origin_and_number_on_the_sheet(self, world: LedgerWorld) -> None:
        """Contract: 8.3 and 8.8."""
        world.marks_boris()
        person, state = world.on_sheet(BORIS)
        assert (state, person.grade, person.state.n) == ("marked", Grade.PEER, 1)
        world.annul(CREATOR)
        world.gives_tick(VERA)
        world.marks_boris()
        person, state = world.on_sheet(BORIS)
        assert (state, person.grade, person.state.n) == ("marked", Grade.CHECKED, 3)

    def test_whoever_has_left_stays_on_it_with_what_became_of_them(
        self, world: LedgerWorld
    ) -> None:
        """Contract: 8.8."""
        world.marks_boris()
        drive(world._leave(actor=BORIS, event_id=world.event_id))
        assert world.on_sheet(BORIS).state == "marked"
        world.annul(CREATOR)
        person, state = world.on_sheet(BORIS)
        assert (state, person.grade, person.marked_as) == ("left", None, None)

    def test_helpers_see_the_sheet_and_others_do_not(self, world: LedgerWorld) -> None:
        world.helps(VERA)
        assert drive(world._sheet(actor=VERA, event_id=world.event_id))
        with pytest.raises(NotAnOrganiser):
            drive(world._sheet(actor=BORIS, event_id=world.event_id))

    @pytest.mark.parametrize(
        ("name", "told"), [("Another", "Person 2"), ("PERSON  2", None), ("Person 2", None)]
    )
    def test_the_name_of_the_mark_where_todays_is_another(
        self, world: LedgerWorld, name: str, told: str | None
    ) -> None:
        """Contract: 8.4, a sheet that shows today's name for yesterday's mark."""
        world.marks_boris()
        drive(UpdateProfileInfo(world.store.transact)(actor=BORIS, display_name=name))
        assert world.on_sheet(BORIS).person.marked_as == told
        assert [line.marked_as for line in world.ledger()] == [told]

    def test_ones_own_list_tells_of_the_annulment(self, world: LedgerWorld) -> None:
        """Contract: 8.8."""
        world.marks_boris()
        (mine,) = drive(world._mine(actor=BORIS))
        assert mine.marked == Marked(VERA, NOON)
        assert (mine.grade, mine.annulled) == (Grade.PEER, None)
        world.clock.pass_(5)
        world.annul(VERA, reason=AnnulReason.WRONG_PERSON, note="sorry")
        (mine,) = drive(world._mine(actor=BORIS))
        assert mine.annulled is not None
        entry, notes = mine.annulled.entry, mine.annulled.notes
        assert (entry.at, entry.reason, notes.note) == (
            NOON + 5,
            AnnulReason.WRONG_PERSON,
            "sorry",
        )
        assert (mine.marked, mine.grade) == (None, None)

    def test_the_ledger_is_newest_first_all_of_it_for_organisers(self, world: LedgerWorld) -> None:
        world.marks_boris()
        world.clock.pass_(1)
        world.annul(VERA)
        world.clock.pass_(1)
        world.by_hand(CREATOR, GLEB)
        about_boris = [(2, 2), (2, 1)]
        lines = world.ledger()
        assert [(each.entry.user_id, each.entry.n) for each in lines] == [(4, 1), *about_boris]
        of_boris = world.ledger(CREATOR, BORIS)
        assert [(each.entry.user_id, each.entry.n) for each in of_boris] == about_boris
        for user_id in (None, BORIS):
            assert world.ledger(BORIS, user_id) == of_boris
        assert world.ledger(VERA) == []
        with pytest.raises(NotAnOrganiser):
            world.ledger(BORIS, GLEB)
        with pytest.raises(NotAnOrganiser):
            world.ledger(BORIS, NOBODY)
        with pytest.raises(PersonNotFound):
            world.ledger(CREATOR, NOBODY)
        page = world._ledger(actor=CREATOR, event_id=world.event_id, limit=1, offset=1)
        assert [each.entry.n for each in drive(page)] == [2]
