"""Everything that people, sockets, processes and the clock can do, in any order. Contract: 6.

Few people, so that they meet. What is promised holds after every step; what converges holds
once each living process has read the room anew, whatever was lost on the way.
"""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from attendance_core.marking.connections import Role
from attendance_core.marking.ledger import AnnulReason
from attendance_core.marking.places import Held, Waiting
from attendance_core.testing.machine.client import Client
from attendance_core.testing.machine.hosts import Host, Steps
from attendance_core.testing.machine.promises import Promises
from attendance_core.vocabulary import UserId

people = st.integers(1, 4).map(UserId)
which = st.integers(0, 99)
roles = st.sampled_from(Role)
reasons = st.sampled_from([AnnulReason.WRONG_PERSON, AnnulReason.NOT_ME])
often = st.sampled_from([True, True, True, False])
meanwhile = st.sampled_from(["nothing", "nothing", "reading", "telling", "waiting", "much"])
commands = st.sampled_from(["prepare", "confirm", "refuse"])


class SocketRules(Promises):
    """What people do with their sockets, and what may happen between two steps of it."""

    may_end = False

    def _host(self, number: int) -> Host | None:
        awake = [each for each in self.campus.hosts if not each.asleep]
        return awake[number % len(awake)] if awake else None

    def _socket(
        self, number: int, fits: Callable[[Client], bool] = lambda client: True
    ) -> tuple[Host, Client] | None:
        found = [
            (host, client)
            for host in self.campus.hosts
            for client in host.clients.values()
            if not host.asleep and not client.closed and client.takes_commands and fits(client)
        ]
        return found[number % len(found)] if found else None

    def _begin(self, host: Host, steps: Steps, meanwhile: str = "nothing") -> None:
        """Takes all steps, with something between any two; only the first for "much"."""
        host.under_way.append(steps)
        self._go_on(host, steps)
        gap = 0
        while steps in host.under_way and meanwhile != "much":
            gap += 1
            if meanwhile == "reading":
                self._begin(host, self.campus.reads(host))
            elif meanwhile == "telling":
                self._tell(host)
            elif meanwhile == "waiting" and gap == 1 + self.steps % 2:
                self._somebody_new_waits(host)
            elif meanwhile == "coming" and gap == 2:
                self._somebody_new_waits(host)
                self._tell(host)
            if steps in host.under_way:
                self._go_on(host, steps)

    def _somebody_new_waits(self, host: Host) -> None:
        for user_id, place in reversed(self.campus.places().items()):
            if place.state is None:
                session = self.campus.sessions[user_id, 0]
                self._begin(host, self.campus.opens(host, user_id, session, Role.MARK_ME))
                return

    def _go_on(self, host: Host, steps: Steps) -> None:
        try:
            next(steps)
        except StopIteration:
            host.under_way.remove(steps)

    # Sockets

    @initialize(ends=st.integers(0, 3), waiting=st.sets(people, min_size=1, max_size=2))
    def the_lecture_begins(self, ends: int, waiting: set[UserId]) -> None:
        self.may_end = ends == 0
        for user_id in sorted(waiting):
            self._opens(user_id, user_id, 0, Role.MARK_ME, "nothing")
        for user_id in sorted(set(self.campus.people) - waiting)[:2]:
            self._opens(user_id, user_id, 0, Role.MARKING, "nothing")

    @rule(number=which, user_id=people, session=st.integers(0, 1), meanwhile=meanwhile)
    def waits(self, number: int, user_id: UserId, session: int, meanwhile: str) -> None:
        self._opens(number, user_id, session, Role.MARK_ME, meanwhile)

    @rule(number=which, nth=which, session=st.integers(0, 1), meanwhile=meanwhile)
    def is_ready_to_mark(self, number: int, nth: int, session: int, meanwhile: str) -> None:
        free = [
            each
            for each, place in sorted(self.campus.places().items())
            if not isinstance(place.state, Waiting | Held)
        ] or self.campus.people
        self._opens(number, free[nth % len(free)], session, Role.MARKING, meanwhile)

    @rule(number=which, user_id=people, session=st.integers(0, 1), role=roles)
    def opens_whatever_may_be(self, number: int, user_id: UserId, session: int, role: Role) -> None:
        self._opens(number, user_id, session, role, "nothing")

    def _opens(self, number: int, user_id: UserId, nth: int, role: Role, meanwhile: str) -> None:
        host = self._host(number)
        if host is not None:
            token = self.campus.sessions[user_id, nth]
            self._begin(host, self.campus.opens(host, user_id, token, role), meanwhile)

    @rule(number=which, goodbye=st.booleans(), meanwhile=meanwhile)
    def hangs_up(self, number: int, goodbye: bool, meanwhile: str) -> None:
        if found := self._socket(number):
            host, client = found
            self._begin(host, self.campus.hangs_up(host, client, goodbye), meanwhile)

    @rule(number=which, nth=which, user_id=people, meanwhile=meanwhile)
    def prepares(self, number: int, nth: int, user_id: UserId, meanwhile: str) -> None:
        """Somebody it lists; where no marker lists anybody, one opens and one waits."""
        found = self._socket(number, lambda each: bool(each.listed))
        if found is None:
            self.is_ready_to_mark(number, nth, 0, "nothing")
            self._opens(number, user_id, 0, Role.MARK_ME, "nothing")
            found = self._socket(number, lambda each: bool(each.listed))
        if found is not None and found[1].listed:
            self._says(found, "prepare", found[1].listed[nth % len(found[1].listed)], meanwhile)

    @rule(number=which, nth=which, user_id=people, confirms=st.booleans(), meanwhile=meanwhile)
    def prepares_and_ends_it(
        self, number: int, nth: int, user_id: UserId, confirms: bool, meanwhile: str
    ) -> None:
        self.prepares(number, nth, user_id, "nothing")
        self.ends_its_hold(number, confirms, True, meanwhile)

    @rule(number=which, confirms=st.booleans(), named=often, meanwhile=meanwhile)
    def ends_its_hold(self, number: int, confirms: bool, named: bool, meanwhile: str) -> None:
        if found := self._socket(number, lambda each: bool(each.held)):
            whom = min(found[1].held) if named else None
            self._says(found, "confirm" if confirms else "refuse", whom, meanwhile)

    @rule(number=which, name=commands, user_id=st.none() | people, meanwhile=meanwhile)
    def says_whatever_may_be(
        self, number: int, name: str, user_id: UserId | None, meanwhile: str
    ) -> None:
        found = self._socket(number, lambda each: each.connection.role is Role.MARKING)
        if found and (user_id or name != "prepare"):
            self._says(found, name, user_id, meanwhile)

    @rule(number=which, meanwhile=meanwhile)
    def a_marker_begins_to_wait(self, number: int, meanwhile: str) -> None:
        """And chooses themselves."""
        if found := self._socket(number, lambda each: each.connection.role is Role.MARKING):
            user_id = found[1].user_id
            self._opens(number, user_id, 1, Role.MARK_ME, "nothing")
            if not found[1].closed:
                self._says(found, "prepare", user_id, meanwhile)

    @rule(number=which, named=often)
    def confirms_just_in_time_or_too_late(self, number: int, named: bool) -> None:
        self.prepares(number, number, UserId(1), "nothing")
        if found := self._socket(number, lambda each: bool(each.held)):
            self.campus.time_passes(number % 2 + 89.5, False)
            self._says(found, "confirm", min(found[1].held) if named else None, "nothing")

    def _says(
        self, found: tuple[Host, Client], name: str, user_id: UserId | None, meanwhile: str
    ) -> None:
        host, client = found
        self._begin(host, self.campus.says(host, client, name, user_id), meanwhile)

    @rule(number=which, nth=which)
    def something_goes_on(self, number: int, nth: int) -> None:
        host = self._host(number)
        if host is not None and host.under_way:
            self._go_on(host, host.under_way[nth % len(host.under_way)])

    def _tell(self, host: Host, latest_first: bool = False) -> None:
        while host.post:
            self.campus.told(host, host.post.pop(-1 if latest_first else 0))
