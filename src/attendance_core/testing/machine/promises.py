"""What marking promises, as a machine checks it after every step, whatever the steps are."""

from __future__ import annotations

from dataclasses import replace

from hypothesis.stateful import RuleBasedStateMachine, invariant

from attendance_core.marking.announcements import PlaceChanged
from attendance_core.marking.connections import Role
from attendance_core.marking.ledger import AnnulReason, Entry, Origin
from attendance_core.marking.places import Held, Marked, Place, Waiting
from attendance_core.testing.machine.campus import Campus
from attendance_core.testing.machine.driving import begin_loop, drive, end_loop
from attendance_core.testing.machine.played_process import PlayedProcess
from attendance_core.testing.machine.world import MakeStore
from attendance_core.vocabulary import Instant, UserId


class Promises(RuleBasedStateMachine):
    """An event of four people, served by two processes at first."""

    make_store: MakeStore
    store_suspends = True  # a store that never does needs no event loop

    def __init__(self) -> None:
        super().__init__()
        if self.store_suspends:
            begin_loop()
        self.campus = Campus(self.make_store, 4)
        self.campus.starts()
        self.ledger: list[Entry] = []
        self.known_places = dict(self.campus.places())
        self.last_held: dict[UserId, Held] = {}  # until it ended
        self.checked_count = 0
        self.rule_count = 0  # of those that were run, this one too

    def teardown(self) -> None:
        drive(self.campus.store.close())
        if self.store_suspends:
            end_loop()

    def check_knows_the_truth(self, process: PlayedProcess, read: bool) -> None:
        """Checks every open socket of a process that has heard everything, or has just ``read``."""
        event = self.campus.event_as_it_is()
        over = event is None or self.campus.clock.now() >= event.ends_at
        if read:
            self.campus.tells_positions(process)
        for client in [each for each in process.clients.values() if not each.closed]:
            if read:
                assert not over, "of an event that is over, every socket closes"
                assert not client.connection_ended, "it should have been closed"
            if over or client.connection_ended:
                continue
            if client.connection.role is Role.MARK_ME:
                place = self.campus.places()[client.user_id]
                state = place.state
                assert not isinstance(state, Marked), "the person marked was not told"
                if client.hears_news and not place.hold_has_lapsed(self.campus.clock.now()):
                    marker = state.marker if isinstance(state, Held) else None
                    assert client.held_by == marker, f"{client} should know who has them: {marker}"
                is_due = self.campus.clock.now() >= client.your_position_at + 3
                if client.hears_news and read and is_due:
                    told = client.your_position
                    assert self.campus.is_position_right(told, client.user_id), f"{client}"
            else:
                truth = self.campus.those_to_list(client)
                assert set(client.listed or ()) == truth, f"{client} should list {truth}"
                assert client.held <= truth

    def nobody_is_held_or_waits_without_a_socket(self) -> None:
        """Checks who is listed, once all that runs out has, and was swept."""
        keeping = {
            (each.user_id, each.connection.role)
            for each in self.campus.all_clients
            if self.campus.keeps_its_place(each)
        }
        for user_id, place in self.campus.places().items():
            assert not isinstance(place.state, Held)
            if isinstance(place.state, Waiting):
                assert (user_id, Role.MARK_ME) in keeping, "a ghost is on the list"

    @invariant()
    def what_is_in_the_ledger_stays_and_a_standing_mark_is_by_another_and_pays_once(self) -> None:
        ledger, known_entries = self.campus.ledger(), set(self.ledger)
        assert known_entries <= set(ledger)
        self.ledger = ledger
        last: dict[UserId, Entry] = {}
        for entry in ledger:
            before = last.get(entry.user_id)
            assert entry.n == (1 if before is None else before.n + 1)
            if entry.origin is None:
                assert before is not None
                if entry not in known_entries:
                    self._check_who_annuls(before, entry)
            elif entry.origin is Origin.HAND and entry not in known_entries:
                assert entry.actor_id in self.campus.organisers, "marked by nobody who may"
            last[entry.user_id] = entry
        for user_id, place in self.campus.places().items():
            state = place.state
            assert place.last_n == (last[user_id].n if user_id in last else 0)
            assert isinstance(state, Marked) == (place.last_n % 2 == 1)
            if isinstance(state, Marked):
                entry = last[user_id]
                assert (state.marker, state.at, state.n, state.origin) == (
                    *(entry.actor_id, entry.at, entry.n),
                    entry.origin,
                )
                assert state.marker != user_id
        for user_id in self.campus.people:
            hold_marks = [each for each in last.values() if each.origin is Origin.HOLD]
            made = [each for each in hold_marks if each.actor_id == user_id]
            assert self.campus.karma(user_id) == 50 * len(made)

    def _check_who_annuls(self, mark: Entry, annulment: Entry) -> None:
        """Checks who annuls: organisers, whoever marked, or the person. Contract: AnnulMark."""
        if annulment.reason is AnnulReason.NOT_ME:
            assert annulment.actor_id == mark.user_id, "not them is for others to say"
        elif annulment.actor_id not in self.campus.organisers:
            assert annulment.actor_id == mark.actor_id, "annulled by another"
            assert annulment.at < mark.at + 900, "annulled too late"

    @invariant()
    def a_marker_holds_one_and_does_not_wait(self) -> None:
        places = self.campus.places()
        held = [(each, each.state) for each in places.values() if isinstance(each.state, Held)]
        markers = [hold.marker for _, hold in held]
        assert len(markers) == len(set(markers))
        now = self.campus.clock.now()
        for place, hold in held:
            assert hold.marker != place.user_id
            assert self.campus.may_mark(hold.marker), "one who may not mark holds"
            if not place.hold_has_lapsed(now):
                assert not isinstance(places[hold.marker].state, Waiting | Held)

    @invariant()
    def nobody_is_lost(self) -> None:
        places = self.campus.places()
        if self.campus.event_as_it_is() is None:
            return
        for client in self.campus.all_clients:
            if client.connection.role is Role.MARK_ME and self.campus.keeps_its_place(client):
                assert places[client.user_id].state is not None, f"{client.user_id} is lost"

    @invariant()
    def every_change_is_announced_counted_and_allowed(self) -> None:
        self.rule_count += 1
        for index in range(self.checked_count, len(self.campus.announcements)):
            announcement = self.campus.announcements[index]
            if isinstance(announcement, PlaceChanged):
                place, at = announcement.place, announcement.at
                user_id = place.user_id
                old = self._known_place(user_id)
                assert place.version == old.version + 1
                self.known_places[user_id] = place
                if isinstance(place.state, Held) and place.state != old.state:
                    self._check_hold_may_begin(place.state, user_id, at, index)
                if isinstance(old.state, Held):
                    self._check_hold_may_end(old.state, announcement, index)
                    ended_at = min(at, old.state.until)
                    self.last_held[user_id] = replace(old.state, until=ended_at)
                if isinstance(place.state, Marked):
                    self.last_held.pop(user_id, None)  # it ended with a mark
                    by_hand = place.state.origin is Origin.HAND
                    was_held = isinstance(old.state, Held)
                    unchanged = old.state == place.state
                    assert by_hand or was_held or unchanged, "marked, but not held"
        self.checked_count = len(self.campus.announcements)
        for user_id, place in self.campus.places().items():
            assert place == self.known_places.get(user_id, place)
            assert user_id in self.known_places or place.version == 0

    def _check_hold_may_begin(self, hold: Held, user_id: UserId, at: Instant, index: int) -> None:
        """Checks that nobody has again whom they had last, while others could. Contract: 6.19."""
        last = self.last_held.get(user_id)
        if last is None or last.marker != hold.marker or at >= last.until + 10:
            return
        assert not any(
            each.user_id not in {hold.marker, user_id}
            and each.connection.role is Role.MARKING
            and each.announced_count_at_opening <= index
            and self.campus.keeps_its_place(each)
            and not isinstance(self._known_place(each.user_id).state, Waiting | Held)
            for each in self.campus.all_clients
        ), "chosen again at once, though others could have them"

    def _known_place(self, user_id: UserId) -> Place:
        return self.known_places.get(user_id, Place(self.campus.event_id, user_id))

    def _check_hold_may_end(self, old: Held, announcement: PlaceChanged, index: int) -> None:
        """Checks that a hold ends by its marker, or once it may. Contract: 6.8."""
        place, at = announcement.place, announcement.at
        match place.state:
            case Held():
                assert place.state == old
            case Marked(origin=Origin.HAND):
                pass
            case Marked(marker=marker):
                assert marker == old.marker and at < old.until, "marked, but no longer held"
            case _ if announcement.commanded_by is None and place.member and at < old.until:
                assert not any(
                    each.user_id == old.marker
                    and each.connection.role is Role.MARKING
                    and each.announced_count_at_opening <= index
                    and self.campus.keeps_its_place(each)
                    for each in self.campus.all_clients
                ), "given back, though its marker is there"

    @invariant()
    def only_the_person_marked_is_told(self) -> None:
        marked = {
            (each.user_id, each.actor_id)
            for each in self.campus.ledger()
            if each.origin is not None
        }
        for client in self.campus.all_clients:
            if client.marked_by is not None:
                assert (client.user_id, client.marked_by) in marked
