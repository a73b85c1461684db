"""People who meet in a lecture of several processes, and what is true of them."""

from __future__ import annotations

from typing import Any

from attendance_core.accounts import LogOut
from attendance_core.attendance import AnnulMark, MarkParticipant
from attendance_core.events import (
    AddHelper,
    DeleteEvent,
    Event,
    JoinEvent,
    LeaveEvent,
    RemoveHelper,
    UpdateEvent,
)
from attendance_core.marking.connections import Role
from attendance_core.marking.frames import YourPosition
from attendance_core.marking.ledger import AnnulReason, Entry
from attendance_core.marking.places import Held, Waiting
from attendance_core.marking.who_marks import WhoMarks
from attendance_core.pieces import ListQuery
from attendance_core.testing.machine.client import Client
from attendance_core.testing.machine.driving import drive
from attendance_core.testing.machine.played_process import CREATOR
from attendance_core.testing.machine.processes import Processes
from attendance_core.testing.machine.world import MakeStore
from attendance_core.vocabulary import UserId


class Campus(Processes):
    """People with two sessions each and what they may do, one event, and what is true of it."""

    def __init__(self, make_store: MakeStore, person_count: int) -> None:
        super().__init__(make_store, person_count)
        self.organisers = {CREATOR}

    # People

    def logs_out_and_in(self, user_id: UserId, session_number: int) -> None:
        session_id = self.sessions[user_id, session_number]
        drive(LogOut(self.store.transact, self.terms)(session_id=session_id))
        for client in self.all_clients:
            client.connection_ended = (
                client.connection_ended or client.connection.session_id == session_id
            )
        self.sessions[user_id, session_number] = self.logs_in(user_id)

    def leaves(self, user_id: UserId) -> None:
        drive(LeaveEvent(self.store.transact, self.terms)(actor=user_id, event_id=self.event_id))
        for client in self.all_clients:
            client.connection_ended = client.connection_ended or client.user_id == user_id

    def joins(self, user_id: UserId) -> None:
        drive(JoinEvent(self.store.transact)(actor=user_id, event_id=self.event_id))

    def deletes(self) -> None:
        drive(DeleteEvent(self.store.transact)(actor=CREATOR, event_id=self.event_id))

    def lets(self, who_marks: WhoMarks) -> None:
        """Has the creator say who marks; nobody has a tick."""
        update = UpdateEvent(self.store.transact, self.terms)
        drive(update(actor=CREATOR, event_id=self.event_id, who_marks=who_marks))
        self._leaves_out()

    def helps(self, user_id: UserId) -> None:
        add = AddHelper(self.store.transact)
        drive(add(actor=CREATOR, event_id=self.event_id, user_id=user_id))
        self.organisers.add(user_id)

    def helps_no_more(self, user_id: UserId) -> None:
        remove = RemoveHelper(self.store.transact, self.terms)
        drive(remove(actor=CREATOR, event_id=self.event_id, user_id=user_id))
        self.organisers -= {user_id} - {CREATOR}
        self._leaves_out()

    def _leaves_out(self) -> None:
        for client in self.all_clients:
            if not self.may_mark(client.user_id):
                client.connection_ended = (
                    client.connection_ended or client.connection.role is Role.MARKING
                )

    def marks_by_hand(self, actor: UserId, user_id: UserId) -> None:
        mark = MarkParticipant(self.store.transact)
        drive(mark(actor=actor, event_id=self.event_id, user_id=user_id))

    def annuls(self, actor: UserId, user_id: UserId, n: int, reason: AnnulReason) -> None:
        """Annuls a mark; who waits, and was not told of it, comes back anew."""
        before = self.places()[user_id].last_n
        drive(
            AnnulMark(self.store.transact)(
                actor=actor, event_id=self.event_id, user_id=user_id, n=n, reason=reason
            )
        )
        for client in self.all_clients:
            if client.user_id == user_id and self.places()[user_id].last_n > before:
                client.connection_ended = (
                    client.connection_ended or client.connection.role is Role.MARK_ME
                )

    # The truth

    def keeps_its_place(self, client: Client) -> bool:
        """Tells whether a socket is open, or within its grace."""
        now = self.clock.now()
        return (
            not client.connection_ended
            and now < self.renewed[client.connection.process_id] + self.terms.grace_seconds
            and (client.lost_at is None or now < client.lost_at + self.terms.grace_seconds)
        )

    def may_mark(self, user_id: UserId) -> bool:
        """Tells whether the event lets them; where it was deleted, it lets nobody."""
        event = self.event_as_it_is()
        if event is None:
            return False
        return event.who_marks is WhoMarks.EVERYBODY or user_id in self.organisers

    def ledger(self) -> list[Entry]:
        """Lists all entries, the earliest first."""

        def look(unit: Any) -> list[Entry]:
            return [line.entry for line in unit.ledger.of(self.event_id, None, ListQuery())]

        return drive(self.store.observe(look))[::-1]

    def those_to_list(self, client: Client) -> set[UserId]:
        """Finds whom a marker's client should list: who waits, and whom it was told it holds."""
        places = self.places().values()
        return {
            each.user_id
            for each in places
            if each.user_id != client.user_id
            and (
                isinstance(each.state, Waiting)
                or (
                    isinstance(each.state, Held)
                    and each.state.marker == client.user_id
                    and each.user_id in client.held
                )
            )
        }

    def is_position_right(self, told: YourPosition | None, user_id: UserId) -> bool:
        """Tells whether one who waits was told their position as it is."""
        listed = sorted(
            (place.state.since, place.user_id)
            for place in self.places().values()
            if isinstance(place.state, Waiting | Held)
        )
        order = [each for _, each in listed]
        if user_id not in order:
            return True
        if told is None:
            return False
        markers = [
            each
            for each in self.all_clients
            if each.connection.role is Role.MARKING
            and not each.connection_ended
            and each.user_id != user_id
        ]
        surely = {each.user_id for each in markers if self.keeps_its_place(each)}
        perhaps = {each.user_id for each in markers}
        is_listed_right = (told.position, told.listed_count) == (
            order.index(user_id) + 1,
            len(order),
        )
        return is_listed_right and len(surely) <= told.marker_count <= len(perhaps)

    def event_as_it_is(self) -> Event | None:
        """Finds the event; None where it was deleted."""
        events = drive(self.store.observe(lambda unit: unit.events.search(None)))
        return events[0] if events else None
