"""A socket of a vector, told step by step: what it is sent, and what is to be known then.

The frames are those of the service's own mirror, but for those that `hears` and `hears_again_of`
say of themselves: what a client has to be ready for. Who is to be seen is worked out from the
places alone, as the contract has it (6.10): so neither says of itself that it is right.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final, Self
from uuid import UUID

from attendance_core import errors
from attendance_core.marking.announcements import PlaceChanged
from attendance_core.marking.askers import YOUR_POSITION_EVERY
from attendance_core.marking.connections import Connection, Role
from attendance_core.marking.frames import Delivery, Frame, HeldBy, UserJoined
from attendance_core.marking.mirror import Mirror
from attendance_core.marking.outcomes import AskerOpened, MarkerOpened, Outcome
from attendance_core.marking.places import Held, Marked, Place, State, Waiting
from attendance_core.marking.views import asked_at
from attendance_core.profiles import ProfileSummary
from attendance_core.vocabulary import ConnectionId, EventId, ProcessId, SessionId, UserId
from attendance_web.live.messages import encode, encode_error, spell_person

EVENT: Final = EventId(UUID(int=1))
NOW: Final = 1_800_000_000.0
HOLD_SECONDS: Final = 90
PAID: Final = 50
ANNA, BORIS, VERA, GLEB, ME, OTHER = map(UserId, (7, 12, 3, 5, 20, 21))  # the last two mark
NAMES: Final = {ANNA: "Анна", BORIS: "Борис", VERA: "Вера", ME: "Мила"}  # of others none is known
PEOPLE: Final = {
    user_id: spell_person(ProfileSummary(user_id, name, None, confirmed=False))
    for user_id, name in NAMES.items()
}
ASKED: Final = {ANNA: NOW - 60.5, BORIS: NOW - 30.25, VERA: NOW - 30.25, GLEB: NOW - 45.75}


def waiting(user_id: UserId, later: float = 0) -> Waiting:
    """Makes the state of somebody who waits, and has asked anew so many seconds later."""
    return Waiting(ASKED[user_id] + later)


def held(user_id: UserId, marker: UserId = ME) -> Held:
    """Makes the state of somebody who is held."""
    return Held(ASKED[user_id], marker, NOW + HOLD_SECONDS)


class Story:
    """A socket: what it is sent step by step, and what is to be known then."""

    role: Role
    user_id: UserId  # whose it is

    def __init__(self, about: str) -> None:
        self.about = about
        self.steps: list[dict[str, Any]] = []
        self._places: dict[UserId, Place] = {}
        self._mirror = Mirror()
        self._socket_count = 0
        self._own = self._new_connection(self.user_id, self.role)

    def begins_with(self, **states: State) -> Self:
        """Puts people into these states, by their names, before the socket is opened."""
        for name, state in states.items():
            self._happens(UserId(globals()[name.upper()]), state)
        return self

    def opens(self) -> Self:
        """Opens the socket, or another one in its place."""
        if self.steps:
            self.loses()
            self._own = self._new_connection(self.user_id, self.role)
        return self._told(self._opened(), "opened", opens=True)

    def loses(self) -> Self:
        """Loses the socket: nothing is heard until another one is opened."""
        self._mirror.remove(self._own)
        return self

    def misses(self, user_id: UserId, state: State) -> Self:
        """Changes somebody's place while there is no socket."""
        self._happens(user_id, state)
        return self

    def changes(self, user_id: UserId, state: State, why: str) -> Self:
        """Changes somebody's place, and not by this socket."""
        return self._told(self._happens(user_id, state), why)

    def hears(self, frame: dict[str, Any], why: str) -> Self:
        """Hears a frame that changes nothing."""
        return self._step(why, [frame])

    def _opened(self) -> list[Delivery]:
        raise NotImplementedError

    def _known(self) -> dict[str, Any]:
        raise NotImplementedError

    def _new_connection(self, user_id: UserId, role: Role) -> Connection:
        self._socket_count += 1
        own = ConnectionId(UUID(int=self._socket_count))
        process, session = ProcessId(UUID(int=1)), SessionId("of whoever has it")
        return Connection(own, EVENT, user_id, role, process, session)

    def _changed(self, user_id: UserId, state: State) -> Place:
        known = self._places.get(user_id)
        version = 1 if known is None else known.version + 1
        self._places[user_id] = Place(EVENT, user_id, True, state, version)
        return self._places[user_id]

    def _happens(self, user_id: UserId, state: State) -> list[Delivery]:
        return self._mirror.apply_announcement(PlaceChanged(self._changed(user_id, state), NOW))

    def _in_order(self, user_ids: Iterable[UserId]) -> list[UserId]:
        """Puts those who wait or are held in the order of asking."""
        return sorted(user_ids, key=lambda each: (asked_at(self._places[each]), each))

    def _told(self, deliveries: list[Delivery], why: str, *, opens: bool = False) -> Self:
        return self._step(why, self._spelt(deliveries), opens=opens)

    def _spelt(self, deliveries: list[Delivery]) -> list[dict[str, Any]]:
        own = self._own.connection_id
        return [
            json.loads(encode(each.frame, "en", PEOPLE).text)
            for each in deliveries
            if own in each.connection_ids
        ]

    def _step(self, why: str, frames: list[dict[str, Any]], *, opens: bool = False) -> Self:
        self.steps.append({"why": why, "opens": opens, "frames": frames, **self._known()})
        return self


class MarkerStory(Story):
    """The socket of one marker: who can be seen, and whom they hold."""

    role = Role.MARKING
    user_id = ME

    def _opened(self) -> list[Delivery]:
        (holding,) = [
            place
            for place in self._places.values()
            if isinstance(place.state, Held) and place.state.marker == ME
        ] or [None]
        return self._mirror.add_marker(self._own, MarkerOpened(holding, NOW))

    def does(self, message: str, user_id: UserId, state: State, *, changed: bool = True) -> Self:
        """Commands what is carried out, and leaves somebody's place so."""
        place = self._changed(user_id, state) if changed else self._places[user_id]
        outcome = Outcome(place, NOW, changed, (), PAID * changed)
        told = self._mirror.command_ended(self._own.connection_id, outcome)
        return self._told(told, f"{message} of {user_id}")

    def asks_in_vain(self, message: str, user_id: UserId, error: errors.Refusal) -> Self:
        """Commands what is refused."""
        self._mirror.command_began(self._own.connection_id)
        behind = self._spelt(self._mirror.command_failed(self._own.connection_id))
        frames = [json.loads(encode_error(error, "en").text), *behind]
        return self._step(f"{message} of {user_id}", frames)

    def hears_again_of(self, user_id: UserId, state: Waiting, why: str) -> Self:
        """Is told `user_joined` of somebody who is on the list already."""
        self._happens(user_id, state)
        return self._step(why, [spelt(UserJoined(user_id, state.since))])

    def _known(self) -> dict[str, Any]:
        states = {user_id: place.state for user_id, place in self._places.items()}
        mine = [
            user_id
            for user_id, state in states.items()
            if isinstance(state, Held) and state.marker == ME
        ]
        seen = [each for each, state in states.items() if isinstance(state, Waiting)] + mine
        return {"list": self._in_order(seen), "holds": mine[0] if mine else None}


class AskerStory(Story):
    """The socket of Anna, who waits: where on the list she is, who has chosen or marked her."""

    role = Role.MARK_ME
    user_id = ANNA

    def __init__(self, about: str) -> None:
        super().__init__(about)
        self._stopwatch = 0.0
        self._marker_count = 0

    def marker_comes(self, user_id: UserId) -> Self:
        """Has somebody be ready to mark from now on."""
        self._marker_count += 1
        opened = self._new_connection(user_id, Role.MARKING)
        self._mirror.add_marker(opened, MarkerOpened(None, NOW), hears_news=True)
        return self._told(self._positions(), f"{user_id} is ready to mark")

    def gets_marked(self, marker: UserId) -> Self:
        """Has her be marked."""
        place = self._changed(ANNA, Marked(marker, NOW))
        return self._told(self._mirror.apply_marks([place]), f"{marker} has marked her")

    def hears_again(self, marker: UserId, why: str) -> Self:
        """Tells her hold again, as when the name of whoever has her is known."""
        again = self._mirror.tell_hold_again(HeldBy(marker, HOLD_SECONDS), 0.5)
        return self._told(again, why)

    def changes(self, user_id: UserId, state: State, why: str) -> Self:
        """Changes somebody's place, which may change her position."""
        return self._told([*self._happens(user_id, state), *self._positions()], why)

    def _opened(self) -> list[Delivery]:
        opened = AskerOpened(self._places[ANNA], NOW)
        told = self._mirror.add_asker(self._own, opened, hears_news=True, now=self._stopwatch)
        return [*told, *self._mirror.apply_marks([opened.place])]

    def _positions(self) -> list[Delivery]:
        self._stopwatch += YOUR_POSITION_EVERY
        return self._mirror.tell_positions(self._stopwatch)

    def _known(self) -> dict[str, Any]:
        state = self._places[ANNA].state
        there = [
            user_id
            for user_id, place in self._places.items()
            if isinstance(place.state, Waiting | Held)
        ]
        place = None
        if ANNA in there:
            position = self._in_order(there).index(ANNA) + 1
            place = {"place": position, "waiting": len(there), "markers": self._marker_count}
        return {
            "place": place,
            "held_by": state.marker if isinstance(state, Held) else None,
            "marked_by": state.marker if isinstance(state, Marked) else None,
        }


def spelt(frame: Frame) -> dict[str, Any]:
    """Spells a frame as it is sent."""
    said: dict[str, Any] = json.loads(encode(frame, "en", PEOPLE).text)
    return said
