"""Signing up, logging in and out, and who a credential belongs to. Contract: 2."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar
from unicodedata import normalize

import pytest

from attendance_core import ports, session_ends
from attendance_core.accounts import (
    LONGEST_SESSION_SECONDS,
    MAX_SESSIONS,
    SESSION_SECONDS,
    Actor,
    CredentialKind,
    EndLapsedSessions,
    Identify,
    LoggedIn,
    LogIn,
    LogOut,
    Session,
    SignUp,
    session_id_of,
)
from attendance_core.accounts.sessions import MAX_LAPSED_ENDED
from attendance_core.browsers import RecogniseBrowser
from attendance_core.errors import (
    BadCharacters,
    BadLength,
    BadUsername,
    CommonPassword,
    InvalidArgument,
    Refusal,
    UsernameTaken,
    WrongCredentials,
)
from attendance_core.marking.announcements import ConnectionsEnded
from attendance_core.marking.connections import Connection, Role
from attendance_core.marking.endings import Ending
from attendance_core.session_ends import SOCKETS_ENDED_AT_ONCE
from attendance_core.testing.machine.driving import drive
from attendance_core.testing.stand_ins import NotingPasswords
from attendance_core.texts import MAX_COMBINING_MARKS
from attendance_core.vocabulary import ConnectionId, SessionId, UserId
from tests.support.world import World

T = TypeVar("T")
SECRET = "correct horse"


class Door:
    """Where people come in."""

    def __init__(self) -> None:
        self.world = World(person_count=1)
        self.passwords = NotingPasswords()
        transact, observe = self.world.store.transact, self.world.store.observe
        ids, terms = self.world.ids, self.world.terms
        self._sign_up = SignUp(transact, self.passwords, ids, terms)
        self._log_in = LogIn(transact, observe, self.passwords, ids, terms)
        self._identify = Identify(transact, observe)

    def sign_up(
        self, username: str = "anna", password: str = SECRET, display_name: str | None = None
    ) -> LoggedIn:
        return drive(self._sign_up(username=username, password=password, display_name=display_name))

    def log_in(
        self, username: str, password: str = SECRET, replacing: SessionId | None = None
    ) -> LoggedIn:
        return drive(self._log_in(username=username, password=password, replacing=replacing))

    def log_out(self, token: str, between: Callable[[], bool] = bool) -> list[bool]:
        """Answers what ``between`` does behind each of its transactions."""
        transact, found = self.world.store.transact, list[bool]()

        async def counted(work: Callable[[ports.Unit], T]) -> T:
            answer = await transact(work)
            found.append(between())
            return answer

        drive(LogOut(counted, self.world.terms)(session_id=session_id_of(token)))
        return found

    def sockets_of(self, token: str) -> Sequence[Connection]:
        """That were opened with it."""
        session_id = session_id_of(token)
        found: Sequence[Connection] = drive(
            self.world.store.observe(lambda unit: unit.connections.of_sessions([session_id]))
        )
        return found

    def actor_of(
        self, token: str, credential: CredentialKind = CredentialKind.COOKIE
    ) -> Actor | None:
        return drive(self._identify(token=token, kind=credential))

    def display_name_of(self, user_id: UserId) -> str:
        name: str = drive(
            self.world.store.observe(lambda unit: unit.profiles.get(user_id).display_name)
        )
        return name

    def opens(self, user_id: UserId, token: str) -> Connection:
        connection = Connection(
            ConnectionId(self.world.ids.connection_id()),
            self.world.event_id,
            user_id,
            Role.MARK_ME,
            self.world.process_id,
            session_id_of(token),
        )
        drive(self.world.mark_me(connection=connection))
        return connection


@pytest.fixture
def door() -> Door:
    return Door()


class TestSignUp:
    def test_one_is_logged_in_and_shown_by_the_user_name(self, door: Door) -> None:
        anna = door.sign_up("anna")
        actor = door.actor_of(anna.token)
        assert actor == Actor(anna.user_id, session_id_of(anna.token))
        assert door.display_name_of(anna.user_id) == "anna"

    def test_a_display_name_is_kept_tidy(self, door: Door) -> None:
        assert door.display_name_of(door.sign_up(display_name="  Анна ").user_id) == "Анна"

    @pytest.mark.parametrize("username", ["a", "Анна_1.b-c", "x" * 64, "李"])
    def test_letters_digits_and_three_signs_make_a_user_name(
        self, door: Door, username: str
    ) -> None:
        assert door.sign_up(username).user_id == 2

    @pytest.mark.parametrize(
        "username",
        [
            *("", "x" * 65, "a b", "a\n", "a@b", "a/b", "x\u0301", "й" * 65),
            *("anna\u115f", "an\u1160na", "\u3164anna", "anna\uffa0"),  # letters, to Unicode
        ],
    )
    def test_other_user_names_are_refused(self, door: Door, username: str) -> None:
        with pytest.raises(BadUsername):
            door.sign_up(username)

    @pytest.mark.parametrize("typed", ["Андреи\u0306", "андрей", "и\u0306" * 64])
    def test_a_user_name_is_one_however_its_letters_are_typed(self, door: Door, typed: str) -> None:
        """Contract: 2.2."""
        anna = door.sign_up(typed)
        for each in (typed, normalize("NFC", typed), normalize("NFD", typed)):
            assert door.log_in(each).user_id == anna.user_id
            with pytest.raises(UsernameTaken):
                door.sign_up(each)
        assert door.display_name_of(anna.user_id) == normalize("NFC", typed)

    def test_a_user_name_is_taken_in_whatever_case(self, door: Door) -> None:
        door.sign_up("Анна")
        with pytest.raises(UsernameTaken):
            door.sign_up("аННА")

    @pytest.mark.parametrize(
        ("password", "refusal"),
        [("x" * 7, BadLength), ("x" * 257, BadLength), ("password", CommonPassword)],
    )
    def test_passwords_too_short_too_long_or_common_are_refused(
        self, door: Door, password: str, refusal: type[Refusal]
    ) -> None:
        with pytest.raises(refusal) as refused:
            door.sign_up(password=password)
        assert refused.value.words["field"] == "password"

    @pytest.mark.parametrize("password", ["x" * 8, "x" * 256])
    def test_8_to_256_characters_are_fine(self, door: Door, password: str) -> None:
        assert door.actor_of(door.sign_up(password=password).token) is not None

    @pytest.mark.parametrize(
        ("name", "refusal"),
        [("  ", BadLength), ("x" * 101, BadLength), ("a\u202eb", BadCharacters)],
    )
    def test_a_bad_display_name_makes_no_account(
        self, door: Door, name: str, refusal: type[Refusal]
    ) -> None:
        with pytest.raises(refusal):
            door.sign_up(display_name=name)
        door.sign_up()

    def test_ids_grow(self, door: Door) -> None:
        assert door.sign_up("one").user_id < door.sign_up("two").user_id


class TestLogIn:
    def test_the_same_person_gets_a_new_session(self, door: Door) -> None:
        first = door.sign_up("anna")
        again = door.log_in("ANNA")
        assert (again.user_id, again.token != first.token) == (first.user_id, True)
        assert door.actor_of(first.token) is not None

    @pytest.mark.parametrize(
        ("username", "password"),
        [("anna", "wrong horse"), ("hanna", SECRET), ("not a name", SECRET)],
    )
    def test_wrong_name_and_wrong_password_look_alike_and_take_as_long(
        self, door: Door, username: str, password: str
    ) -> None:
        door.sign_up("anna")
        with pytest.raises(WrongCredentials):
            door.log_in(username, password)
        assert len(door.passwords.verified) == 1

    @pytest.mark.parametrize(
        ("kept", "typed"),
        [
            ("пароль для Й", "пароль для Й"),
            ("й" * 8, "и\u0306" * 8),
            ("и\u0306" * 8, "й" * 8),
            ("й" * 256, "и\u0306" * 256),
            ("ᾂ" * 256, normalize("NFD", "ᾂ") * 256),  # one that comes apart into four
        ],
    )
    def test_a_password_is_one_however_its_letters_are_typed(
        self, door: Door, kept: str, typed: str
    ) -> None:
        """Contract: 2.3."""
        anna = door.sign_up(password=kept)
        for each in (kept, typed):
            assert door.log_in("anna", each).user_id == anna.user_id
        for wrong in (kept + "!", typed[:-1], typed + "\u0306"):
            with pytest.raises(WrongCredentials):
                door.log_in("anna", wrong)

    def test_length_of_a_password_is_counted_composed(self, door: Door) -> None:
        """Contract: 2.3."""
        for each in ("и\u0306" * 7, "и\u0306" * 257):
            with pytest.raises(BadLength):
                door.sign_up(password=each)

    def test_a_password_kept_before_in_its_raw_form_still_opens(self, door: Door) -> None:
        """Contract: 2.3."""
        raw = "и\u0306" * 8

        def keep(unit: Any) -> UserId:
            return unit.accounts.add("boris", f"hash of {raw}", 0.0)  # type: ignore[no-any-return]

        boris = drive(door.world.store.transact(keep))
        assert door.log_in("boris", raw).user_id == boris
        with pytest.raises(WrongCredentials):
            door.log_in("boris", raw + "и\u0306")

    @pytest.mark.parametrize("username", ["anna", "boris", "nobody", "not a name"])
    @pytest.mark.parametrize("password", ["й" * 8, "и\u0306" * 8, "и\u0306" * 9])
    def test_how_long_it_takes_is_the_same_whoever_it_is_and_whichever_opens(
        self, door: Door, username: str, password: str
    ) -> None:
        """Contract: 2.3."""
        door.sign_up("anna", "й" * 8)
        raw_hash = "hash of " + "и\u0306" * 8
        drive(door.world.store.transact(lambda unit: unit.accounts.add("boris", raw_hash, 0.0)))
        door.passwords.verified.clear()
        with suppress(WrongCredentials):
            door.log_in(username, password)
        assert len(door.passwords.verified) == (1 if "й" in password else 2)

    def test_the_session_the_browser_had_is_replaced_and_its_sockets_close(
        self, door: Door
    ) -> None:
        first = door.sign_up("anna")
        waiting = door.opens(first.user_id, first.token)
        door.log_in("anna", replacing=session_id_of(first.token))
        assert door.actor_of(first.token) is None
        ended = door.world.announcements[-1]
        assert ended == ConnectionsEnded(
            door.world.event_id, Ending.LOGGED_OUT, frozenset({waiting.connection_id})
        )


class TestLapsedSessions:
    """Contract: 9.2."""

    def ends(self, door: Door) -> int:
        transact, observe = door.world.store.transact, door.world.store.observe
        return drive(EndLapsedSessions(transact, observe, door.world.terms)())

    def opened(self, door: Door, user_id: UserId, age: float, name: str) -> str:
        """A session that was opened so long ago, and used just now; answers its secret."""
        now = door.world.clock.now()
        session_id, kind = session_id_of(name), CredentialKind.COOKIE
        session = Session(session_id, user_id, kind, now - age, now)
        drive(door.world.store.transact(lambda unit: unit.sessions.add(session)))
        return name

    def test_its_sockets_close_and_those_of_others_stay(self, door: Door) -> None:
        anna = door.sign_up("anna")
        old = self.opened(door, anna.user_id, LONGEST_SESSION_SECONDS, "old")
        young = self.opened(door, anna.user_id, LONGEST_SESSION_SECONDS - 1, "young")
        ended = door.opens(anna.user_id, old)
        stays = door.opens(anna.user_id, young)
        assert self.ends(door) == 1
        assert door.world.announcements[-1] == ConnectionsEnded(
            door.world.event_id, Ending.LOGGED_OUT, frozenset({ended.connection_id})
        )
        assert door.sockets_of(young) and not door.sockets_of(old)
        assert stays.connection_id in {each.connection_id for each in door.sockets_of(young)}
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

    def sessions(self, door: Door, user_id: UserId) -> list[SessionId]:
        """Those used last first."""
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
        assert len(self.sessions(door, anna.user_id)) == MAX_SESSIONS == 100
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
        assert self.sessions(door, anna.user_id) == [session_id_of(token)]
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
            counts.append(len(self.sessions(door, anna.user_id)))
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
        assert len(self.sessions(door, anna.user_id)) == MAX_SESSIONS


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

    def _opens_in(self, door: Door, anna: LoggedIn, events: int) -> list[object]:
        """Opens a socket in each of so many events; answers what is told there from then on."""
        told: list[object] = []
        for _ in range(events):
            door.world.event_id = door.world.event(f"Class {door.world.ids.event_id()}")
            door.opens(anna.user_id, anna.token)
            drive(door.world.notifier.subscribe(door.world.event_id, told.append))
        return told

    @pytest.mark.parametrize(
        "events", [0, 1, SOCKETS_ENDED_AT_ONCE - 1, SOCKETS_ENDED_AT_ONCE, 100]
    )
    def test_one_transaction_ends_few_of_its_sockets(self, door: Door, events: int) -> None:
        """However many there are, and the session is there until the last of them is ended."""
        anna = door.sign_up("anna")
        told = self._opens_in(door, anna, events)
        ended: list[int] = []  # by each transaction

        def counts() -> bool:
            ended.append(sum(isinstance(each, ConnectionsEnded) for each in told) - sum(ended))
            return door.actor_of(anna.token) is not None

        log_out = door.log_out(anna.token, between=counts)
        assert len(told) == 2 * events  # each has left the list, and its socket is to close
        assert len(ended) == events // SOCKETS_ENDED_AT_ONCE + 1
        assert max(ended) <= SOCKETS_ENDED_AT_ONCE and sum(ended) == events
        assert log_out == [True] * (len(ended) - 1) + [False]
        assert not door.sockets_of(anna.token)

    def test_whoever_opens_ever_more_is_logged_out_all_the_same(
        self, door: Door, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(session_ends, "MAX_BATCHES", 3)
        anna = door.sign_up("anna")
        self._opens_in(door, anna, 2 * SOCKETS_ENDED_AT_ONCE)

        def opens_more() -> bool:
            known = door.actor_of(anna.token) is not None
            if known:
                self._opens_in(door, anna, SOCKETS_ENDED_AT_ONCE)
            return known

        assert door.log_out(anna.token, between=opens_more) == [True, True, True, False]
        assert not door.sockets_of(anna.token)

    def test_a_session_that_is_replaced_ends_so_too(self, door: Door) -> None:
        anna = door.sign_up("anna")
        told = self._opens_in(door, anna, 3 * SOCKETS_ENDED_AT_ONCE)
        boris = door.log_in("anna", replacing=session_id_of(anna.token))
        assert door.actor_of(anna.token) is None and door.actor_of(boris.token) is not None
        assert sum(isinstance(each, ConnectionsEnded) for each in told) == 3 * SOCKETS_ENDED_AT_ONCE
        assert not door.sockets_of(anna.token)


class TestCombiningMarks:
    """Contract: 1.13, also for a program that calls no API."""

    MANY = "e" + "\u0316" * (MAX_COMBINING_MARKS + 1)

    @pytest.mark.parametrize(
        ("field", "username", "password"), [("username", MANY, SECRET), ("password", "anna", MANY)]
    )
    def test_neither_a_name_nor_a_password_has_too_many(
        self, door: Door, field: str, username: str, password: str
    ) -> None:
        for act in (door.sign_up, door.log_in):
            with pytest.raises(InvalidArgument, match=f"«{field}»") as refused:
                act(username, password)
            assert type(refused.value) is InvalidArgument

    def test_nor_a_name_that_is_looked_for(self, door: Door) -> None:
        recognise = RecogniseBrowser(door.world.store.observe)
        with pytest.raises(InvalidArgument, match="«username»"):
            drive(recognise(username=self.MANY, browser_secrets=["a"]))
