"""Everything that people, sockets, processes and the clock can do, in any order. Contract: 6.

Few people, so that they meet. What is promised holds after every step; what converges holds
once each living process has read the room anew, whatever was lost on the way.
"""

from __future__ import annotations

from contextlib import suppress

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from attendance_core.errors import Refusal
from attendance_core.marking.connections import Role
from attendance_core.marking.ledger import AnnulReason
from attendance_core.marking.places import Held, Marked
from attendance_core.marking.who_marks import WhoMarks
from attendance_core.testing.machine.driving import drive
from attendance_core.testing.machine.played_process import CREATOR, PlayedProcess
from attendance_core.testing.machine.socket_rules import SocketRules, any_number, meanwhile, people
from attendance_core.testing.machine.world import MakeStore
from attendance_core.vocabulary import UserId

reasons = st.sampled_from([AnnulReason.WRONG_PERSON, AnnulReason.NOT_ME])


class MarkingMachine(SocketRules):
    """An event of four people, served by up to three processes."""

    rule_count_at_run_out = -1  # of the last rule in which whatever could run out did

    # People

    @rule(user_id=people, what=st.sampled_from(["leave", "join", "log out", "log out other"]))
    def leaves_joins_or_logs_out(self, user_id: UserId, what: str) -> None:
        with suppress(Refusal):
            if what == "leave":
                self.campus.leaves(user_id)
            elif what == "join":
                self.campus.joins(user_id)
            else:
                self.campus.logs_out_and_in(user_id, int(what == "log out other"))

    @rule(who_marks=st.sampled_from([WhoMarks.EVERYBODY, *WhoMarks]))
    def an_organiser_says_who_marks(self, who_marks: WhoMarks) -> None:
        with suppress(Refusal):
            self.campus.lets(who_marks)

    @rule(number=any_number, user_id=people, helps=st.booleans())
    def somebody_helps_or_does_no_more(self, number: int, user_id: UserId, helps: bool) -> None:
        """Ends, where it ends, mostly the help of one who holds somebody."""
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
        """Has an organiser do it, or somebody who would like to be one."""
        with suppress(Refusal):
            self.campus.marks_by_hand(actor, user_id)

    @rule(user_id=people, actor=people, before=st.sampled_from([0, 0, 0, 1, 2]), reason=reasons)
    def a_mark_is_annulled(
        self, user_id: UserId, actor: UserId, before: int, reason: AnnulReason
    ) -> None:
        """Annuls the last one, mostly, by whoever may and by whoever may not."""
        place = self.campus.places().get(user_id)
        if place is not None and place.last_n > before:
            with suppress(Refusal):
                self.campus.annuls(actor, user_id, place.last_n - before, reason)

    @rule(number=any_number, user_id=people)
    def one_whose_mark_is_annulled_waits_again(self, number: int, user_id: UserId) -> None:
        self.prepares_and_ends_it(number, 0, user_id, True, "nothing")
        for place in sorted(self.campus.places().values(), key=lambda each: -each.last_n):
            if isinstance(place.state, Marked):
                self.a_mark_is_annulled(place.user_id, CREATOR, 0, AnnulReason.WRONG_PERSON)
                self._opens(number, place.user_id, 0, Role.MARK_ME, "nothing")
                return

    @precondition(lambda self: self.may_end and self.rule_count > 30)
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

    @rule(number=any_number)
    def sweeps(self, number: int) -> None:
        if process := self._process(number):
            drive(self.campus.sweep(process_id=process.process_id))

    @rule(
        number=any_number,
        what=st.sampled_from(["start", "start", "die", "stall", "wake", "oversleep"]),
    )
    def a_process_starts_or_stops(self, number: int, what: str) -> None:
        process = self._process(number)
        if what == "start" and len(self.campus.processes) < 3:
            self.campus.starts()
        elif what == "die" and process is not None:
            self.campus.dies(process)
        elif what == "stall" and process is not None:
            process.is_asleep = True
        else:
            for sleeper in self.campus.processes:
                if sleeper.is_asleep:
                    self._wakes(sleeper, number, unaware=what == "oversleep")

    def _wakes(self, process: PlayedProcess, number: int, unaware: bool) -> None:
        """Wakes a process, which may act before it finds out how long it has slept."""
        process.is_asleep = False
        open_here = [
            each for each in process.clients.values() if not each.closed and each.takes_commands
        ]
        if unaware and open_here:
            client = open_here[number % len(open_here)]
            self._take_steps(process, self.campus.hangs_up(process, client, goodbye=True))
        self.campus.wakes(process)

    # What processes hear

    @rule(number=any_number, nth=any_number, doubled=st.booleans())
    def one_is_told(self, number: int, nth: int, doubled: bool) -> None:
        process = self._process(number)
        if process is not None and process.inbox:
            nth %= len(process.inbox)
            self.campus.hears(process, process.inbox[nth] if doubled else process.inbox.pop(nth))

    @rule(number=any_number)
    def one_is_told_everything(self, number: int) -> None:
        if process := self._process(number):
            self._tell(process)

    @rule(number=any_number, nth=any_number)
    def news_is_lost(self, number: int, nth: int) -> None:
        process = self._process(number)
        if process is not None and process.inbox:
            self.campus.loses(process, nth % len(process.inbox), 1)

    @rule(number=any_number, meanwhile=meanwhile)
    def reads(self, number: int, meanwhile: str) -> None:
        if process := self._process(number):
            self._take_steps(process, self.campus.reads(process), meanwhile)

    @rule(number=any_number)
    def positions_are_told(self, number: int) -> None:
        if process := self._process(number):
            self.campus.tells_positions(process)

    @rule(number=any_number, quiet=st.booleans())
    def somebody_comes_while_one_reads(self, number: int, quiet: bool) -> None:
        """Has them heard of before what was read, which is older."""
        if process := self._process(number):
            self._take_steps(process, self.campus.reads(process), "coming")
            if quiet:
                self.it_grows_quiet(lost=False)

    @rule(lost=st.booleans())
    def it_grows_quiet(self, lost: bool) -> None:
        """Ends what is under way, has what was announced told or lost, and all read anew."""
        awake = [each for each in self.campus.processes if not each.is_asleep]
        for _ in range(3):
            while any(process.under_way or process.inbox for process in awake):
                for process in awake:
                    self._all_goes_on(process, lost)
            for process in awake:
                if not lost and not process.missed_count:
                    self.check_knows_the_truth(process, read=False)
                self._take_steps(process, self.campus.reads(process))
        for process in awake:
            self.check_knows_the_truth(process, read=True)

    def _all_goes_on(self, process: PlayedProcess, lost: bool) -> None:
        """Ends what is under way there; what was announced is lost, or told in the wrong order."""
        while process.under_way:
            self._take_step(process, process.under_way[0])
        if lost:
            self.campus.loses(process, 0, len(process.inbox))
        else:
            self._tell(process, latest_first=True)

    @rule()
    def whatever_can_run_out_does(self) -> None:
        """Has grace, hold and a sweep go by: then nothing is left of those who have gone."""
        if not any(not each.is_asleep for each in self.campus.processes):
            self.campus.starts()
        again = self.rule_count == self.rule_count_at_run_out + 1
        self.rule_count_at_run_out = self.rule_count
        # Again, where nobody has done anything since
        self.campus.time_passes(self.campus.terms.hold_seconds, sweeping=not again)
        self.nobody_is_held_or_waits_without_a_socket()

    def teardown(self) -> None:
        try:
            self.it_grows_quiet(lost=True)
        finally:
            super().teardown()


def marking_machine(make_store: MakeStore, *, store_suspends: bool = True) -> type[MarkingMachine]:
    """Makes the machine over stores of yours, each new and empty; its `TestCase` is the test.

    A store that suspends runs in a loop of the machine's own, and is started and closed by it.
    """
    body = {"make_store": staticmethod(make_store), "store_suspends": store_suspends}
    return type("Marking", (MarkingMachine,), body)
