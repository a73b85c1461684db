"""What goes wrong, and when: all of it drawn from one seed."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final
from uuid import uuid4

from tests.chaos.proxy import Link
from tests.chaos.stage import Stage
from tests.chaos.workers import Worker
from tests.support.gathering import Person
from tests.support.killable_servers import Restartable

THROW_EVERY: Final = 0.25  # seconds from one throw of dice to the next
MISSING_KIND_EVERY: Final = 0.75  # seconds between harms while some kind has yet to come

Harm = Callable[[], Awaitable[None]]
BEGUN_SECONDS_AGO: Final = 60
LASTS_SECONDS: Final = 3600


class Adversary:
    """Harms one run for as long as it is told; a process dies every ``kill_every`` seconds or so.

    Each kind of harm comes once before chance decides. ``servers`` are those that it restarts.
    """

    def __init__(
        self,
        stage: Stage,
        workers: Sequence[Worker],
        servers: Mapping[str, Restartable],
        people: Sequence[Person],
        *,
        kill_every: float,
        chance: random.Random,
    ) -> None:
        self.faults: Counter[str] = Counter()
        self._stage = stage
        self._workers = workers
        self._servers = servers
        self._people = people
        self._chance = chance
        self._tasks: set[asyncio.Task[None]] = set()
        self._odds: dict[Harm, float] = {  # of each in one throw
            self._kills: THROW_EVERY / kill_every,
            self._terminates: THROW_EVERY / (6 * kill_every),
            self._freezes: THROW_EVERY / 1.5,
            self._cuts: THROW_EVERY / 2,
            self._resets: THROW_EVERY / 2,
            self._delays: THROW_EVERY / 2,
            self._makes_an_event: THROW_EVERY / 4,
            self._makes_a_short_event: THROW_EVERY / 10,
            self._deletes_an_event: THROW_EVERY / 6,
        }
        self._counted = {  # as what each of those counts that must come
            self._kills: "SIGKILL",
            self._terminates: "SIGTERM",
            self._freezes: "frozen",
            self._cuts: "cut",
            self._resets: "reset",
            self._delays: "delayed",
            self._makes_a_short_event: "events ended",
            self._deletes_an_event: "events deleted",
        }
        for does, name, every in (
            (self._restarts_valkey, "valkey", 25),
            (self._restarts_postgres, "postgres", 40),
        ):
            if name in servers:
                self._odds[does] = THROW_EVERY / every
                self._counted[does] = f"{name} restarted"

    async def harm(self, seconds: float, *, kills_for: float) -> None:
        """Harms for so many seconds; kills in the first ``kills_for`` of them."""
        begun = time.monotonic()
        while (passed := time.monotonic() - begun) < seconds:
            missing = [does for does, name in self._counted.items() if not self.faults[name]]
            if missing:
                self._begins(self._chance.choice(missing))
                await asyncio.sleep(MISSING_KIND_EVERY)
                continue
            for does, odds in self._odds.items():
                deadly = does in (self._kills, self._terminates)
                if self._chance.random() < odds and not (deadly and passed > kills_for):
                    self._begins(does)
            await asyncio.sleep(THROW_EVERY)
        await asyncio.gather(*self._tasks)
        for proxy in self._stage.proxies:
            proxy.heal()

    def _begins(self, does: Harm) -> None:
        async def harms() -> None:
            await does()

        self._tasks.add(task := asyncio.create_task(harms()))
        task.add_done_callback(self._tasks.discard)

    async def make_event(self, creator: Person, lasts: float = LASTS_SECONDS) -> str | None:
        """Makes one that has begun and ``lasts`` so many seconds; answers its id if it is made."""
        now = int(time.time())
        fields: dict[str, Any] = {
            "name": f"Lecture {uuid4().hex}",
            "time_from": now - BEGUN_SECONDS_AGO,
            "time_to": now + int(lasts),
        }
        made = await self._stage.call(creator, "POST", "/api/events/CreateEvent", **fields)
        if made is None or made["error"] != 0:
            return None
        return str(made["response"]["event_id"])

    async def _kills(self) -> None:
        self._ends(signal.SIGKILL)

    async def _terminates(self) -> None:
        self._ends(signal.SIGTERM)

    def _ends(self, how: signal.Signals) -> None:
        serving = [each for each in self._workers if each.serves.is_set()]
        if serving and self._chance.choice(serving).end(how):
            self.faults[how.name] += 1

    async def _restarts_valkey(self) -> None:
        await self._restarts("valkey")

    async def _restarts_postgres(self) -> None:
        await self._restarts("postgres")

    async def _restarts(self, name: str) -> None:
        server = self._servers[name]
        if any(task.get_name() == name for task in self._tasks):
            return
        task = asyncio.current_task()
        assert task is not None
        task.set_name(name)
        self.faults[f"{name} restarted"] += 1
        self._stage.history.add("fault", kind=name, phase="away")
        await asyncio.to_thread(server.kill)
        await asyncio.sleep(self._chance.uniform(0, 1.5))
        await asyncio.to_thread(server.start)
        self._stage.history.add("fault", kind=name, phase="back")

    def _choose_links(self, most: int, kind: str) -> list[Link]:
        links = [link for proxy in self._stage.proxies for link in proxy.links.values()]
        chosen = self._chance.sample(links, min(len(links), self._chance.randint(1, most)))
        self.faults[kind] += len(chosen)
        return chosen

    async def _freezes(self) -> None:
        frozen = self._choose_links(4, "frozen")
        for link in frozen:
            link.freeze()
        await asyncio.sleep(self._chance.uniform(0.2, 4))
        for link in frozen:
            link.thaw()

    async def _cuts(self) -> None:
        for link in self._choose_links(3, "cut"):
            link.cut()

    async def _resets(self) -> None:
        for link in self._choose_links(4, "reset"):
            link.reset()

    async def _delays(self) -> None:
        for link in self._choose_links(4, "delayed"):
            link.delay(self._chance.uniform(0.05, 0.8))

    async def _makes_an_event(self) -> None:
        """Has nobody run out of events where they are not marked yet."""
        creator = self._chance.choice(self._people)
        event = await self.make_event(creator)
        if event is not None:
            self._stage.open_event(event, creator)

    async def _makes_a_short_event(self) -> None:
        creator = self._chance.choice(self._people)
        event = await self.make_event(creator, self._chance.uniform(4, 9))
        if event is not None:
            self.faults["events ended"] += 1
            self._stage.open_event(event, creator)

    async def _deletes_an_event(self) -> None:
        creator = self._chance.choice(self._people)
        event = await self.make_event(creator)
        if event is None:
            return
        self._stage.open_event(event, creator)
        await asyncio.sleep(self._chance.uniform(0.2, 3))
        told = await self._stage.call(creator, "POST", "/api/events/DeleteEvent", event_id=event)
        self.faults["events deleted" if told and told["error"] == 0 else "deletes refused"] += 1
