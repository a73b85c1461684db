"""Processes of a lecture, which come and go, and the time that passes for them."""

from __future__ import annotations

import math

from attendance_core.errors import LeaseLost
from attendance_core.marking.mirror import Mirror
from attendance_core.marking.places import Held
from attendance_core.testing.machine.driving import drive
from attendance_core.testing.machine.played_process import PlayedProcess
from attendance_core.testing.machine.sockets import Sockets
from attendance_core.testing.machine.world import MakeStore


class Processes(Sockets):
    """People with two sessions each, one event, and processes that come and go."""

    def __init__(self, make_store: MakeStore, person_count: int) -> None:
        super().__init__(make_store, person_count)
        self.starts()

    def starts(self) -> None:
        process_id = self.start_process()
        self.renewed[process_id] = self.clock.now()
        self.processes.append(PlayedProcess(process_id))

    def dies(self, process: PlayedProcess) -> None:
        """Ends without a word."""
        self.processes.remove(process)
        for client in process.clients.values():
            client.closed = True

    def wakes(self, process: PlayedProcess) -> None:
        """Renews; where its lease has run out it takes a new id and closes every socket (1012)."""
        try:
            drive(self.renew(process_id=process.process_id))
            self.renewed[process.process_id] = self.clock.now()
        except LeaseLost:
            process.process_id = self.start_process()
            self.renewed[process.process_id] = self.clock.now()
            gone, process.clients = list(process.clients.values()), {}
            process.mirror, process.has_read = Mirror(), False
            for client in gone:
                client.closed = True
                process.under_way.append(self._hang_up(process, client, goodbye=False))

    def time_passes(self, seconds: float, sweeping: bool) -> None:
        """Has those awake renew every 2 s, and sweep; every 6 s while nothing is to run out."""
        while seconds > 0:
            step = min(seconds, self._until_something_runs_out())
            seconds = round(seconds - step, 6)
            self.clock.pass_(step)
            for process in self.processes:
                if not process.is_asleep:
                    drive(self.renew(process_id=process.process_id))
                    self.renewed[process.process_id] = self.clock.now()
                    if sweeping:
                        drive(self.sweep(process_id=process.process_id))

    def _until_something_runs_out(self) -> float:
        """Finds out how long: 2 to 6 s, in steps of 2; no more than a lease lasts."""
        now, grace = self.clock.now(), self.terms.grace_seconds
        awake = {process.process_id for process in self.processes if not process.is_asleep}
        ends = [
            place.state.until for place in self.places().values() if isinstance(place.state, Held)
        ]
        for client in self.all_clients:
            process_id = client.connection.process_id
            if client.connection_ended:
                continue
            if client.lost_at is not None:
                ends.append(client.lost_at + grace)
            elif process_id not in awake:
                ends.append(min(self.renewed[process_id] + grace, now + 2.0))
        left = min((each for each in ends if each > now), default=now + 6.0) - now
        return min(max(2.0 * math.ceil(left / 2.0), 2.0), 6.0)
