"""Whatever hosts do, and in whatever order. Contract: 10."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from attendance_core.accounts import Actor
from attendance_core.marking.connections import Connection
from attendance_core.testing.lectures import use_cases
from attendance_core.testing.machine.driving import drive
from attendance_core.vocabulary import UserId
from tests.support.host_world import opens
from tests.support.world import World

who = st.tuples(st.sampled_from(["lms", "wiki"]), st.sampled_from(["1", "2"]))
sessions = st.sampled_from(["", "phone"])


class Hosts(RuleBasedStateMachine):
    """Two hosts, some of whose people have the same subjects."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(person_count=1)
        self.do = use_cases(self.world.store, self.world.ids)
        self.accounts: dict[tuple[str, str], UserId] = {}
        self.names: dict[UserId, str] = {}
        self.open: dict[tuple[str, str, str], Actor] = {}
        self.sockets: dict[Connection, tuple[str, str, str]] = {}
        self.gone: set[UserId] = set()

    @rule(who=who, name=st.sampled_from(["Anna", "anna", "Boris"]), session=sessions)
    def admits(self, who: tuple[str, str], name: str, session: str) -> None:
        issuer, subject = who
        admit = self.do.admit
        actor = drive(admit(issuer=issuer, subject=subject, display_name=name, session=session))
        user_id = self.accounts.setdefault(who, actor.user_id)
        assert actor.user_id == user_id and user_id not in self.gone
        assert self.open.setdefault((*who, session), actor) == actor
        self.names[user_id] = name

    @rule(who=who, session=sessions | st.none())
    def dismisses(self, who: tuple[str, str], session: str | None) -> None:
        drive(self.do.dismiss(issuer=who[0], subject=who[1], session=session))
        for key in list(self.open):
            if key[:2] == who and session in {None, key[2]}:
                self._ends(key)

    def _ends(self, key: tuple[str, str, str]) -> None:
        del self.open[key]
        self.sockets = {each: its for each, its in self.sockets.items() if its != key}

    @rule(who=who, session=sessions)
    def opens_a_socket(self, who: tuple[str, str], session: str) -> None:
        if actor := self.open.get((*who, session)):
            self.sockets[opens(self.world, actor)] = (*who, session)

    @rule(who=who, session=sessions)
    def deletes_their_account(self, who: tuple[str, str], session: str) -> None:
        if actor := self.open.get((*who, session)):
            drive(self.do.delete_account(actor=actor.user_id, session_id=actor.session_id))
            self.gone.add(self.accounts.pop(who))
            for key in [each for each in self.open if each[:2] == who]:
                self._ends(key)

    @invariant()
    def each_is_one_person_under_the_name_given_last(self) -> None:
        assert len(set(self.accounts.values())) == len(self.accounts)
        ids = [*self.accounts.values(), *self.gone]
        for issuer in ("lms", "wiki"):
            for subject in "12":
                found = drive(self.do.find_admitted(issuer=issuer, subject=subject))
                assert found == self.accounts.get((issuer, subject))
            assert drive(self.do.subjects(issuer=issuer, user_ids=ids)) == {
                user_id: subject
                for (its, subject), user_id in self.accounts.items()
                if its == issuer
            }
        for user_id in self.accounts.values():
            seen = drive(self.do.get_profile(actor=user_id, user_id=user_id))
            assert seen.profile.display_name == self.names[user_id]

    @invariant()
    def sockets_are_open_as_long_as_their_session(self) -> None:
        def look(unit: Any) -> Any:
            ids = [each.session_id for each in self.open.values()]
            kept = [unit.sessions.find(each) for each in ids]
            everybody = [*self.accounts.values(), *self.gone]
            sessions = [each for user_id in everybody for each in unit.sessions.by_host_of(user_id)]
            connected = [
                each
                for user_id in everybody
                for each in unit.connections.of(self.world.event_id, user_id)
            ]
            return kept, sessions, connected

        kept, sessions, connected = drive(self.world.store.observe(look))
        assert all(each is not None for each in kept) and len(sessions) == len(kept)
        assert {each.connection_id for each in connected} == {
            each.connection_id for each in self.sockets
        }


TestInAnyOrder = Hosts.TestCase
TestInAnyOrder.settings = settings(
    max_examples=30, stateful_step_count=25, deadline=None, derandomize=True, database=None
)
