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

    def _begin(self, process: PlayedProcess, steps: Steps, meanwhile: str = "nothing") -> None:
        """Takes all steps, with something between any two; only the first for "much"."""
        process.under_way.append(steps)
        self._go_on(process, steps)
        gap = 0
        while steps in process.under_way and meanwhile != "much":
            gap += 1
            if meanwhile == "reading":
                self._begin(process, self.campus.reads(process))
            elif meanwhile == "telling":
                self._tell(process)
            elif meanwhile == "waiting" and gap == 1 + self.steps % 2:
                self._somebody_new_waits(process)
            elif meanwhile == "coming" and gap == 2:
                self._somebody_new_waits(process)
                self._tell(process)
            if steps in process.under_way:
                self._go_on(process, steps)

    def _somebody_new_waits(self, process: PlayedProcess) -> None:
        for user_id, place in reversed(self.campus.places().items()):
            if place.state is None:
                session = self.campus.sessions[user_id, 0]
                self._begin(process, self.campus.opens(process, user_id, session, Role.MARK_ME))
                return

    def _go_on(self, process: PlayedProcess, steps: Steps) -> None:
        try:
            next(steps)
        except StopIteration:
            process.under_way.remove(steps)

    # Sockets

    @initialize(ends=st.integers(0, 3), waiting=st.sets(people, min_size=1, max_size=2))
    def the_lecture_begins(self, ends: int, waiting: set[UserId]) -> None:
        self.may_end = ends == 0
        for user_id in sorted(waiting):
            self._opens(user_id, user_id, 0, Role.MARK_ME, "nothing")
        for user_id in sorted(set(self.campus.people) - waiting)[:2]:
            self._opens(user_id, user_id, 0, Role.MARKING, "nothing")

    @rule(number=any_number, user_id=people, session=st.integers(0, 1), meanwhile=meanwhile)
    def waits(self, number: int, user_id: UserId, session: int, meanwhile: str) -> None:
        self._opens(number, user_id, session, Role.MARK_ME, meanwhile)

    @rule(number=any_number, nth=any_number, session=st.integers(0, 1), meanwhile=meanwhile)
    def is_ready_to_mark(self, number: int, nth: int, session: int, meanwhile: str) -> None:
        free = [
            each
            for each, place in sorted(self.campus.places().items())
            if not isinstance(place.state, Waiting | Held)
        ] or self.campus.people
        self._opens(number, free[nth % len(free)], session, Role.MARKING, meanwhile)

    @rule(number=any_number, user_id=people, session=st.integers(0, 1), role=roles)
    def opens_whatever_may_be(self, number: int, user_id: UserId, session: int, role: Role) -> None:
        self._opens(number, user_id, session, role, "nothing")

    def _opens(self, number: int, user_id: UserId, nth: int, role: Role, meanwhile: str) -> None:
        process = self._process(number)
        if process is not None:
            token = self.campus.sessions[user_id, nth]
            self._begin(process, self.campus.opens(process, user_id, token, role), meanwhile)

    @rule(number=any_number, goodbye=st.booleans(), meanwhile=meanwhile)
    def hangs_up(self, number: int, goodbye: bool, meanwhile: str) -> None:
        if found := self._socket(number):
            process, client = found
            self._begin(process, self.campus.hangs_up(process, client, goodbye), meanwhile)

    @rule(number=any_number, nth=any_number, user_id=people, meanwhile=meanwhile)
    def prepares(self, number: int, nth: int, user_id: UserId, meanwhile: str) -> None:
        """Chooses somebody it lists; where no marker lists anybody, one opens and one waits."""
        found = self._socket(number, lambda each: bool(each.listed))
        if found is None:
            self.is_ready_to_mark(number, nth, 0, "nothing")
            self._opens(number, user_id, 0, Role.MARK_ME, "nothing")
            found = self._socket(number, lambda each: bool(each.listed))
        if found is not None and found[1].listed:
            self._says(found, "prepare", found[1].listed[nth % len(found[1].listed)], meanwhile)

    @rule(
        number=any_number,
        nth=any_number,
        user_id=people,
        confirms=st.booleans(),
        meanwhile=meanwhile,
    )
    def prepares_and_ends_it(
        self, number: int, nth: int, user_id: UserId, confirms: bool, meanwhile: str
    ) -> None:
        self.prepares(number, nth, user_id, "nothing")
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
    def a_marker_begins_to_wait(self, number: int, meanwhile: str) -> None:
        """Has them choose themselves, too."""
        if found := self._socket(number, lambda each: each.connection.role is Role.MARKING):
            user_id = found[1].user_id
            self._opens(number, user_id, 1, Role.MARK_ME, "nothing")
            if not found[1].closed:
                self._says(found, "prepare", user_id, meanwhile)

    @rule(number=any_number, named=often)
    def confirms_just_in_time_or_too_late(self, number: int, named: bool) -> None:
        self.prepares(number, number, UserId(1), "nothing")
        if found := self._socket(number, lambda each: bool(each.held)):
            self.campus.time_passes(number % 2 + 89.5, False)
            self._says(found, "confirm", min(found[1].held) if named else None, "nothing")

    def _says(
        self, found: tuple[PlayedProcess, Client], name: str, user_id: UserId | None, meanwhile: str
    ) -> None:
        process, client = found
        self._begin(process, self.campus.says(process, client, name, user_id), meanwhile)

    @rule(number=any_number, nth=any_number)
    def something_goes_on(self, number: int, nth: int) -> None:
        process = self._process(number)
        if process is not None and process.under_way:
            self._go_on(process, process.under_way[nth % len(process.under_way)])

    def _tell(self, process: PlayedProcess, latest_first: bool = False) -> None:
        while process.inbox:
            self.campus.told(process, process.inbox.pop(-1 if latest_first else 0))
