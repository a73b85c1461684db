"""What people do with their sockets, in any order, and what happens between two steps of that.

Few people, so that they meet. Contract: 6.
"""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from attendance_core.marking.connections import Role
from attendance_core.marking.places import Held, Waiting
from attendance_core.testing.machine.client import Client
from attendance_core.testing.machine.played_process import PlayedProcess, Steps
from attendance_core.testing.machine.promises import Promises
from attendance_core.vocabulary import UserId

people = st.integers(1, 4).map(UserId)
any_number = st.integers(0, 99)
roles = st.sampled_from(Role)
often = st.sampled_from([True, True, True, False])
seldom = st.sampled_from([True, False, False, False])
session_numbers = st.integers(0, 1)
meanwhile = st.sampled_from(["nothing", "nothing", "reading", "telling", "waiting", "much"])
commands = st.sampled_from(["prepare", "confirm", "refuse"])


class SocketRules(Promises):
    """What people do with their sockets, and what may happen between two steps of it."""

    may_end = False

    def _process(self, number: int) -> PlayedProcess | None:
        awake = [each for each in self.campus.processes if not each.is_asleep]
        return awake[number % len(awake)] if awake else None

    def _socket(
        self, number: int, fits: Callable[[Client], bool] = lambda client: True
    ) -> tuple[PlayedProcess, Client] | None:
        found = [
            (process, client)
            for process in self.campus.processes
            for client in process.clients.values()
            if not process.is_asleep
            and not client.closed
            and client.takes_commands
            and fits(client)
        ]
        return found[number % len(found)] if found else None

    def _take_steps(self, process: PlayedProcess, steps: Steps, meanwhile: str = "nothing") -> None:
        """Takes all steps, with something between any two; only the first for "much"."""
        process.under_way.append(steps)
        self._take_step(process, steps)
        gap = 0
        while steps in process.under_way and meanwhile != "much":
            gap += 1
            if meanwhile == "reading":
                self._take_steps(process, self.campus.reads(process))
            elif meanwhile == "telling":
                self._tell(process)
            elif meanwhile == "waiting" and gap == 1 + self.rule_count % 2:
                self._somebody_new_waits(process)
            elif meanwhile == "coming" and gap == 2:
                self._somebody_new_waits(process)
                self._tell(process)
            if steps in process.under_way:
                self._take_step(process, steps)

    def _somebody_new_waits(self, process: PlayedProcess) -> None:
        for user_id, place in reversed(self.campus.places().items()):
            if place.state is None:
                session = self.campus.sessions[user_id, 0]
                self._take_steps(
                    process, self.campus.opens(process, user_id, session, Role.MARK_ME)
                )
                return

    def _take_step(self, process: PlayedProcess, steps: Steps) -> None:
        try:
            next(steps)
        except StopIteration:
            process.under_way.remove(steps)

    # Sockets

    @initialize(may_end=seldom, waiting=st.sets(people, min_size=1, max_size=2))
    def the_lecture_begins(self, may_end: bool, waiting: set[UserId]) -> None:
        self.may_end = may_end
        for user_id in sorted(waiting):
            self._opens(user_id, user_id, 0, Role.MARK_ME, "nothing")
        for user_id in sorted(set(self.campus.people) - waiting)[:2]:
            self._opens(user_id, user_id, 0, Role.MARKING, "nothing")

    @rule(number=any_number, user_id=people, session_number=session_numbers, meanwhile=meanwhile)
    def waits(self, number: int, user_id: UserId, session_number: int, meanwhile: str) -> None:
        self._opens(number, user_id, session_number, Role.MARK_ME, meanwhile)

    @rule(number=any_number, nth=any_number, session_number=session_numbers, meanwhile=meanwhile)
    def comes_to_mark(self, number: int, nth: int, session_number: int, meanwhile: str) -> None:
        free = [
            each
            for each, place in sorted(self.campus.places().items())
            if not isinstance(place.state, Waiting | Held)
        ] or self.campus.people
        self._opens(number, free[nth % len(free)], session_number, Role.MARKING, meanwhile)

    @rule(number=any_number, user_id=people, session_number=session_numbers, role=roles)
    def opens_whatever_may_be(
        self, number: int, user_id: UserId, session_number: int, role: Role
    ) -> None:
        self._opens(number, user_id, session_number, role, "nothing")

    def _opens(
        self, number: int, user_id: UserId, session_number: int, role: Role, meanwhile: str
    ) -> None:
        process = self._process(number)
        if process is not None:
            session = self.campus.sessions[user_id, session_number]
            self._take_steps(process, self.campus.opens(process, user_id, session, role), meanwhile)

    @rule(number=any_number, goodbye=st.booleans(), meanwhile=meanwhile)
    def hangs_up(self, number: int, goodbye: bool, meanwhile: str) -> None:
        if found := self._socket(number):
            process, client = found
            self._take_steps(process, self.campus.hangs_up(process, client, goodbye), meanwhile)

    @rule(number=any_number, nth=any_number, new_asker=people, meanwhile=meanwhile)
    def prepares(self, number: int, nth: int, new_asker: UserId, meanwhile: str) -> None:
        """Chooses somebody it lists; where no marker lists anybody, one opens and one waits."""
        found = self._socket(number, lambda each: bool(each.listed))
        if found is None:
            self.comes_to_mark(number, nth, 0, "nothing")
            self._opens(number, new_asker, 0, Role.MARK_ME, "nothing")
            found = self._socket(number, lambda each: bool(each.listed))
        if found is not None and found[1].listed:
            self._says(found, "prepare", found[1].listed[nth % len(found[1].listed)], meanwhile)

    @rule(
        number=any_number,
        nth=any_number,
        new_asker=people,
        confirms=st.booleans(),
        meanwhile=meanwhile,
    )
    def prepares_and_ends_it(
        self, number: int, nth: int, new_asker: UserId, confirms: bool, meanwhile: str
    ) -> None:
        self.prepares(number, nth, new_asker, "nothing")
        self.ends_its_hold(number, confirms, True, meanwhile)

    @rule(number=any_number, confirms=st.booleans(), named=often, meanwhile=meanwhile)
    def ends_its_hold(self, number: int, confirms: bool, named: bool, meanwhile: str) -> None:
        if found := self._socket(number, lambda each: bool(each.held)):
            whom = min(found[1].held) if named else None
            self._says(found, "confirm" if confirms else "refuse", whom, meanwhile)

    @rule(number=any_number, name=commands, user_id=st.none() | people, meanwhile=meanwhile)
    def says_whatever_may_be(
        self, number: int, name: str, user_id: UserId | None, meanwhile: str
    ) -> None:
        found = self._socket(number, lambda each: each.connection.role is Role.MARKING)
        if found and (user_id or name != "prepare"):
            self._says(found, name, user_id, meanwhile)

    @rule(number=any_number, meanwhile=meanwhile)
    def a_marker_begins_to_wait_and_chooses_themselves(self, number: int, meanwhile: str) -> None:
        if found := self._socket(number, lambda each: each.connection.role is Role.MARKING):
            user_id = found[1].user_id
            self._opens(number, user_id, 1, Role.MARK_ME, "nothing")
            if not found[1].closed:
                self._says(found, "prepare", user_id, meanwhile)

    @rule(number=any_number, named=often)
    def confirms_just_in_time_or_too_late(self, number: int, named: bool) -> None:
        self.prepares(number, number, UserId(1), "nothing")
        if found := self._socket(number, lambda each: bool(each.held)):
            half_second_off = number % 2 - 0.5
            self.campus.time_passes(self.campus.terms.hold_seconds + half_second_off, False)
            self._says(found, "confirm", min(found[1].held) if named else None, "nothing")

    def _says(
        self, found: tuple[PlayedProcess, Client], name: str, user_id: UserId | None, meanwhile: str
    ) -> None:
        process, client = found
        self._take_steps(process, self.campus.says(process, client, name, user_id), meanwhile)

    @rule(number=any_number, nth=any_number)
    def something_goes_on(self, number: int, nth: int) -> None:
        process = self._process(number)
        if process is not None and process.under_way:
            self._take_step(process, process.under_way[nth % len(process.under_way)])

    def _tell(self, process: PlayedProcess, latest_first: bool = False) -> None:
        while process.inbox:
            self.campus.hears(process, process.inbox.pop(-1 if latest_first else 0))
