"""How a record is put right, by the rules alone. Contract: 8.2, 8.3, 8.4, 8.5, 8.7 and 8.8."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from attendance_core.attendance import (
    MARKER_MAY_ANNUL_SECONDS,
    AnnulMark,
    GetAttendance,
    GetLedger,
    GetMyAttendance,
    LedgerLine,
    MarkParticipant,
)
from attendance_core.errors import (
    BadLength,
    EventNotFound,
    EventNotStarted,
    InvalidArgument,
    MayNotAnnul,
    NobodyHeld,
    NotAnOrganiser,
    NotHeld,
    PersonNotFound,
    RecordChanged,
    SomebodyWasMarked,
    TooManyRequests,
    Yourself,
)
from attendance_core.events import DeleteEvent, LeaveEvent
from attendance_core.events.organisers import AddHelper
from attendance_core.limits import JOINED_BY_HAND
from attendance_core.marking.announcements import ConnectionsEnded, PlaceChanged
from attendance_core.marking.connections import Connection
from attendance_core.marking.endings import Ending
from attendance_core.marking.ledger import AnnulReason, Grade, Origin
from attendance_core.marking.places import Marked, Waiting
from attendance_core.profiles import Confirmation, ConfirmationScan, UpdateProfileInfo
from attendance_core.testing.clock import NOON
from attendance_core.testing.machine.driving import drive
from attendance_core.vocabulary import EventId, FileKey, ScanId, UserId
from tests.support.world import World

CREATOR, BORIS, VERA, GLEB = (UserId(number) for number in (1, 2, 3, 4))
OTHER, NOT_ME = AnnulReason.OTHER, AnnulReason.NOT_ME
NOBODY, NO_EVENT = UserId(99), EventId(UUID(int=99))


class Course(World):
    """An event of the first person; the second waits, the third marks."""

    def __init__(self) -> None:
        super().__init__()
        transact, observe = self.store.transact, self.store.observe
        self._by_hand, self._annul = MarkParticipant(transact), AnnulMark(transact)
        self._sheet, self._mine = GetAttendance(observe), GetMyAttendance(observe)
        self._ledger, self._leave = GetLedger(observe), LeaveEvent(transact, self.terms)

    def marks_boris(self) -> Connection:
        """Has Vera mark him by a hold; answers her socket."""
        self.waits(BORIS)
        marking = self.marks(VERA)
        drive(self.prepare(connection=marking, target=BORIS))
        drive(self.confirm(connection=marking, target=BORIS))
        return marking

    def by_hand(self, actor: int, user_id: int, note: str = "") -> int:
        return drive(
            self._by_hand(
                actor=UserId(actor), event_id=self.event_id, user_id=UserId(user_id), note=note
            )
        )

    def annul(
        self,
        actor: int,
        n: int = 1,
        reason: AnnulReason = OTHER,
        user_id: int = BORIS,
        note: str = "",
    ) -> int:
        who = UserId(user_id)
        return drive(
            self._annul(
                actor=UserId(actor),
                event_id=self.event_id,
                user_id=who,
                n=n,
                reason=reason,
                note=note,
            )
        )

    def ledger(self, actor: int = CREATOR, user_id: int | None = None) -> list[LedgerLine]:
        """Lists it, the newest first."""
        who = None if user_id is None else UserId(user_id)
        return list(drive(self._ledger(actor=UserId(actor), event_id=self.event_id, user_id=who)))

    def helps(self, user_id: int) -> None:
        add = AddHelper(self.store.transact)
        drive(add(actor=CREATOR, event_id=self.event_id, user_id=UserId(user_id)))

    def gives_tick(self, user_id: int) -> None:
        who, now = UserId(user_id), self.clock.now()
        scan = ConfirmationScan(
            who, FileKey("f"), now, Confirmation.APPROVED, now, scan_id=ScanId(uuid4())
        )
        drive(self.store.transact(lambda unit: unit.scans.put(scan)))

    def on_sheet(self, user_id: int) -> Any:
        """Finds a person on the sheet, with the state that is seen."""
        sheet = drive(self._sheet(actor=CREATOR, event_id=self.event_id))
        return next(each for each in sheet if each.person.user_id == user_id)


@pytest.fixture
def world() -> Course:
    return Course()


class TestByHand:
    def test_whoever_is_there_is_marked_and_joined(self, world: Course) -> None:
        assert world.by_hand(CREATOR, GLEB, "  came late ") == 1
        place = world.place(GLEB)
        assert place.member
        assert place.state == Marked(CREATOR, NOON, 1, Origin.HAND)
        (line,) = world.ledger()
        assert (line.entry.grade, line.notes.note) == (Grade.ORGANISER, "came late")

    def test_it_pays_nobody(self, world: Course) -> None:
        world.by_hand(CREATOR, GLEB)
        assert world.karma(CREATOR) == 0

    def test_one_who_is_marked_stays_as_they_are(self, world: Course) -> None:
        world.marks_boris()
        before = world.place(BORIS), len(world.announcements)
        assert world.by_hand(CREATOR, BORIS) == 1
        assert (world.place(BORIS), len(world.announcements)) == before

    def test_one_who_waits_and_one_who_is_held(self, world: Course) -> None:
        world.waits(BORIS)
        marking = world.marks(VERA)
        world.chooses(marking, BORIS)
        world.by_hand(CREATOR, BORIS)
        assert isinstance(world.place(BORIS).state, Marked)
        assert isinstance(world.announcements[-1], PlaceChanged)
        with pytest.raises(NobodyHeld):
            drive(world.confirm(connection=marking))

    def test_also_after_the_end_and_by_a_helper_who_has_not_joined(self, world: Course) -> None:
        world.helps(GLEB)
        world.clock.pass_(4000)
        assert world.by_hand(GLEB, BORIS) == 1

    def test_refusals_in_their_order(self, world: Course) -> None:
        early = world.event("Later", starts=60)
        lecture, world.event_id = world.event_id, early
        with pytest.raises(NotAnOrganiser):
            world.by_hand(BORIS, NOBODY)
        with pytest.raises(PersonNotFound):
            world.by_hand(CREATOR, NOBODY)
        with pytest.raises(Yourself):
            world.by_hand(CREATOR, CREATOR)
        with pytest.raises(EventNotStarted):
            world.by_hand(CREATOR, GLEB)
        with pytest.raises(BadLength):
            world.by_hand(BORIS, NOBODY, "x" * 201)
        world.event_id = NO_EVENT
        with pytest.raises(EventNotFound):
            world.by_hand(BORIS, NOBODY)
        world.event_id = lecture
        world.by_hand(CREATOR, GLEB, "x" * 200)

    def test_an_organiser_joins_so_many_an_hour(self, world: Course) -> None:
        people = [world.person(f"Late {number}") for number in range(JOINED_BY_HAND.most)]
        for each in people:
            world.by_hand(CREATOR, each)
        with pytest.raises(TooManyRequests):
            world.by_hand(CREATOR, GLEB)
        assert world.place(GLEB).state is None
        assert world.by_hand(CREATOR, people[0]) == 1
        world.waits(BORIS)  # who has joined, counts for nobody
        assert world.by_hand(CREATOR, BORIS) == 1
        world.clock.pass_(3600)
        assert world.by_hand(CREATOR, GLEB) == 1


class TestWhoMayAnnul:
    @pytest.mark.parametrize("reason", [each for each in AnnulReason if each is not NOT_ME])
    def test_organisers_for_every_reason_at_any_time(
        self, world: Course, reason: AnnulReason
    ) -> None:
        world.helps(GLEB)
        world.marks_boris()
        world.clock.pass_(10_000)
        assert world.annul(GLEB, reason=reason) == 2

    def test_whoever_made_it_for_a_quarter_of_an_hour(self, world: Course) -> None:
        world.marks_boris()
        drive(world._leave(actor=VERA, event_id=world.event_id))
        world.clock.pass_(MARKER_MAY_ANNUL_SECONDS - 0.000001)
        assert world.annul(VERA) == 2

    def test_not_later(self, world: Course) -> None:
        world.marks_boris()
        world.clock.pass_(MARKER_MAY_ANNUL_SECONDS)
        with pytest.raises(MayNotAnnul):
            world.annul(VERA)

    def test_the_person_marked_says_that_it_is_not_them(self, world: Course) -> None:
        world.marks_boris()
        world.clock.pass_(10_000)
        with pytest.raises(MayNotAnnul):
            world.annul(BORIS)
        assert world.annul(BORIS, reason=NOT_ME) == 2

    @pytest.mark.parametrize("actor", [CREATOR, VERA, GLEB])
    def test_nobody_else_says_so(self, world: Course, actor: int) -> None:
        world.marks_boris()
        with pytest.raises(MayNotAnnul):
            world.annul(actor, reason=NOT_ME)

    @pytest.mark.parametrize("n", [1, 2, 7])
    def test_anybody_else_learns_nothing(self, world: Course, n: int) -> None:
        world.marks_boris()
        for user_id in (BORIS, GLEB, NOBODY):
            with pytest.raises(MayNotAnnul):
                world.annul(GLEB, n=n, user_id=user_id)

    def test_the_marker_of_another_mark_is_anybody_else(self, world: Course) -> None:
        world.marks_boris()
        world.annul(CREATOR)
        world.by_hand(CREATOR, BORIS)
        with pytest.raises(MayNotAnnul):
            world.annul(VERA, n=3)

    def test_then_a_person_there_is_not_and_then_a_mark_that_does_not_stand(
        self, world: Course
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

    def test_the_same_again_by_the_same_person_is_answered_alike(self, world: Course) -> None:
        world.marks_boris()
        assert world.annul(VERA) == 2
        before = world.place(BORIS), len(world.announcements)
        world.clock.pass_(MARKER_MAY_ANNUL_SECONDS)
        assert world.annul(VERA) == 2
        assert (world.place(BORIS), len(world.announcements)) == before
        world.by_hand(CREATOR, BORIS)
        assert world.annul(VERA) == 2
        assert isinstance(world.place(BORIS).state, Marked)


class TestAfterAnAnnulment:
    """Contract: 8.7."""

    def test_one_is_nobody_and_may_ask_again(self, world: Course) -> None:
        world.marks_boris()
        world.annul(CREATOR)
        place = world.place(BORIS)
        assert (place.state, place.member, place.last_n) == (None, True, 2)
        world.waits(BORIS)
        assert isinstance(world.place(BORIS).state, Waiting)

    def test_a_repeated_confirm_marks_nobody_anew(self, world: Course) -> None:
        marking = world.marks_boris()
        world.annul(CREATOR)
        with pytest.raises(NobodyHeld):
            drive(world.confirm(connection=marking, target=BORIS))
        world.waits(GLEB)
        world.chooses(marking, GLEB)
        with pytest.raises(NotHeld):
            drive(world.confirm(connection=marking, target=BORIS))
        assert world.place(BORIS).state is None

    def test_marked_again_it_is_the_third_entry_and_pays_once(self, world: Course) -> None:
        world.marks_boris()
        assert world.karma(VERA) == 50
        world.annul(CREATOR)
        assert world.karma(VERA) == 0
        marking = world.marks_boris()
        assert world.karma(VERA) == 50
        again = drive(world.confirm(connection=marking, target=BORIS))
        assert (again.place.last_n, again.changed) == (3, False)

    def test_a_socket_that_was_not_told_ends_to_come_back(self, world: Course) -> None:
        waiting = world.waits(BORIS)
        marking = world.marks(VERA)
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

    def test_one_that_was_told_has_gone_and_marking_sockets_stay(self, world: Course) -> None:
        waiting = world.waits(BORIS)
        marking = world.marks(VERA)
        world.chooses(marking, BORIS)
        drive(world.confirm(connection=marking))
        world.says_goodbye(waiting)
        world.marks(BORIS)
        world.annul(VERA)
        assert isinstance(world.announcements[-1], PlaceChanged)

    def test_an_event_whose_marks_were_annulled_stays(self, world: Course) -> None:
        """Contract: 5.6."""
        world.marks_boris()
        world.annul(CREATOR)
        delete = DeleteEvent(world.store.transact)
        with pytest.raises(SomebodyWasMarked):
            drive(delete(actor=CREATOR, event_id=world.event_id))


class TestWhatIsSeen:
    def test_grade_origin_and_number_on_the_sheet(self, world: Course) -> None:
        """Contract: 8.3 and 8.8."""
        world.marks_boris()
        person, state = world.on_sheet(BORIS)
        assert (state, person.grade, person.state.n) == ("marked", Grade.PEER, 1)
        world.annul(CREATOR)
        world.gives_tick(VERA)
        world.marks_boris()
        person, state = world.on_sheet(BORIS)
        assert (state, person.grade, person.state.n) == ("marked", Grade.CHECKED, 3)

    def test_whoever_has_left_stays_on_it_with_what_became_of_them(self, world: Course) -> None:
        """Contract: 8.8."""
        world.marks_boris()
        drive(world._leave(actor=BORIS, event_id=world.event_id))
        assert world.on_sheet(BORIS).state == "marked"
        world.annul(CREATOR)
        person, state = world.on_sheet(BORIS)
        assert (state, person.grade, person.marked_as) == ("left", None, None)

    def test_helpers_see_the_sheet_and_others_do_not(self, world: Course) -> None:
        world.helps(VERA)
        assert drive(world._sheet(actor=VERA, event_id=world.event_id))
        with pytest.raises(NotAnOrganiser):
            drive(world._sheet(actor=BORIS, event_id=world.event_id))

    @pytest.mark.parametrize(
        ("name", "told"), [("Another", "Person 2"), ("PERSON  2", None), ("Person 2", None)]
    )
    def test_the_name_of_the_mark_where_todays_is_another(
        self, world: Course, name: str, told: str | None
    ) -> None:
        """Contract: 8.4, a sheet that shows today's name for yesterday's mark."""
        world.marks_boris()
        drive(UpdateProfileInfo(world.store.transact)(actor=BORIS, display_name=name))
        assert world.on_sheet(BORIS).person.marked_as == told
        assert [line.marked_as for line in world.ledger()] == [told]

    def test_ones_own_list_tells_of_the_annulment(self, world: Course) -> None:
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

    def test_the_ledger_is_newest_first_all_of_it_for_organisers(self, world: Course) -> None:
        world.marks_boris()
        world.clock.pass_(1)
        world.annul(VERA)
        world.clock.pass_(1)
        world.by_hand(CREATOR, GLEB)
        everything = [(2, 2), (2, 1)]
        lines = world.ledger()
        assert [(each.entry.user_id, each.entry.n) for each in lines] == [(4, 1), *everything]
        of_boris = world.ledger(CREATOR, BORIS)
        assert [(each.entry.user_id, each.entry.n) for each in of_boris] == everything
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
