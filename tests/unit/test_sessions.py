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
from tests.support.front_office import Office, office

__all__ = ["office"]


class TestLapsedSessions:
    """Contract: 9.2."""

    def ends(self, office: Office) -> int:
        transact, observe = office.world.store.transact, office.world.store.observe
        return drive(EndLapsedSessions(transact, observe, office.world.terms)())

    def opened(self, office: Office, user_id: UserId, age: float, name: str) -> str:
        """Adds one that was opened so many seconds ago, and used just now; answers its secret."""
        now = office.world.clock.now()
        session_id, kind = session_id_of(name), CredentialKind.COOKIE
        session = Session(session_id, user_id, kind, now - age, now)
        drive(office.world.store.transact(lambda unit: unit.sessions.add(session)))
        return name

    def test_its_sockets_close_and_those_of_others_stay(self, office: Office) -> None:
        anna = office.sign_up("anna")
        old = self.opened(office, anna.user_id, LONGEST_SESSION_SECONDS, "old")
        young = self.opened(office, anna.user_id, LONGEST_SESSION_SECONDS - 1, "young")
        old_socket = office.opens(anna.user_id, old)
        young_socket = office.opens(anna.user_id, young)
        assert self.ends(office) == 1
        assert office.world.announcements[-1] == ConnectionsEnded(
            office.world.event_id, Ending.LOGGED_OUT, frozenset({old_socket.connection_id})
        )
        assert office.sockets_of(young) and not office.sockets_of(old)
        assert young_socket.connection_id in {
            each.connection_id for each in office.sockets_of(young)
        }
        assert self.ends(office) == 0
        office.world.clock.pass_(1)
        assert self.ends(office) == 1

    def test_of_many_people_some_end_at_a_time_each_with_all_of_theirs(
        self, office: Office
    ) -> None:
        people = [office.sign_up(f"p{number}").user_id for number in range(3)]
        for number in range(MAX_LAPSED_ENDED + 50):
            whose = people[number % 3]
            age = LONGEST_SESSION_SECONDS + 10_000 - number
            token = self.opened(office, whose, age, f"{number}")
            if number % 4 == 0:
                office.opens(whose, token)
        assert [self.ends(office) for _ in range(3)] == [MAX_LAPSED_ENDED, 50, 0]
        tokens = [f"{number}" for number in range(MAX_LAPSED_ENDED + 50)]
        assert not any(map(office.sockets_of, tokens)) and not any(map(office.actor_of, tokens))
        ended = [each for each in office.world.announcements if isinstance(each, ConnectionsEnded)]
        assert sum(len(each.connection_ids or ()) for each in ended) == 38


class TestManySessions:
    """Contract: 9.11."""

    def session_ids(self, office: Office, user_id: UserId) -> list[SessionId]:
        """Lists those used last first."""
        return [
            each.session_id
            for each in drive(
                office.world.store.observe(lambda unit: unit.sessions.by_cookie_of(user_id))
            )
        ]

    def test_a_log_in_beyond_a_hundred_ends_the_one_used_least_recently(
        self, office: Office
    ) -> None:
        anna = office.sign_up("anna")
        tokens = [anna.token]
        waiting = None
        for number in range(1, 103):
            office.world.clock.pass_(60)
            assert office.actor_of(anna.token) is not None  # it is in use all the while
            tokens.append(office.log_in("anna").token)
            if number == 2:
                office.world.process_id = office.world.start_process()
                waiting = office.opens(anna.user_id, tokens[2])
        assert len(self.session_ids(office, anna.user_id)) == MAX_SESSIONS == 100
        ended = [token for token in tokens if office.actor_of(token) is None]
        assert ended == tokens[1:4]
        assert waiting is not None and not office.sockets_of(tokens[2])
        assert office.world.announcements[-1] == ConnectionsEnded(
            office.world.event_id, Ending.LOGGED_OUT, frozenset({waiting.connection_id})
        )

    def test_the_one_that_a_log_in_replaces_makes_room_for_it(self, office: Office) -> None:
        anna = office.sign_up("anna")
        tokens = [anna.token, *(office.log_in("anna").token for _ in range(99))]
        office.log_in("anna", replacing=session_id_of(tokens[50]))
        ended = [token for token in tokens if office.actor_of(token) is None]
        assert ended == [tokens[50]]

    def test_those_that_have_expired_make_room_too_with_their_sockets(self, office: Office) -> None:
        anna = office.sign_up("anna")
        office.opens(anna.user_id, anna.token)
        office.world.clock.pass_(SESSION_SECONDS)
        token = office.log_in("anna").token
        assert self.session_ids(office, anna.user_id) == [session_id_of(token)]
        assert not office.sockets_of(anna.token)

    def test_of_those_that_a_version_before_left_some_end_at_each_log_in(
        self, office: Office
    ) -> None:
        anna = office.sign_up("anna")
        now = office.world.clock.now()

        def work(unit: Any) -> None:
            for number in range(350):
                session_id = SessionId(f"{number:03}")
                kind = CredentialKind.COOKIE
                unit.sessions.add(Session(session_id, anna.user_id, kind, now, now + number))

        drive(office.world.store.transact(work))
        counts = []
        for _ in range(4):
            office.world.clock.pass_(400)
            office.log_in("anna")
            counts.append(len(self.session_ids(office, anna.user_id)))
        assert counts == [251, 151, 100, 100]

    def test_many_sockets_of_it_end_in_batches(self, office: Office) -> None:
        anna = office.sign_up("anna")
        for _ in range(3 * SOCKETS_ENDED_AT_ONCE):
            office.world.event_id = office.world.create_event(
                f"Class {office.world.ids.event_id()}"
            )
            office.opens(anna.user_id, anna.token)
        for _ in range(100):
            office.world.clock.pass_(1)
            office.log_in("anna")
        assert office.actor_of(anna.token) is None and not office.sockets_of(anna.token)
        assert len(self.session_ids(office, anna.user_id)) == MAX_SESSIONS


class TestIdentify:
    def test_a_session_lasts_30_days_from_its_last_use(self, office: Office) -> None:
        anna = office.sign_up()
        for _ in range(3):
            office.world.clock.pass_(SESSION_SECONDS - 1)
            assert office.actor_of(anna.token) is not None
        office.world.clock.pass_(SESSION_SECONDS)
        assert office.actor_of(anna.token) is None

    def test_it_ends_180_days_after_its_log_in_even_if_it_is_used(self, office: Office) -> None:
        """Contract: 9.2."""
        anna = office.sign_up()
        began = office.world.clock.now()
        for _ in range(6):
            assert office.actor_of(anna.token) is not None
            office.world.clock.pass_(SESSION_SECONDS - 60)
        assert office.actor_of(anna.token) is not None
        assert LONGEST_SESSION_SECONDS == 180 * 86_400
        office.world.clock.pass_(began + LONGEST_SESSION_SECONDS - 1 - office.world.clock.now())
        assert office.actor_of(anna.token) is not None
        office.world.clock.pass_(1)
        assert office.actor_of(anna.token) is None

    def test_its_use_is_noted_once_a_minute(self, office: Office) -> None:
        anna = office.sign_up()
        office.world.clock.pass_(59)
        actor = office.actor_of(anna.token)
        assert actor is not None and not actor.renewed
        office.world.clock.pass_(1)
        actor = office.actor_of(anna.token)
        assert actor is not None and actor.renewed

    @pytest.mark.parametrize("token", ["", "unknown", "\ud800"])
    def test_an_unknown_secret_is_nobody(self, office: Office, token: str) -> None:
        assert office.actor_of(token) is None

    def test_a_cookie_is_not_taken_as_a_bearer_token(self, office: Office) -> None:
        assert office.actor_of(office.sign_up().token, CredentialKind.BEARER) is None

    def test_the_secret_itself_is_not_kept(self, office: Office) -> None:
        token = office.sign_up().token
        assert token not in session_id_of(token)


class TestLogOut:
    def test_it_ends_the_session_and_may_be_said_twice(self, office: Office) -> None:
        anna = office.sign_up()
        office.log_out(anna.token)
        office.log_out(anna.token)
        assert office.actor_of(anna.token) is None

    def test_other_sessions_stay_and_keep_the_place(self, office: Office) -> None:
        phone = office.sign_up("anna")
        laptop = office.log_in("anna")
        office.opens(phone.user_id, phone.token)
        office.opens(phone.user_id, laptop.token)
        office.log_out(phone.token)
        assert office.actor_of(laptop.token) is not None
        assert office.world.place(phone.user_id).state is not None
        office.log_out(laptop.token)
        assert office.world.place(phone.user_id).state is None

    def test_its_sockets_close_in_every_event(self, office: Office) -> None:
        anna = office.sign_up("anna")
        told: list[object] = []
        for name in ("One", "Two"):
            office.world.event_id = office.world.create_event(name)
            drive(office.world.notifier.subscribe(office.world.event_id, told.append))
            office.opens(anna.user_id, anna.token)
        office.log_out(anna.token)
        ended = [each for each in told if isinstance(each, ConnectionsEnded)]
        assert [(each.why, len(each.connection_ids or ())) for each in ended] == [
            (Ending.LOGGED_OUT, 1)
        ] * 2

    def _opens_in(self, office: Office, anna: LoggedIn, event_count: int) -> list[object]:
        """Opens a socket in each of so many events; answers what is told there from then on."""
        told: list[object] = []
        for _ in range(event_count):
            office.world.event_id = office.world.create_event(
                f"Class {office.world.ids.event_id()}"
            )
            office.opens(anna.user_id, anna.token)
            drive(office.world.notifier.subscribe(office.world.event_id, told.append))
        return told

    @pytest.mark.parametrize(
        "event_count", [0, 1, SOCKETS_ENDED_AT_ONCE - 1, SOCKETS_ENDED_AT_ONCE, 100]
    )
    def test_one_transaction_ends_few_of_its_sockets(
        self, office: Office, event_count: int
    ) -> None:
        """However many there are, and the session is there until the last of them is ended."""
        anna = office.sign_up("anna")
        told = self._opens_in(office, anna, event_count)
        ended: list[int] = []  # by each transaction

        def is_still_in() -> bool:
            """Notes how many have ended since; answers whether Anna is logged in yet."""
            ended.append(sum(isinstance(each, ConnectionsEnded) for each in told) - sum(ended))
            return office.actor_of(anna.token) is not None

        answers = office.log_out(anna.token, after_each=is_still_in)
        assert len(told) == 2 * event_count  # each has left the list, and its socket is to close
        assert len(ended) == event_count // SOCKETS_ENDED_AT_ONCE + 1
        assert max(ended) <= SOCKETS_ENDED_AT_ONCE and sum(ended) == event_count
        assert answers == [True] * (len(ended) - 1) + [False]
        assert not office.sockets_of(anna.token)

    def test_whoever_opens_ever_more_is_logged_out_all_the_same(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(session_ends, "BATCHES_BEFORE_ALL_AT_ONCE", 3)
        anna = office.sign_up("anna")
        self._opens_in(office, anna, 2 * SOCKETS_ENDED_AT_ONCE)

        def opens_more() -> bool:
            is_still_in = office.actor_of(anna.token) is not None
            if is_still_in:
                self._opens_in(office, anna, SOCKETS_ENDED_AT_ONCE)
            return is_still_in

        assert office.log_out(anna.token, after_each=opens_more) == [True, True, True, False]
        assert not office.sockets_of(anna.token)

    def test_a_session_that_is_replaced_ends_so_too(self, office: Office) -> None:
        anna = office.sign_up("anna")
        told = self._opens_in(office, anna, 3 * SOCKETS_ENDED_AT_ONCE)
        again = office.log_in("anna", replacing=session_id_of(anna.token))
        assert office.actor_of(anna.token) is None and office.actor_of(again.token) is not None
        assert sum(isinstance(each, ConnectionsEnded) for each in told) == 3 * SOCKETS_ENDED_AT_ONCE
        assert not office.sockets_of(anna.token)
