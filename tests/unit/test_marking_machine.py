"""Everything that people, sockets, processes and the clock can do, in any order. Contract: 6.

Few people, so that they meet. What is promised holds after every step; what converges holds
once each living process has read the room anew, whatever was lost on the way.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from attendance_core.announcements import PlaceChanged
from attendance_core.connections import Role
from attendance_core.errors import Refusal
from attendance_core.places import Held, Mark, Marked, Place, Waiting
from attendance_core.vocabulary import UserId
from tests.unit.builders import drive
from tests.unit.campus import Campus, Host, Steps
from tests.unit.clients import Client

people = st.integers(1, 4).map(UserId)
which = st.integers(0, 99)
roles = st.sampled_from(Role)
often = st.sampled_from([True, True, True, False])
meanwhile = st.sampled_from(["nothing", "nothing", "reading", "telling", "much"])
commands = st.sampled_from(["prepare", "confirm", "refuse"])


class Marking(RuleBasedStateMachine):
    """An event of four people, served by up to three processes."""

    def __init__(self) -> None:
        super().__init__()
        self.campus = Campus(4)
        self.campus.starts()
        self.marks: dict[UserId, Mark] = {}
        self.known = dict(self.campus.places())
        self.heard = 0
        self.may_end = False
        self.steps = 0

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
            if not host.asleep and not client.closed and client.is_read and fits(client)
        ]
        return found[number % len(found)] if found else None

    def _begin(self, host: Host, steps: Steps, meanwhile: str = "nothing") -> None:
        """Takes all the steps, with a reading or news between any two, or only the first."""
        host.under_way.append(steps)
        self._go_on(host, steps)
        while steps in host.under_way and meanwhile != "much":
            if meanwhile == "reading":
                self._begin(host, self.campus.reads(host))
            elif meanwhile == "telling":
                self._tell(host)
            if steps in host.under_way:
                self._go_on(host, steps)

    def _go_on(self, host: Host, steps: Steps) -> None:
        try:
            next(steps)
        except StopIteration:
            host.under_way.remove(steps)

    # Sockets

    @initialize(ends=st.integers(0, 3), waiting=st.sets(people, min_size=1, max_size=3))
    def the_lecture_begins(self, ends: int, waiting: set[UserId]) -> None:
        self.may_end = ends == 0
        for user_id in sorted(waiting):
            self._opens(user_id, user_id, 0, Role.MARK_ME, "nothing")
        marker = min(set(self.campus.people) - waiting)
        self._opens(marker, marker, 0, Role.MARKING, "nothing")

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
        open_here = [each for each in host.clients.values() if not each.closed and each.is_read]
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

    def _tell(self, host: Host) -> None:
        while host.post:
            self.campus.told(host, host.post.pop(0))

    @rule(number=which, nth=which)
    def news_is_lost(self, number: int, nth: int) -> None:
        host = self._host(number)
        if host is not None and host.post:
            del host.post[nth % len(host.post)]

    @rule(number=which, meanwhile=meanwhile)
    def reads(self, number: int, meanwhile: str) -> None:
        if host := self._host(number):
            self._begin(host, self.campus.reads(host), meanwhile)

    @rule(lost=st.booleans())
    def it_grows_quiet(self, lost: bool) -> None:
        """What is under way ends, what was announced is told or lost, and all read anew."""
        awake = [each for each in self.campus.hosts if not each.asleep]
        for _ in range(3):
            for host in awake:
                while host.under_way:
                    self._go_on(host, host.under_way[0])
                while host.post:
                    news = host.post.pop(0)
                    if not lost:
                        self.campus.told(host, news)
                self._begin(host, self.campus.reads(host))
        open_here = [each for host in awake for each in host.clients.values() if not each.closed]
        for client in open_here:
            self._knows_the_truth(client)

    def _knows_the_truth(self, client: Client) -> None:
        now = self.campus.clock.now()
        event = self.campus.event_as_it_is()
        assert event is not None and now < event.ends_at, "it is over, so every socket closes"
        assert not client.ended, "it should have been closed"
        if client.connection.role is Role.MARK_ME:
            state = self.campus.places()[client.user_id].state
            assert not isinstance(state, Marked), "the person marked was not told"
        else:
            assert client.listed is not None
            truth = self.campus.can_be_marked(client)
            assert set(client.listed) == truth, f"{client} should list {truth}"
            assert client.held <= set(client.listed)

    @rule()
    def whatever_can_run_out_does(self) -> None:
        """After the grace, the hold and a sweep nothing is left of those who have gone."""
        if not any(not each.asleep for each in self.campus.hosts):
            self.campus.starts()
        self.campus.time_passes(90, True)
        keeping = {
            (each.user_id, each.connection.role)
            for each in self.campus.all_clients
            if self.campus.keeps_its_place(each)
        }
        for user_id, place in self.campus.places().items():
            assert not isinstance(place.state, Held)
            if isinstance(place.state, Waiting):
                assert (user_id, Role.MARK_ME) in keeping, "a ghost is on the list"

    # What always holds

    @invariant()
    def a_person_is_marked_once_and_for_ever_by_another(self) -> None:
        marks = self.campus.marks_made()
        for user_id, mark in self.marks.items():
            assert marks[user_id] == mark
        self.marks = marks
        for user_id, mark in marks.items():
            assert mark.marker_id != user_id
        for user_id in self.campus.people:
            made = [each for each in marks.values() if each.marker_id == user_id]
            assert self.campus.karma(user_id) == 50 * len(made)

    @invariant()
    def a_marker_holds_one_and_does_not_wait(self) -> None:
        places = self.campus.places()
        held = [each for each in places.values() if isinstance(each.state, Held)]
        markers = [each.state.by for each in held]
        assert len(markers) == len(set(markers))
        now = self.campus.clock.now()
        for each in held:
            assert each.state.by != each.user_id
            if not each.hold_has_lapsed(now):
                assert not isinstance(places[each.state.by].state, Waiting | Held)

    @invariant()
    def nobody_is_lost(self) -> None:
        places = self.campus.places()
        if self.campus.event_as_it_is() is None:
            return
        for client in self.campus.all_clients:
            if client.connection.role is Role.MARK_ME and self.campus.keeps_its_place(client):
                assert places[client.user_id].state is not None, f"{client.user_id} is lost"

    @invariant()
    def every_change_is_announced_counted_and_allowed(self) -> None:
        self.steps += 1
        for number in range(self.heard, len(self.campus.news)):
            news = self.campus.news[number]
            if isinstance(news, PlaceChanged):
                user_id = news.place.user_id
                old = self.known.get(user_id, Place(news.event_id, user_id))
                assert news.place.version == old.version + 1
                self.known[user_id] = news.place
                if isinstance(old.state, Held):
                    self._hold_may_end(old.state, news, number)
                elif isinstance(news.place.state, Marked):
                    assert old.state == news.place.state, "marked, but not held"
        self.heard = len(self.campus.news)
        for user_id, place in self.campus.places().items():
            assert place == self.known.get(user_id, place)
            assert user_id in self.known or place.version == 0

    def _hold_may_end(self, old: Held, news: PlaceChanged, number: int) -> None:
        match news.place.state:
            case Held():
                assert news.place.state == old
            case Marked(by=by):
                assert by == old.by and news.at < old.until, "marked, but no longer held"
            case _ if news.asked_by is None and news.place.member and news.at < old.until:
                assert not any(
                    each.user_id == old.by
                    and each.connection.role is Role.MARKING
                    and each.opened_before <= number
                    and self.campus.keeps_its_place(each)
                    for each in self.campus.all_clients
                ), "given back, though its marker is there"

    @invariant()
    def only_the_person_marked_is_told(self) -> None:
        for client in self.campus.all_clients:
            if client.marked_by is not None:
                assert self.marks[client.user_id].marker_id == client.marked_by

    def teardown(self) -> None:
        self.it_grows_quiet(lost=True)


TestMarkingMachine = Marking.TestCase
TestMarkingMachine.settings = settings(
    max_examples=150,
    stateful_step_count=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
