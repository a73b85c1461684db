"""A lecture: people come, make friends, join, wait, are marked; then everything is checked."""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, Final, TypeVar

from attendance_web.demo.cast import Person, face, names
from attendance_web.demo.client import Visitor
from attendance_web.demo.report import MarkerResult, Result, Stages
from attendance_web.demo.sheet import Marker, Sheet, ask

T = TypeVar("T")

AT_ONCE: Final = 6  # calls; the service makes one picture at a time and lets few wait for it
MARKING_SECONDS: Final = 30.0  # for the whole sign-in sheet
TRUTH_SECONDS: Final = 5.0  # Contract: 6.10, what a marker sees equals the truth within them
SUBJECTS: Final = ("Матанализ", "Linear algebra", "Философия", "Databases", "История", "Physics")


class LectureFailed(Exception):
    """Something did not end as the contract promises; one line says what."""


class Lecture:
    """Plays one event of its own, with people of its own; ``chance`` decides what they do.

    ``earned`` tells what so many marks pay their marker.
    """

    def __init__(
        self,
        url: str,
        *,
        people: int,
        markers: int,
        earned: Callable[[int], int],
        chance: random.Random,
    ) -> None:
        run = secrets.token_hex(4)  # so that the same lecture can be played twice
        self._chance = chance
        self._earned = earned
        self._markers = markers
        self._name = f"{chance.choice(SUBJECTS)}, {time.strftime('%Y-%m-%d %H:%M')} ({run})"
        self._people = [
            Person(
                name,
                f"demo.{run}.{number}",
                f"demo-{secrets.token_urlsafe(9)}",
                Visitor(url, language),
            )
            for number, (name, language) in enumerate(names(people, chance), 1)
        ]
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="visitor")

    async def play(self, stages: Stages) -> Result:
        """Raises LectureFailed, CallFailed, ConnectionError."""
        with self._threads:
            people = self._people
            await self._each(stages, "Signing up", people, sign_up)
            faces = {person: face(self._chance) for person in people}
            await self._each(
                stages,
                "Sending pictures",
                people,
                lambda each: each.visitor.upload(
                    "/api/profile/UpdateProfilePicture", faces[each], "me.png"
                ),
            )
            await self._each(stages, "Making friends", pairwise(people), befriend)
            creator, *others = people
            event_id = await self._in_thread(create_event, creator, self._name)
            await self._each(
                stages,
                "Joining",
                others,
                lambda each: each.visitor.post("/api/events/JoinEvent", event_id=event_id),
            )
            markers, asking = people[: self._markers], self._asking()
            sheet = Sheet(
                event_id,
                self._chance,
                to_refuse={each.user_id for each in self._some(asking, 5)},
            )
            told, at_work = await self._sign_in(stages, sheet, markers, asking)
            return await self._in_thread(self._checked, sheet, told, at_work)

    def _asking(self) -> list[Person]:
        """Picks more than half of all, and never a marker."""
        free = self._people[self._markers :]
        asking = max(len(self._people) // 2, len(free) * 4 // 5)
        return self._chance.sample(free, asking)

    def _some(self, people: Sequence[Person], part: int) -> list[Person]:
        """Picks one in so many of them, and at least one."""
        return self._chance.sample(people, max(1, len(people) // part))

    async def _sign_in(
        self,
        stages: Stages,
        sheet: Sheet,
        marking: Sequence[Person],
        asking: Sequence[Person],
    ) -> tuple[dict[Person, int], list[Marker]]:
        """Answers by whom each who asked was told to be marked, and the markers."""
        advance = stages.stage("Marking", len(asking))
        dropping = self._some(asking, 4)
        told: dict[Person, int] = {}

        async def be_marked(person: Person) -> None:
            told[person] = await ask(person, sheet, drops=person in dropping)
            advance()

        markers = [
            Marker(person, sheet, drops=number == 0) for number, person in enumerate(marking)
        ]
        queue = asyncio.gather(*(be_marked(person) for person in asking))
        running: list[asyncio.Future[Any]] = [queue]
        running += [asyncio.create_task(marker.mark()) for marker in markers]
        try:
            await asyncio.wait(
                running, timeout=MARKING_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            for ended in running:
                if ended.done():
                    ended.result()
            if not queue.done():
                raise LectureFailed(
                    f"{len(asking) - len(told)} of {len(asking)} who asked were not told within "
                    f"{MARKING_SECONDS:.0f} s that they are marked"
                )
            await _nobody_listed(markers, [each.user_id for each in asking])
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
        return told, markers

    def _checked(
        self, sheet: Sheet, told: Mapping[Person, int], markers: Sequence[Marker]
    ) -> Result:
        """Compares what people were told with what the service has kept. Raises LectureFailed."""
        creator = self._people[0]
        attendance = creator.visitor.get("/api/events/GetAttendance", event_id=sheet.event_id)
        kept = [
            (each["user_id"], each["marked_by"])
            for each in attendance["participants"]
            if each["state"] == "marked"
        ]
        heard = [(person.user_id, marker) for person, marker in told.items()]
        done = [(person, each.person.user_id) for each in markers for person in each.marked]
        if not sorted(kept) == sorted(heard) == sorted(done):
            raise LectureFailed(
                f"{len(done)} were marked, {len(heard)} told and {len(kept)} recorded, "
                "and these are not the same people once each"
            )
        made = Counter(marker for _, marker in kept)
        for person in self._people:
            seen = person.visitor.get("/api/profile/GetProfile", user_id=person.user_id)
            earned = self._earned(made[person.user_id])
            if seen["karma"] != earned:
                raise LectureFailed(f"{person.name} has {seen['karma']} karma and earned {earned}")
        by_id = {person.user_id: person.name for person in self._people}
        return Result(
            event=self._name,
            asked=len(told),
            dropped=sheet.dropped,
            refused=sheet.refused,
            markers=[
                MarkerResult(
                    each.person.name,
                    self._earned(len(each.marked)),
                    [by_id[user_id] for user_id in each.marked],
                )
                for each in markers
            ],
            prepare_ms=sheet.prepare_ms,
            confirm_ms=sheet.confirm_ms,
            login=creator.username,
            password=creator.password,
        )

    async def _each(
        self, stages: Stages, name: str, items: Iterable[T], do: Callable[[T], object]
    ) -> None:
        """Does it for each, a few at once. Raises what the first that fails raises."""
        advance = stages.stage(name, len(every := list(items)))

        async def one(item: T) -> None:
            await self._in_thread(do, item)
            advance()

        first, *others = every
        await one(first)  # alone, so that a service that does not answer is complained of once
        await asyncio.gather(*(one(item) for item in others))

    async def _in_thread(self, do: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, do, *arguments)


async def _nobody_listed(markers: Sequence[Marker], people: Sequence[int]) -> None:
    try:
        async with asyncio.timeout(TRUTH_SECONDS):
            for marker in markers:
                await marker.wait_until_unlisted(people)
    except TimeoutError:
        raise LectureFailed("a marker still sees somebody in the list who was marked") from None


def sign_up(person: Person) -> None:
    """Makes an account, as a page that was loaded before would."""
    person.visitor.get("/api/auth/GetCurrentUserId")
    made = person.visitor.post(
        "/accounts/signup/",
        username=person.username,
        password=person.password,
        display_name=person.name,
    )
    person.user_id = made["user_id"]


def befriend(pair: tuple[Person, Person]) -> None:
    """Has one ask, and the other accept by asking."""
    one, other = pair
    one.visitor.post("/api/friends/SendFriendRequest", user_id=other.user_id)
    other.visitor.post("/api/friends/SendFriendRequest", user_id=one.user_id)


def create_event(creator: Person, name: str) -> str:
    """Makes an event that began ten minutes ago and lasts an hour and a half."""
    start = int(time.time()) - 600
    made = creator.visitor.post(
        "/api/events/CreateEvent", name=name, time_from=start, time_to=start + 5400
    )
    return str(made["event_id"])
