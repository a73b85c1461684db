"""People whom a host knows: let in, called, told apart and dismissed. Contract: 10."""

from __future__ import annotations

from typing import Any

import pytest

from attendance_core import UseCases
from attendance_core.accounts import MAX_SESSIONS, PROOF_SECONDS, SESSION_SECONDS, CredentialKind
from attendance_core.bearer_tokens import TokenScope
from attendance_core.errors import (
    BadCharacters,
    BadLength,
    BadUsername,
    LogInAgain,
    NotLoggedIn,
    WrongCredentials,
)
from attendance_core.hosts import ADMISSION_NOTED_EVERY, PEOPLE_AT_ONCE
from attendance_core.identities import Identity, IdentityKind, Link, link_name_of
from attendance_core.marking.announcements import ConnectionsEnded
from attendance_core.marking.endings import Ending
from attendance_core.profiles import Confirmation, ConfirmationScan
from attendance_core.testing.clock import NOON
from attendance_core.testing.lectures import use_cases
from attendance_core.testing.machine.driving import drive
from attendance_core.vocabulary import FileKey, ScanId, UserId
from tests.support.host_world import HOST, admits, do, is_open, note_transactions, opens, world
from tests.support.world import World

__all__ = ["do", "world"]


class TestAdmit:
    """Contract: 10.1."""

    def test_the_same_again_is_one_account_and_nothing_is_written(self, world: World) -> None:
        transactions = note_transactions(world)
        do = use_cases(world.store, world.ids)
        anna = admits(do)
        assert anna == admits(do) and len(transactions) == 1
        assert drive(do.get_profile(actor=anna.user_id, user_id=anna.user_id)).profile.bio == ""
        world.clock.pass_(ADMISSION_NOTED_EVERY)
        assert admits(do) == anna and len(transactions) == 2  # that the session is used
        assert admits(do) == anna and len(transactions) == 2

    def test_two_hosts_and_two_subjects_are_different_people(self, do: UseCases) -> None:
        anna = admits(do)
        assert admits(do, "8").user_id != anna.user_id
        other = drive(do.admit(issuer=f"{HOST}/", subject="7", display_name="Anna"))
        assert other.user_id not in {anna.user_id, admits(do, "8").user_id}

    def test_somebody_of_a_university_is_another_one(self, world: World, do: UseCases) -> None:
        """Contract: 9.5."""
        theirs = Link(Identity(IdentityKind.OIDC, HOST, "7"), world.people[0], NOON)
        drive(world.store.transact(lambda unit: unit.links.add(theirs)))
        assert admits(do).user_id != world.people[0]

    def test_another_name_is_a_rename(self, world: World, do: UseCases) -> None:
        """Contract: 3.7."""
        anna = admits(do, name="Anna Ivanova")
        tick = ConfirmationScan(
            anna.user_id,
            FileKey("x"),
            NOON,
            Confirmation.APPROVED,
            NOON,
            scan_id=ScanId(world.ids.scan_id()),
        )
        drive(world.store.transact(lambda unit: unit.scans.put(tick)))

        def seen() -> tuple[str, bool]:
            found = drive(do.get_profile(actor=anna.user_id, user_id=anna.user_id))
            return found.profile.display_name, found.confirmed

        admits(do, name="  anna IVANOVA ")
        assert seen() == ("anna IVANOVA", True)
        admits(do, name="Anna Petrova")
        assert seen() == ("Anna Petrova", False)

    @pytest.mark.parametrize(
        ("given", "refusal"),
        [
            ({"issuer": ""}, BadLength),
            ({"issuer": "i" * 256}, BadLength),
            ({"subject": ""}, BadLength),
            ({"subject": "s" * 256}, BadLength),
            ({"subject": "a\0b"}, BadCharacters),
            ({"issuer": "\ud800"}, BadCharacters),
            ({"display_name": " "}, BadLength),
            ({"display_name": "x" * 101}, BadLength),
            ({"display_name": "a\u202eb"}, BadCharacters),
            ({"subject": 7}, TypeError),
            ({"issuer": None}, TypeError),
            ({"session": None}, TypeError),
        ],
    )
    def test_what_cannot_be_kept_is_refused(
        self, do: UseCases, given: Any, refusal: type[Exception]
    ) -> None:
        with pytest.raises(refusal):
            drive(do.admit(**{"issuer": HOST, "subject": "7", "display_name": "Anna"} | given))

    def test_nobody_signs_up_or_logs_in_as_them(self, world: World, do: UseCases) -> None:
        """Contract: 10.2."""
        anna = admits(do)
        username = drive(do.get_username(actor=anna.user_id))
        assert username.startswith("host:")
        with pytest.raises(BadUsername):
            drive(do.sign_up(username=username, password="tea at five"))
        with pytest.raises(WrongCredentials):
            drive(do.log_in(username=username, password="tea at five"))
        # They may set a password, and still have no name to log in with
        drive(
            do.change_password(
                actor=anna.user_id,
                session_id=anna.session_id,
                old_password=None,
                new_password="tea at five",
            )
        )
        with pytest.raises(WrongCredentials):
            drive(do.log_in(username=username, password="tea at five"))

    @pytest.mark.parametrize("kind", CredentialKind)
    def test_no_secret_opens_their_session(self, do: UseCases, kind: CredentialKind) -> None:
        """Contract: 10.2. Whoever knows all three names makes no cookie of them."""
        anna = admits(do, session="s")
        assert not all(each in "0123456789abcdef" for each in anna.session_id)
        for token in (anna.session_id, "\0".join((HOST, "7", "s"))):
            if kind is not CredentialKind.HOST:
                assert drive(do.identify(token=token, kind=kind)) is None

    def test_a_fresh_admission_is_proof(self, world: World, do: UseCases) -> None:
        """Contract: 9.1."""
        anna = admits(do, session="monday")
        world.clock.pass_(PROOF_SECONDS)
        who: dict[str, Any] = {"actor": anna.user_id, "session_id": anna.session_id}
        admits(do, session="monday")  # is none
        with pytest.raises(LogInAgain):
            drive(do.make_recovery_codes(**who, password=None))
        again = admits(do, session="tuesday")
        who = {"actor": again.user_id, "session_id": again.session_id}
        assert drive(do.make_recovery_codes(**who, password=None))

    def test_it_is_no_way_in_that_a_page_lists_or_ends(self, world: World, do: UseCases) -> None:
        """Contract: 9.6, 10.3."""
        anna = admits(do)
        who = {"actor": anna.user_id}
        assert drive(do.get_ways_in(**who)) == (False, [])
        assert drive(do.get_sessions(**who, session_id=anna.session_id)) == []
        (link,) = drive(world.store.observe(lambda unit: unit.links.of(anna.user_id)))
        drive(do.unlink_provider(**who, link=link_name_of(link)))
        assert admits(do) == anna
        university = Link(Identity(IdentityKind.OIDC, "u", "7"), anna.user_id, NOON)
        drive(world.store.transact(lambda unit: unit.links.add(university)))
        assert drive(do.get_ways_in(**who)).links == [university]
        drive(do.unlink_provider(**who, link=link_name_of(university)))  # not the only way in
        assert drive(do.get_ways_in(**who)).links == []

    def test_who_has_deleted_their_account_is_somebody_new(self, do: UseCases) -> None:
        anna = admits(do)
        drive(do.delete_account(actor=anna.user_id, session_id=anna.session_id))
        assert drive(do.subjects(issuer=HOST, user_ids=[anna.user_id])) == {}
        again = admits(do)
        assert again.user_id != anna.user_id
        with pytest.raises(NotLoggedIn):
            drive(do.delete_account(actor=anna.user_id, session_id=anna.session_id))


class TestSessions:
    """Contract: 10.3."""

    def test_one_ends_with_its_sockets_and_others_stay(self, world: World, do: UseCases) -> None:
        """Contract: 6.9."""
        phone, laptop = admits(do, session="phone"), admits(do, session="laptop")
        assert phone.user_id == laptop.user_id and phone.session_id != laptop.session_id
        ends, stays = opens(world, phone), opens(world, laptop)
        world.announcements.clear()
        for _ in range(2):
            drive(do.dismiss(issuer=HOST, subject="7", session="phone"))
        assert world.announcements == [
            ConnectionsEnded(world.event_id, Ending.LOGGED_OUT, frozenset([ends.connection_id]))
        ]
        assert not is_open(world, ends) and is_open(world, stays)
        with pytest.raises(NotLoggedIn):
            opens(world, phone)
        opens(world, admits(do, session="phone"))

    def test_all_end_with_whatever_else_lets_them_in(self, world: World, do: UseCases) -> None:
        actors = [admits(do, session=name) for name in ("", "phone", "laptop")]
        boris = admits(do, "8")
        who: dict[str, Any] = {"actor": actors[0].user_id, "session_id": actors[0].session_id}
        token = drive(do.create_token(**who, name="bot", scopes=[TokenScope.READ]))
        sockets = [opens(world, each) for each in actors]
        his = opens(world, boris)
        drive(do.dismiss(issuer=HOST, subject="7"))
        assert not any(is_open(world, each) for each in sockets) and is_open(world, his)
        assert drive(do.identify(token=token.secret, kind=CredentialKind.BEARER)) is None
        assert drive(do.get_tokens(actor=actors[0].user_id)) == []
        assert admits(do).user_id == actors[0].user_id

    def test_nobody_who_is_not_there_is_dismissed(self, do: UseCases) -> None:
        for session in (None, "", "phone"):
            drive(do.dismiss(issuer=HOST, subject="nobody", session=session))

    def test_a_hundred_are_kept_those_used_last(self, world: World, do: UseCases) -> None:
        """Contract: 9.11."""
        first = admits(do, session="first")
        socket = opens(world, first)
        for number in range(MAX_SESSIONS):
            world.clock.pass_(0.05)
            admits(do, session=str(number))
        assert not is_open(world, socket)
        kept = drive(world.store.observe(lambda unit: unit.sessions.by_host_of(first.user_id)))
        assert len(kept) == MAX_SESSIONS and first.session_id not in [k.session_id for k in kept]

    def test_one_that_is_not_used_for_a_month_is_forgotten(
        self, world: World, do: UseCases
    ) -> None:
        """Contract: 2.5."""
        used, unused = admits(do, session="used"), admits(do, session="unused")
        for _ in range(2):
            world.clock.pass_(SESSION_SECONDS / 2)
            admits(do, session="used")
        drive(do.forget_unused())
        kept = drive(world.store.observe(lambda unit: unit.sessions.by_host_of(used.user_id)))
        assert [each.session_id for each in kept] == [used.session_id]
        drive(do.end_lapsed_sessions())
        assert admits(do, session="unused") == unused


def test_a_host_is_told_whom_it_has_admitted(do: UseCases) -> None:
    """Contract: 10.4."""
    subjects = {admits(do, f"s{n}").user_id: f"s{n}" for n in range(3)}
    other = drive(do.admit(issuer="other", subject="s9", display_name="Boris"))
    asked = [*subjects, *subjects, other.user_id, UserId(1), UserId(999)]
    assert drive(do.subjects(issuer=HOST, user_ids=asked)) == subjects
    assert drive(do.subjects(issuer="other", user_ids=asked)) == {other.user_id: "s9"}
    many = [UserId(number) for number in range(1, 3 * PEOPLE_AT_ONCE)]
    assert drive(do.subjects(issuer=HOST, user_ids=many)) == subjects
    assert drive(do.subjects(issuer=HOST, user_ids=[])) == {}


def test_a_host_finds_whom_it_has_admitted_and_lets_nobody_in(world: World, do: UseCases) -> None:
    """Contract: 10.6."""
    find = do.find_admitted
    assert drive(find(issuer=HOST, subject="7")) is None
    anna = admits(do, "7", session="phone")
    drive(do.dismiss(issuer=HOST, subject="7"))
    assert drive(find(issuer=HOST, subject="7")) == anna.user_id
    assert drive(find(issuer="other", subject="7")) is None
    assert drive(world.store.observe(lambda unit: unit.sessions.by_host_of(anna.user_id))) == []
    for wrong, refusal in {"": BadLength, "a\x00b": BadCharacters, "x" * 256: BadLength}.items():
        with pytest.raises(refusal):
            drive(find(issuer=HOST, subject=wrong))
