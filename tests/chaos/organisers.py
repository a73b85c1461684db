"""Scripted organisers: they mark by hand, annul, change events and name helpers, and try again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final
from uuid import uuid4

from tests.chaos.stage import KnownMark, Stage
from tests.support.gathering import Person

TRIES: Final = 3  # of one who was not answered
REASONS: Final = ("wrong_person", "not_present", "duplicate", "other")
NARROW: Final = ("confirmed", "organisers")
NARROW_SECONDS: Final = 4.0  # on average, until everybody may mark again
EVENTS: Final = "/api/events/"


async def annuls(
    stage: Stage, person: Person, mark: KnownMark, reason: str, tries: int = TRIES
) -> dict[str, Any] | None:
    """Annuls a mark, and asks again as often where no answer comes."""
    told = None
    for _ in range(tries):
        told = await stage.call(
            person,
            "POST",
            EVENTS + "AnnulMark",
            event_id=mark.event,
            user_id=mark.person,
            n=mark.n,
            reason=reason,
        )
        if told is not None:
            break
    return told


async def denies(stage: Stage, person: Person, event: str) -> bool:
    """Says of one's own mark that it is not oneself; tells whether it is annulled."""
    told = await stage.call(person, "GET", EVENTS + "GetLedger", event_id=event)
    entries = told["response"]["entries"] if told is not None and told["error"] == 0 else []
    if not entries or entries[0]["kind"] != "marked":
        return False
    annulled = await annuls(
        stage, person, KnownMark(event, person.user_id, entries[0]["n"]), "not_me"
    )
    return annulled is not None and annulled["error"] == 0


class Organiser:
    """Whoever organises one event and then another, being each time somebody else."""

    def __init__(self, stage: Stage, people: Sequence[Person]) -> None:
        self._stage = stage
        self._people = people
        self._odds: dict[Callable[[Person, str], Awaitable[None]], float] = {
            self._marks: 0.3,
            self._annuls: 0.3,
            self._changes: 0.12,
            self._restricts: 0.06,
            self._names_helper: 0.1,
            self._removes_helper: 0.08,
            self._reads: 0.04,
        }

    async def live(self) -> None:
        """Acts until it is cancelled."""
        stage = self._stage
        while True:
            await stage.think(stage.pace)
            if stage.is_calm or not stage.events:
                await asyncio.sleep(0.2)
                continue
            event = stage.chance.choice(stage.events)
            (act,) = stage.chance.choices(list(self._odds), list(self._odds.values()))
            await act(self._somebody(event), event)

    def _somebody(self, event: str) -> Person:
        """Draws the creator, who helps or has helped, and at times one who may do nothing."""
        stage = self._stage
        helpers = sorted(stage.helpers.get(event, ()), key=lambda each: each.user_id)
        draw = stage.chance.random()
        if draw < 0.05:
            return stage.chance.choice(self._people)
        if draw < 0.5 and helpers:
            return stage.chance.choice(helpers)
        return stage.creators[event]

    async def _asks(self, person: Person, call: str, **given: Any) -> dict[str, Any] | None:
        """Asks, and again where no answer comes."""
        told = None
        for _ in range(TRIES):
            told = await self._stage.call(person, "POST", EVENTS + call, **given)
            if told is not None:
                break
        return told

    async def _marks(self, person: Person, event: str) -> None:
        """Marks anybody: who waits, who is held, who has not joined, who is marked."""
        whom = self._stage.chance.choice(self._people)
        given = {"event_id": event, "user_id": whom.user_id}
        told = await self._asks(person, "MarkParticipant", **given)
        if told is not None and told["error"] == 0:
            self._stage.known_marks.append(KnownMark(event, whom.user_id, told["response"]["n"]))

    async def _annuls(self, person: Person, event: str) -> None:
        """Annuls a mark of late, at times one that does not stand any more."""
        stage = self._stage
        here = [each for each in stage.known_marks if each.event == event]
        if not here:
            return
        mark, reason = stage.chance.choice(here), stage.chance.choice(REASONS)
        if stage.chance.random() > 0.1:
            stage.known_marks.remove(mark)
        if stage.chance.random() < 0.1:  # as one whose finger slipped: both at once
            await asyncio.gather(*(annuls(stage, person, mark, reason) for _ in range(2)))
        else:
            await annuls(stage, person, mark, reason)

    async def _changes(self, person: Person, event: str) -> None:
        """Makes the event a longer one, a shorter one, or one of another name."""
        chance, now = self._stage.chance, int(time.time())
        draw = chance.random()
        if draw < 0.5:
            given: dict[str, Any] = {"time_to": now + chance.randint(600, 7200)}
        elif draw < 0.6:
            given = {"time_to": now + chance.randint(2, 8)}
        else:
            given = {"name": f"Lecture {uuid4().hex}"}
        await self._asks(person, "UpdateEvent", event_id=event, **given)

    async def _restricts(self, person: Person, event: str) -> None:
        """Lets not everybody mark for a while."""
        stage = self._stage
        narrow = stage.chance.choice(NARROW)
        await self._asks(person, "UpdateEvent", event_id=event, who_marks=narrow)
        await stage.think(NARROW_SECONDS)
        if not stage.is_calm:
            creator = stage.creators[event]
            await self._asks(creator, "UpdateEvent", event_id=event, who_marks="everybody")

    async def _names_helper(self, person: Person, event: str) -> None:
        whom = self._stage.chance.choice(self._people)
        self._stage.helpers.setdefault(event, set()).add(whom)
        await self._asks(person, "AddHelper", event_id=event, user_id=whom.user_id)

    async def _removes_helper(self, person: Person, event: str) -> None:
        helpers = sorted(self._stage.helpers.get(event, ()), key=lambda each: each.user_id)
        if helpers:
            whom = self._stage.chance.choice(helpers)
            await self._asks(person, "RemoveHelper", event_id=event, user_id=whom.user_id)

    async def _reads(self, person: Person, event: str) -> None:
        await self._stage.call(person, "GET", EVENTS + "GetLedger", event_id=event)
