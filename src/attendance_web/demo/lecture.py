"""A lecture: people come, make friends, join, wait, are marked; mistakes are put right.

Then everything that the service says of it is compared with what was played.
"""

from __future__ import annotations

import asyncio
import json
import random
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from itertools import pairwise
from typing import Any, Final, TypeVar

import msgspec

from attendance_web.client import Client
from attendance_web.demo import expected
from attendance_web.demo.arriving import befriend, create_event, join, sign_up
from attendance_web.demo.board import Board, watch_board
from attendance_web.demo.comparing import Answers, Comparison, compare
from attendance_web.demo.failures import LectureFailed
from attendance_web.demo.marking import Marker, PlayedMarking, latecomers, wait_to_be_marked
from attendance_web.demo.organising import Organising
from attendance_web.demo.people import Person, face, pick_names
from attendance_web.demo.played_event import PlayedEvent
from attendance_web.demo.report import MarkerResult, Result
from attendance_web.demo.roles import give_roles
from attendance_web.demo.stages import Stages

T = TypeVar("T")

CALLS_AT_ONCE: Final = 6  # the service makes one picture at a time and lets few wait for it
MARKING_SECONDS: Final = 30.0  # for all who ask
TRUTH_SECONDS: Final = 5.0  # Contract: 6.10, what a marker sees equals the truth within them
ONE_PICTURE_IN: Final = 5  # people; the others are known by their initials
SUBJECTS: Final = ("Матанализ", "Linear algebra", "Философия", "Databases", "История", "Physics")


class Lecture:
    """Plays one event of its own, with people of its own; ``chance`` decides what they do.

    ``karma_of_marks`` tells what so many marks pay their marker.
    """

    def __init__(
        self,
        url: str,
        *,
        people: int,
        markers: int,
        karma_of_marks: Callable[[int], int],
        chance: random.Random,
    ) -> None:
        run = secrets.token_hex(4)  # so that the same lecture can be played twice
        self._chance = chance
        self._karma_of_marks = karma_of_marks
        self._name = f"{chance.choice(SUBJECTS)}, {time.strftime('%Y-%m-%d %H:%M')} ({run})"
        self._people = [
            Person(
                name,
                f"demo.{run}.{number}",
                f"demo-{secrets.token_urlsafe(9)}",
                Client(url, language=language),
            )
            for number, (name, language) in enumerate(pick_names(people, chance), 1)
        ]
        self._roles = give_roles(self._people, markers, chance)
        self._turns = asyncio.Semaphore(CALLS_AT_ONCE)

    @property
    def has_begun(self) -> bool:
        """Whether the service has ever answered."""
        return any(each.client.has_ever_answered for each in self._people)

    async def play(self, stages: Stages) -> Result:
        """Plays all of it. Raises LectureFailed, Refused, NotAnswered, NotAttendance."""
        roles = self._roles
        async with AsyncExitStack() as opened:
            for person in self._people:
                await opened.enter_async_context(person.client)
            await self._arrive(stages)
            played = await create_event(self._people, self._name)
            organising = Organising(played, self._clock)
            await self._do_for_each(
                stages,
                "Joining",
                [each for each in self._people[1:] if each not in roles.outside],
                lambda each: join(each, played),
            )
            watching = watch_board(roles.creator.client, played.event_id)
            board = await opened.enter_async_context(watching)
            await organising.name_helpers(roles)
            first_end = await organising.shorten_and_prolong(roles)
            played_marking = PlayedMarking(
                played,
                self._clock,
                self._chance,
                to_refuse={each.user_id for each in self._pick_some(roles.asking, one_in=5)},
            )
            markers = await self._mark_all(stages, "Marking", played_marking, roles.asking)
            await organising.correct(roles)
            await asyncio.sleep(first_end - self._clock())
            markers_again = await self._mark_all(
                stages, "Asking again", played_marking, roles.slips
            )
            async with latecomers(
                played_marking, roles.markers[0], roles.late_held, roles.late_waiting
            ):
                during = await self._compare(played, organising, board)
            after = await self._compare(played, organising, board)
            return self._result(played_marking, [*markers, *markers_again], board, [during, after])

    async def _arrive(self, stages: Stages) -> None:
        """Has everybody sign up, send a picture, and make friends."""
        people = self._people
        await self._do_for_each(stages, "Signing up", people, sign_up)
        with_picture = people[::ONE_PICTURE_IN]
        faces = {person: face(self._chance) for person in with_picture}
        await self._do_for_each(
            stages,
            "Sending pictures",
            with_picture,
            lambda each: each.client.update_profile_picture(image=faces[each], name="me.png"),
        )
        await self._do_for_each(stages, "Making friends", pairwise(people), befriend)

    def _clock(self) -> float:
        """Tells what time it is at the service, about."""
        return time.time() + self._roles.creator.client.seconds_ahead

    def _pick_some(self, people: Sequence[Person], one_in: int) -> list[Person]:
        """Picks one in so many of them, and at least one."""
        return self._chance.sample(people, max(1, len(people) // one_in))

    async def _mark_all(
        self, stages: Stages, name: str, played_marking: PlayedMarking, asking: Sequence[Person]
    ) -> list[Marker]:
        """Has all who ask be marked; answers who marked them. Raises LectureFailed."""
        advance = stages.begin(name, len(asking))
        dropping = self._pick_some(asking, one_in=4)
        told_of: dict[int, int] = {}  # who has marked them, as each of them was told

        async def be_marked(person: Person) -> None:
            drops = person in dropping
            told_of[person.user_id] = await wait_to_be_marked(person, played_marking, drops=drops)
            advance()

        markers = [
            Marker(person, played_marking, drops=number == 0)
            for number, person in enumerate(self._roles.markers)
        ]
        all_marked = asyncio.gather(*(be_marked(person) for person in asking))
        running: list[asyncio.Future[Any]] = [all_marked]
        running += [asyncio.create_task(marker.mark()) for marker in markers]
        try:
            await asyncio.wait(
                running, timeout=MARKING_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            for ended in running:
                if ended.done():
                    ended.result()
            if not all_marked.done():
                untold_count = len(asking) - len(told_of)
                raise LectureFailed(
                    f"{untold_count} of {len(asking)} who asked were not told within "
                    f"{MARKING_SECONDS:.0f} s that they are marked"
                )
            await _wait_until_unlisted(markers, [each.user_id for each in asking])
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
        marked_by = {person: each.person.user_id for each in markers for person in each.marked}
        if told_of != marked_by:
            raise LectureFailed(
                f"{len(marked_by)} were marked and {len(told_of)} told, or by others"
            )
        return markers

    async def _compare(
        self, played: PlayedEvent, organising: Organising, board: Board
    ) -> Comparison:
        """Compares all that the service says while nobody does anything. Raises LectureFailed."""
        await board.give_time_to_show(expected.counts(played), TRUTH_SECONDS)
        creator, event_id, begun = self._roles.creator.client, played.event_id, self._clock()
        sheet = await self._roles.helper.client.export_attendance(
            event_id=event_id, format="json", tz=expected.ZONE
        )
        exported = organising.moment_since(begun)
        helpers = (await creator.get_helpers(event_id=event_id)).helpers
        profiles = [await creator.get_profile(user_id=each.user_id) for each in self._people]
        answers = Answers(
            sheet=json.loads(sheet.content),
            exported=exported,
            attendance=_plain((await creator.get_attendance(event_id=event_id)).participants),
            ledger=_plain((await creator.get_ledger(event_id=event_id)).entries),
            helpers=[each.user_id for each in helpers],
            board=board.last,
            karma={each.user_id: each.karma for each in profiles},
        )
        found = compare(played, answers, self._karma_of_marks)
        if found.differences:
            raise LectureFailed("\n".join(found.differences))
        return found

    def _result(
        self,
        played_marking: PlayedMarking,
        markers: Sequence[Marker],
        board: Board,
        found: Sequence[Comparison],
    ) -> Result:
        by_id = {person.user_id: person.name for person in self._people}
        played, creator = played_marking.played, self._roles.creator
        earned = expected.karma(played, self._karma_of_marks)
        entries = [entry for entries in played.entries.values() for entry in entries]
        return Result(
            event_name=self._name,
            asker_count=len(self._roles.asking),
            drop_count=played_marking.drop_count,
            refused_count=played_marking.refused_count,
            annulled_count=sum(entry.origin is None for entry in entries),
            by_hand_count=sum(entry.origin == "hand" for entry in entries),
            markers=[
                MarkerResult(
                    person.name,
                    earned[person.user_id],
                    [by_id[each] for one in markers if one.person is person for each in one.marked],
                )
                for person in self._roles.markers
            ],
            prepare_ms=played_marking.prepare_ms,
            confirm_ms=played_marking.confirm_ms,
            sheet_row_count=len(played.user_ids_on_sheet),
            ledger_entry_count=len(entries),
            person_count=len(self._people),
            times_board_was_told=board.times_told,
            cell_count=sum(each.cell_count for each in found),
            username=creator.username,
            password=creator.password,
        )

    async def _do_for_each(
        self,
        stages: Stages,
        name: str,
        items: Iterable[T],
        do: Callable[[T], Awaitable[object]],
    ) -> None:
        """Does it for each, a few at once. Raises what the first that fails raises."""
        advance = stages.begin(name, len(every := list(items)))

        async def do_one(item: T) -> None:
            async with self._turns:
                await do(item)
            advance()

        first, *others = every
        await do_one(first)  # alone, so that a service that does not answer is complained of once
        tasks = [asyncio.create_task(do_one(item)) for item in others]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()


def _plain(rows: Sequence[msgspec.Struct]) -> list[dict[str, Any]]:
    """Makes of answers what they were on the wire."""
    plain: list[dict[str, Any]] = msgspec.to_builtins(rows)
    return plain


async def _wait_until_unlisted(markers: Sequence[Marker], people: Sequence[int]) -> None:
    try:
        async with asyncio.timeout(TRUTH_SECONDS):
            for marker in markers:
                await marker.wait_until_unlisted(people)
    except TimeoutError:
        raise LectureFailed("a marker still sees somebody in the list who was marked") from None
