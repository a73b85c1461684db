"""Everything that people, sockets, processes and the clock can do, in any order. Contract: 6.

Few people, so that they meet. What is promised holds after every step; what converges holds
once each living process has read the room anew, whatever was lost on the way.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from attendance_core.errors import Refusal
from attendance_core.marking.connections import Role
from attendance_core.marking.ledger import AnnulReason
from attendance_core.marking.places import Held, Marked, Waiting
from attendance_core.marking.who_marks import WhoMarks
from attendance_core.vocabulary import UserId
from tests.support.campus import CREATOR, Host, Steps
from tests.support.marking_client import Client
from tests.support.marking_promises import Promises
from tests.support.world import drive

people = st.integers(1, 4).map(UserId)
which = st.integers(0, 99)
roles = st.sampled_from(Role)
reasons = st.sampled_from([AnnulReason.WRONG_PERSON, AnnulReason.NOT_ME])
often = st.sampled_from([True, True, True, False])
meanwhile = st.sampled_from(["nothing", "nothing", "reading", "telling", "waiting", "much"])
commands = st.sampled_from(["prepare", "confirm", "refuse"])


class Marking(Promises):
    """An event of four people, served by up to three processes."""

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

    # People

    @rule(user_id=people, what=st.sampled_from(["leave", "join", "log out", "log out other"]))
    def leaves_joins_or_logs_out(self, user_id: UserId, what: str) -> None:
        with suppress(Refusal):
            if what == "leave":
                self.campus.leaves(user_id)
            elif what == "join":
                self.campus.joins(user_id)
            else:
                self.campus.logs_out(user_id, int(what == "log out other"))

    @rule(who_marks=st.sampled_from([WhoMarks.EVERYBODY, *WhoMarks]))
    def an_organiser_says_who_marks(self, who_marks: WhoMarks) -> None:
        with suppress(Refusal):
            self.campus.lets(who_marks)

    @rule(number=which, user_id=people, helps=st.booleans())
    def somebody_helps_or_does_no_more(self, number: int, user_id: UserId, helps: bool) -> None:
        """One who holds somebody, mostly, where it ends."""
        markers = [
            each.state.marker
            for each in self.campus.places().values()
            if isinstance(each.state, Held)
        ]
        with suppress(Refusal):
            if helps:
                self.campus.helps(user_id)
            else:
                self.campus.helps_no_more(markers[number % len(markers)] if markers else user_id)

    @rule(actor=st.sampled_from([CREATOR, CREATOR, *map(UserId, range(2, 5))]), user_id=people)
    def an_organiser_marks_by_hand(self, actor: UserId, user_id: UserId) -> None:
        """Or somebody who would like to be one."""
        with suppress(Refusal):
            self.campus.marks_by_hand(actor, user_id)

    @rule(user_id=people, actor=people, before=st.sampled_from([0, 0, 0, 1, 2]), reason=reasons)
    def a_mark_is_annulled(
        self, user_id: UserId, actor: UserId, before: int, reason: AnnulReason
    ) -> None:
        """The last one, mostly, by whoever may and by whoever may not."""
        place = self.campus.places().get(user_id)
        if place is not None and place.last_n > before:
            with suppress(Refusal):
                self.campus.annuls(actor, user_id, place.last_n - before, reason)

    @rule(number=which, user_id=people)
    def one_whose_mark_is_annulled_waits_again(self, number: int, user_id: UserId) -> None:
        self.prepares_and_ends_it(number, 0, user_id, True, "nothing")
        for place in sorted(self.campus.places().values(), key=lambda each: -each.last_n):
            if isinstance(place.state, Marked):
                self.a_mark_is_annulled(place.user_id, CREATOR, 0, AnnulReason.WRONG_PERSON)
                self._opens(number, place.user_id, 0, Role.MARK_ME, "nothing")
                return

    @precondition(lambda self: self.may_end and self.steps > 30)
    @rule(deleted=st.booleans())
    def the_event_ends(self, deleted: bool) -> None:
        with suppress(Refusal):
            if deleted:
                self.campus.deletes()
            else:
                self.campus.time_passes(3600, False)

    # Time and processes

    @rule(seconds=st.sampled_from([0.5, 1, 2, 5, 9, 15, 16, 88, 91]), sweeping=st.booleans())
    def time_passes(self, seconds: float, sweeping: bool) -> None:
        self.campus.time_passes(seconds, sweeping)

    @rule(number=which)
    def sweeps(self, number: int) -> None:
        if host := self._host(number):
            drive(self.campus.sweep(process_id=host.process_id))

    @rule(
        number=which, what=st.sampled_from(["start", "start", "die", "stall", "wake", "oversleep"])
    )
    def a_process_starts_or_stops(self, number: int, what: str) -> None:
        host = self._host(number)
        if what == "start" and len(self.campus.hosts) < 3:
            self.campus.starts()
        elif what == "die" and host is not None:
            self.campus.dies(host)
        elif what == "stall" and host is not None:
            host.asleep = True
        else:
            for sleeper in self.campus.hosts:
                if sleeper.asleep:
                    self._wakes(sleeper, number, unaware=what == "oversleep")

    def _wakes(self, host: Host, number: int, unaware: bool) -> None:
        """A process may act before it finds out how long it has slept."""
        host.asleep = False
        open_here = [
            each for each in host.clients.values() if not each.closed and each.takes_commands
        ]
        if unaware and open_here:
            client = open_here[number % len(open_here)]
            self._begin(host, self.campus.hangs_up(host, client, goodbye=True))
        self.campus.wakes(host)

    # What processes hear

    @rule(number=which, nth=which, doubled=st.booleans())
    def one_is_told(self, number: int, nth: int, doubled: bool) -> None:
        host = self._host(number)
        if host is not None and host.post:
            nth %= len(host.post)
            self.campus.told(host, host.post[nth] if doubled else host.post.pop(nth))

    @rule(number=which)
    def one_is_told_everything(self, number: int) -> None:
        if host := self._host(number):
            self._tell(host)

    def _tell(self, host: Host, latest_first: bool = False) -> None:
        while host.post:
            self.campus.told(host, host.post.pop(-1 if latest_first else 0))

    @rule(number=which, nth=which)
    def news_is_lost(self, number: int, nth: int) -> None:
        host = self._host(number)
        if host is not None and host.post:
            self.campus.loses(host, nth % len(host.post), 1)

    @rule(number=which, meanwhile=meanwhile)
    def reads(self, number: int, meanwhile: str) -> None:
        if host := self._host(number):
            self._begin(host, self.campus.reads(host), meanwhile)

    @rule(number=which)
    def places_are_told(self, number: int) -> None:
        if host := self._host(number):
            self.campus.tells_places(host)

    @rule(number=which, quiet=st.booleans())
    def somebody_comes_while_one_reads(self, number: int, quiet: bool) -> None:
        """And is heard of before what was read, which is older."""
        if host := self._host(number):
            self._begin(host, self.campus.reads(host), "coming")
            if quiet:
                self.it_grows_quiet(lost=False)

    @rule(lost=st.booleans())
    def it_grows_quiet(self, lost: bool) -> None:
        """What is under way ends, what was announced is told or lost, and all read anew."""
        awake = [each for each in self.campus.hosts if not each.asleep]
        for _ in range(3):
            while any(host.under_way or host.post for host in awake):
                for host in awake:
                    self._all_goes_on(host, lost)
            for host in awake:
                if not lost and not host.missed:
                    self.knows_the_truth(host, read=False)
                self._begin(host, self.campus.reads(host))
        for host in awake:
            self.knows_the_truth(host, read=True)

    def _all_goes_on(self, host: Host, lost: bool) -> None:
        """News that are not lost come in the wrong order."""
        while host.under_way:
            self._go_on(host, host.under_way[0])
        if lost:
            self.campus.loses(host, 0, len(host.post))
        else:
            self._tell(host, latest_first=True)

    @rule()
    def whatever_can_run_out_does(self) -> None:
        """After the grace, the hold and a sweep nothing is left of those who have gone."""
        if not any(not each.asleep for each in self.campus.hosts):
            self.campus.starts()
        self.campus.time_passes(90, True)
        self.nobody_has_stayed_who_has_gone()

    def teardown(self) -> None:
        self.it_grows_quiet(lost=True)
