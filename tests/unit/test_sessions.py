"""How long somebody is logged in, on how many devices, and by what they are known. Contract: 2."""

from __future__ import annotations

from typing import Any

import pytest

from attendance_core import session_ends
from attendance_core.accounts import (
    LONGEST_SESSION_SECONDS,
    MAX_SESSIONS,
    SESSION_SECONDS,
    CredentialKind,
    EndLapsedSessions,
    LoggedIn,
    Session,
    session_id_of,
)
from attendance_core.accounts.sessions import MAX_LAPSED_ENDED
from attendance_core.marking.announcements import ConnectionsEnded
from attendance_core.marking.endings import Ending
from attendance_core.session_ends import SOCKETS_ENDED_AT_ONCE
from attendance_core.testing.machine.driving import drive
from attendance_core.vocabulary import SessionId, UserId
from tests.support.front_door import Door, door

__all__ = ["door"]


class TestLapsedSessions:
    """Contract: 9.2."""

    def ends(self, door: Door) -> int:
        transact, observe = door.world.store.transact, door.world.store.observe
        return drive(EndLapsedSessions(transact, observe, door.world.terms)())

    def opened(self, door: Door, user_id: UserId, age: float, name: str) -> str:
        """Adds one that was opened so many seconds ago, and used just now; answers its secret."""
        now = door.world.clock.now()
        session_id, kind = session_id_of(name), CredentialKind.COOKIE
        session = Session(session_id, user_id, kind, now - age, now)
        drive(door.world.store.transact(lambda unit: unit.sessions.add(session)))
        return name

    def test_its_sockets_close_and_those_of_others_stay(self, door: Door) -> None:
        anna = door.sign_up("anna")
        old = self.opened(door, anna.user_id, LONGEST_SESSION_SECONDS, "old")
        young = self.opened(door, anna.user_id, LONGEST_SESSION_SECONDS - 1, "young")
        old_socket = door.opens(anna.user_id, old)
        young_socket = door.opens(anna.user_id, young)
        assert self.ends(door) == 1
        assert door.world.announcements[-1] == ConnectionsEnded(
            door.world.event_id, Ending.LOGGED_OUT, frozenset({old_socket.connection_id})
        )
        assert door.sockets_of(young) and not door.sockets_of(old)
        assert young_socket.connection_id in {each.connection_id for each in door.sockets_of(young)}
        assert self.ends(door) == 0
        door.world.clock.pass_(1)
        assert self.ends(door) == 1

    def test_of_many_people_some_end_at_a_time_each_with_all_of_theirs(self, door: Door) -> None:
        people = [door.sign_up(f"p{number}").user_id for number in range(3)]
        for number in range(MAX_LAPSED_ENDED + 50):
            whose = people[number % 3]
            age = LONGEST_SESSION_SECONDS + 10_000 - number
            token = self.opened(door, whose, age, f"{number}")
            if number % 4 == 0:
                door.opens(whose, token)
        assert [self.ends(door) for _ in range(3)] == [MAX_LAPSED_ENDED, 50, 0]
        tokens = [f"{number}" for number in range(MAX_LAPSED_ENDED + 50)]
        assert not any(map(door.sockets_of, tokens)) and not any(map(door.actor_of, tokens))
        ended = [each for each in door.world.announcements if isinstance(each, ConnectionsEnded)]
        assert sum(len(each.connection_ids or ()) for each in ended) == 38


class TestManySessions:
    """Contract: 9.11."""

    def session_ids(self, door: Door, user_id: UserId) -> list[SessionId]:
        """Lists those used last first."""
        return [
            each.session_id
            for each in drive(
                door.world.store.observe(lambda unit: unit.sessions.by_cookie_of(user_id))
            )
        ]

    def test_a_log_in_beyond_a_hundred_ends_the_one_used_least_recently(self, door: Door) -> None:
        anna = door.sign_up("anna")
        tokens = [anna.token]
        waiting = None
        for number in range(1, 103):
            door.world.clock.pass_(60)
            assert door.actor_of(anna.token) is not None  # it is in use all the while
            tokens.append(door.log_in("anna").token)
            if number == 2:
                door.world.process_id = door.world.process()
                waiting = door.opens(anna.user_id, tokens[2])
        assert len(self.session_ids(door, anna.user_id)) == MAX_SESSIONS == 100
        ended = [token for token in tokens if door.actor_of(token) is None]
        assert ended == tokens[1:4]
        assert waiting is not None and not door.sockets_of(tokens[2])
        assert door.world.announcements[-1] == ConnectionsEnded(
            door.world.event_id, Ending.LOGGED_OUT, frozenset({waiting.connection_id})
        )

    def test_the_one_that_a_log_in_replaces_makes_room_for_it(self, door: Door) -> None:
        anna = door.sign_up("anna")
        tokens = [anna.token, *(door.log_in("anna").token for _ in range(99))]
        door.log_in("anna", replacing=session_id_of(tokens[50]))
        ended = [token for token in tokens if door.actor_of(token) is None]
        assert ended == [tokens[50]]

    def test_those_that_have_expired_make_room_too_with_their_sockets(self, door: Door) -> None:
        anna = door.sign_up("anna")
        door.opens(anna.user_id, anna.token)
        door.world.clock.pass_(SESSION_SECONDS)
        token = door.log_in("anna").token
        assert self.session_ids(door, anna.user_id) == [session_id_of(token)]
        assert not door.sockets_of(anna.token)

    def test_of_those_that_a_version_before_left_some_end_at_each_log_in(self, door: Door) -> None:
        anna = door.sign_up("anna")
        now = door.world.clock.now()

        def work(unit: Any) -> None:
            for number in range(350):
                session_id = SessionId(f"{number:03}")
                kind = CredentialKind.COOKIE
                unit.sessions.add(Session(session_id, anna.user_id, kind, now, now + number))

        drive(door.world.store.transact(work))
        counts = []
        for _ in range(4):
            door.world.clock.pass_(400)
            door.log_in("anna")
            counts.append(len(self.session_ids(door, anna.user_id)))
        assert counts == [251, 151, 100, 100]

    def test_many_sockets_of_it_end_in_batches(self, door: Door) -> None:
        anna = door.sign_up("anna")
        for _ in range(3 * SOCKETS_ENDED_AT_ONCE):
            door.world.event_id = door.world.event(f"Class {door.world.ids.event_id()}")
            door.opens(anna.user_id, anna.token)
        for _ in range(100):
            door.world.clock.pass_(1)
            door.log_in("anna")
        assert door.actor_of(anna.token) is None and not door.sockets_of(anna.token)
        assert len(self.session_ids(door, anna.user_id)) == MAX_SESSIONS


class TestIdentify:
    def test_a_session_lasts_30_days_from_its_last_use(self, door: Door) -> None:
        anna = door.sign_up()
        for _ in range(3):
            door.world.clock.pass_(SESSION_SECONDS - 1)
            assert door.actor_of(anna.token) is not None
        door.world.clock.pass_(SESSION_SECONDS)
        assert door.actor_of(anna.token) is None

    def test_it_ends_180_days_after_its_log_in_even_if_it_is_used(self, door: Door) -> None:
        """Contract: 9.2."""
        anna = door.sign_up()
        began = door.world.clock.now()
        for _ in range(6):
            assert door.actor_of(anna.token) is not None
            door.world.clock.pass_(SESSION_SECONDS - 60)
        assert door.actor_of(anna.token) is not None
        assert LONGEST_SESSION_SECONDS == 180 * 86_400
        door.world.clock.pass_(began + LONGEST_SESSION_SECONDS - 1 - door.world.clock.now())
        assert door.actor_of(anna.token) is not None
        door.world.clock.pass_(1)
        assert door.actor_of(anna.token) is None

    def test_its_use_is_noted_once_a_minute(self, door: Door) -> None:
        anna = door.sign_up()
        door.world.clock.pass_(59)
        actor = door.actor_of(anna.token)
        assert actor is not None and not actor.renewed
        door.world.clock.pass_(1)
        actor = door.actor_of(anna.token)
        assert actor is not None and actor.renewed

    @pytest.mark.parametrize("token", ["", "unknown", "\ud800"])
    def test_an_unknown_secret_is_nobody(self, door: Door, token: str) -> None:
        assert door.actor_of(token) is None

    def test_a_cookie_is_not_taken_as_a_bearer_token(self, door: Door) -> None:
        assert door.actor_of(door.sign_up().token, CredentialKind.BEARER) is None

    def test_the_secret_itself_is_not_kept(self, door: Door) -> None:
        token = door.sign_up().token
        assert token not in session_id_of(token)


class TestLogOut:
    def test_it_ends_the_session_and_may_be_said_twice(self, door: Door) -> None:
        anna = door.sign_up()
        door.log_out(anna.token)
        door.log_out(anna.token)
        assert door.actor_of(anna.token) is None

    def test_other_sessions_stay_and_keep_the_place(self, door: Door) -> None:
        phone = door.sign_up("anna")
        laptop = door.log_in("anna")
        door.opens(phone.user_id, phone.token)
        door.opens(phone.user_id, laptop.token)
        door.log_out(phone.token)
        assert door.actor_of(laptop.token) is not None
        assert door.world.place(phone.user_id).state is not None
        door.log_out(laptop.token)
        assert door.world.place(phone.user_id).state is None

    def test_its_sockets_close_in_every_event(self, door: Door) -> None:
        anna = door.sign_up("anna")
        told: list[object] = []
        for name in ("One", "Two"):
            door.world.event_id = door.world.event(name)
            drive(door.world.notifier.subscribe(door.world.event_id, told.append))
            door.opens(anna.user_id, anna.token)
        door.log_out(anna.token)
        ended = [each for each in told if isinstance(each, ConnectionsEnded)]
        assert [(each.why, len(each.connection_ids or ())) for each in ended] == [
            (Ending.LOGGED_OUT, 1)
        ] * 2

    def _opens_in(self, door: Door, anna: LoggedIn, event_count: int) -> list[object]:
        """Opens a socket in each of so many events; answers what is told there from then on."""
        told: list[object] = []
        for _ in range(event_count):
            door.world.event_id = door.world.event(f"Class {door.world.ids.event_id()}")
            door.opens(anna.user_id, anna.token)
            drive(door.world.notifier.subscribe(door.world.event_id, told.append))
        return told

    @pytest.mark.parametrize(
        "event_count", [0, 1, SOCKETS_ENDED_AT_ONCE - 1, SOCKETS_ENDED_AT_ONCE, 100]
    )
    def test_one_transaction_ends_few_of_its_sockets(self, door: Door, event_count: int) -> None:
        """However many there are, and the session is there until the last of them is ended."""
        anna = door.sign_up("anna")
        told = self._opens_in(door, anna, event_count)
        ended: list[int] = []  # by each transaction

        def is_still_in() -> bool:
            """Notes how many have ended since; answers whether Anna is logged in yet."""
            ended.append(sum(isinstance(each, ConnectionsEnded) for each in told) - sum(ended))
            return door.actor_of(anna.token) is not None

        answers = door.log_out(anna.token, after_each=is_still_in)
        assert len(told) == 2 * event_count  # each has left the list, and its socket is to close
        assert len(ended) == event_count // SOCKETS_ENDED_AT_ONCE + 1
        assert max(ended) <= SOCKETS_ENDED_AT_ONCE and sum(ended) == event_count
        assert answers == [True] * (len(ended) - 1) + [False]
        assert not door.sockets_of(anna.token)

    def test_whoever_opens_ever_more_is_logged_out_all_the_same(
        self, door: Door, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(session_ends, "BATCHES_BEFORE_ALL_AT_ONCE", 3)
        anna = door.sign_up("anna")
        self._opens_in(door, anna, 2 * SOCKETS_ENDED_AT_ONCE)

        def opens_more() -> bool:
            is_still_in = door.actor_of(anna.token) is not None
            if is_still_in:
                self._opens_in(door, anna, SOCKETS_ENDED_AT_ONCE)
            return is_still_in

        assert door.log_out(anna.token, after_each=opens_more) == [True, True, True, False]
        assert not door.sockets_of(anna.token)

    def test_a_session_that_is_replaced_ends_so_too(self, door: Door) -> None:
        anna = door.sign_up("anna")
        told = self._opens_in(door, anna, 3 * SOCKETS_ENDED_AT_ONCE)
        again = door.log_in("anna", replacing=session_id_of(anna.token))
        assert door.actor_of(anna.token) is None and door.actor_of(again.token) is not None
        assert sum(isinstance(each, ConnectionsEnded) for each in told) == 3 * SOCKETS_ENDED_AT_ONCE
        assert not door.sockets_of(anna.token)
