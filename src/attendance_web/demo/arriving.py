"""What people do before a lecture: they come, make friends and an event, and join it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from attendance_web.demo.people import Person
from attendance_web.demo.played_event import PlayedEvent

BEGAN_SECONDS_AGO: Final = 600
LASTS_SECONDS: Final = 5400


async def sign_up(person: Person) -> None:
    """Makes an account."""
    made = await person.client.sign_up(
        username=person.username, password=person.password, display_name=person.name
    )
    person.user_id = made.user_id


async def befriend(pair: tuple[Person, Person]) -> None:
    """Has one ask, and the other accept by asking."""
    one, other = pair
    await one.client.send_friend_request(user_id=other.user_id)
    await other.client.send_friend_request(user_id=one.user_id)


async def create_event(people: Sequence[Person], name: str) -> PlayedEvent:
    """Makes an event that began ten minutes ago and lasts an hour and a half; its creator joins."""
    creator = people[0]
    start = int(time.time() + creator.client.seconds_ahead) - BEGAN_SECONDS_AGO
    end = start + LASTS_SECONDS
    made = await creator.client.create_event(name=name, time_from=start, time_to=end)
    return PlayedEvent(
        event_id=made.event_id,
        name=name,
        starts_at=start,
        ends_at=end,
        creator_id=creator.user_id,
        names={each.user_id: each.name for each in people},
        joined={creator.user_id},
    )


async def join(person: Person, played: PlayedEvent) -> None:
    """Has somebody join."""
    await person.client.join_event(event_id=played.event_id)
    played.joined.add(person.user_id)
