"""Writes src/attendance_web/wire/vectors: what the frames of a marker's socket come to, for clients
in other languages. Run by `make print`.

The frames are those of the service's own mirror. Who is to be seen is worked out from the places
alone, as the contract has it (6.10): so neither says of itself that it is right.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from attendance_core import errors
from attendance_core.marking.announcements import PlaceChanged
from attendance_core.marking.connections import Connection, Role
from attendance_core.marking.frames import Delivery
from attendance_core.marking.mirror import Mirror
from attendance_core.marking.outcomes import MarkerOpened, Outcome
from attendance_core.marking.places import Held, Marked, Place, State, Waiting
from attendance_core.profiles import ProfileSummary
from attendance_core.vocabulary import ConnectionId, EventId, ProcessId, SessionId, UserId
from attendance_web.live.messages import PONG, encode, encode_error, spell_person

FOLDER: Final = Path(__file__).parents[1] / "src" / "attendance_web" / "wire" / "vectors"
EVENT: Final = EventId(UUID(int=1))
NOW: Final = 1_800_000_000.0
HOLD_SECONDS: Final = 90
PAID: Final = 50
ANNA, BORIS, VERA, ME, OTHER = map(UserId, (7, 12, 3, 20, 21))  # the last two mark
NAMES: Final = {ANNA: "Анна", BORIS: "Борис", VERA: "Вера"}
PEOPLE: Final = {
    user_id: spell_person(ProfileSummary(user_id, name, None, confirmed=False))
    for user_id, name in NAMES.items()
}
ASKED: Final = {ANNA: NOW - 60.5, BORIS: NOW - 30.25, VERA: NOW - 30.25}


def waiting(user_id: UserId) -> Waiting:
    """How somebody waits here, whenever they do."""
    return Waiting(ASKED[user_id])


def held(user_id: UserId, marker: UserId = ME) -> Held:
    """How somebody is held here."""
    return Held(ASKED[user_id], marker, NOW + HOLD_SECONDS)


class Story:
    """The socket of one marker: what it is sent step by step, and who is to be seen then."""

    def __init__(self, about: str) -> None:
        self.about = about
        self.steps: list[dict[str, Any]] = []
        self._places: dict[UserId, Place] = {}
        self._mirror = Mirror()
        self._socket_count = 0
        self._own = self._new_connection()

    def people(self, **states: State) -> Story:
        """Begins with somebody in these states, before the socket is opened."""
        for name, state in states.items():
            place = self._changed(UserId(globals()[name.upper()]), state)
            self._mirror.apply_announcement(PlaceChanged(place, NOW))
        return self

    def opens(self) -> Story:
        """Opens the socket, or another one in its place."""
        if self.steps:
            self._mirror.remove(self._own)
            self._own = self._new_connection()
        (holding,) = [
            place
            for place in self._places.values()
            if isinstance(place.state, Held) and place.state.marker == ME
        ] or [None]
        return self._told(self._mirror.add_marker(self._own, MarkerOpened(holding, NOW)), "opened")

    def changes(self, user_id: UserId, state: State, why: str) -> Story:
        """Somebody's place changes, and not by this socket."""
        place = self._changed(user_id, state)
        return self._told(self._mirror.apply_announcement(PlaceChanged(place, NOW)), why)

    def does(self, message: str, user_id: UserId, state: State, *, changed: bool = True) -> Story:
        """This socket's command is carried out, and leaves somebody's place so."""
        place = self._changed(user_id, state) if changed else self._places[user_id]
        outcome = Outcome(place, NOW, changed, (), PAID * changed)
        told = self._mirror.command_ended(self._own.connection_id, outcome)
        return self._told(told, f"{message} of {user_id}")

    def is_refused(self, message: str, user_id: UserId, error: errors.Refusal) -> Story:
        """This socket's command is refused."""
        self._mirror.command_began(self._own.connection_id)
        behind = self._spelt(self._mirror.command_failed(self._own.connection_id))
        frames = [json.loads(encode_error(error, "en").text), *behind]
        return self._step(f"{message} of {user_id}", frames)

    def hears(self, frame: dict[str, Any], why: str) -> Story:
        """A frame comes that says nothing of the list."""
        return self._step(why, [frame])

    def _new_connection(self) -> Connection:
        self._socket_count += 1
        own = ConnectionId(UUID(int=self._socket_count))
        process, session = ProcessId(UUID(int=1)), SessionId("of the marker")
        return Connection(own, EVENT, ME, Role.MARKING, process, session)

    def _changed(self, user_id: UserId, state: State) -> Place:
        known = self._places.get(user_id)
        version = 1 if known is None else known.version + 1
        self._places[user_id] = Place(EVENT, user_id, True, state, version)
        return self._places[user_id]

    def _told(self, deliveries: list[Delivery], why: str) -> Story:
        return self._step(why, self._spelt(deliveries))

    def _spelt(self, deliveries: list[Delivery]) -> list[dict[str, Any]]:
        own = self._own.connection_id
        return [
            json.loads(encode(each.frame, "en", PEOPLE).text)
            for each in deliveries
            if own in each.to
        ]

    def _step(self, why: str, frames: list[dict[str, Any]]) -> Story:
        states = {user_id: place.state for user_id, place in self._places.items()}
        mine = [
            user_id
            for user_id, state in states.items()
            if isinstance(state, Held) and state.marker == ME
        ]
        seen = [each for each, state in states.items() if isinstance(state, Waiting)] + mine
        step = {
            "why": why,
            "frames": frames,
            "list": sorted(seen, key=lambda user_id: (ASKED[user_id], user_id)),
            "holds": mine[0] if mine else None,
        }
        self.steps.append(step)
        return self


def stories() -> dict[str, Story]:
    """Everything that a client can meet, by the name of its file."""
    marked = Marked(ME, NOW)
    return {
        "coming_and_going": Story("People ask and leave; of one instant the lower id is first.")
        .opens()
        .changes(BORIS, waiting(BORIS), "Boris asks")
        .changes(VERA, waiting(VERA), "Vera asks in the same instant")
        .changes(ANNA, waiting(ANNA), "Anna is heard of late, and asked first")
        .changes(BORIS, None, "Boris goes"),
        "confirmed": Story("One's own mark takes the person off the list; no `user_left` follows.")
        .people(anna=waiting(ANNA), boris=waiting(BORIS))
        .opens()
        .does("prepare_to_mark", ANNA, held(ANNA))
        .does("confirm_marking", ANNA, marked)
        .does("confirm_marking", ANNA, marked, changed=False),
        "given_back": Story("Whoever is given back stays on the list while they are there.")
        .people(anna=waiting(ANNA), boris=waiting(BORIS))
        .opens()
        .does("prepare_to_mark", ANNA, held(ANNA))
        .does("refuse_to_mark", ANNA, waiting(ANNA))
        .does("prepare_to_mark", BORIS, held(BORIS))
        .does("refuse_to_mark", BORIS, None),
        "run_out": Story("A hold runs out: `user_left` comes only for who does not wait any more.")
        .people(anna=waiting(ANNA), boris=waiting(BORIS))
        .opens()
        .does("prepare_to_mark", ANNA, held(ANNA))
        .changes(ANNA, waiting(ANNA), "the hold of Anna has run out")
        .does("prepare_to_mark", BORIS, held(BORIS))
        .changes(BORIS, None, "Boris has left the event"),
        "somebody_faster": Story("Whom another marker holds is off the list until given back.")
        .people(anna=waiting(ANNA), boris=waiting(BORIS))
        .opens()
        .changes(ANNA, held(ANNA, OTHER), "another marker chooses Anna")
        .is_refused("prepare_to_mark", ANNA, errors.Taken())
        .changes(ANNA, waiting(ANNA), "the other one gives Anna back, who is first again")
        .changes(BORIS, held(BORIS, OTHER), "another marker chooses Boris")
        .changes(BORIS, Marked(OTHER, NOW), "and marks Boris, of which nothing is heard"),
        "opened_while_holding": Story("Whom one holds is on the list of the next socket, too.")
        .people(anna=waiting(ANNA), boris=held(BORIS))
        .opens()
        .does("confirm_marking", BORIS, marked),
        "opened_again": Story("The list of another socket takes the place of the one before.")
        .people(anna=waiting(ANNA))
        .opens()
        .changes(BORIS, waiting(BORIS), "Boris asks")
        .does("prepare_to_mark", ANNA, held(ANNA))
        .opens(),
        "refusals": Story("A refusal changes nothing of the list, nor who is held.")
        .people(anna=waiting(ANNA), boris=waiting(BORIS))
        .opens()
        .is_refused("confirm_marking", ANNA, errors.NobodyHeld())
        .does("prepare_to_mark", ANNA, held(ANNA))
        .is_refused("prepare_to_mark", BORIS, errors.AlreadyHolding()),
        "passed_over": Story("Frames and fields that a client does not know change nothing.")
        .people(anna=waiting(ANNA))
        .opens()
        .hears(json.loads(PONG.text), "the answer to a ping")
        .hears({"result": "ok", "message": "of_tomorrow", "params": {"user_id": ANNA}}, "unknown")
        .changes(BORIS, waiting(BORIS), "Boris asks"),
    }


def written() -> Iterator[tuple[str, str]]:
    """The name of each file, and what is in it."""
    for name, story in stories().items():
        told = {"about": story.about, "socket": Role.MARKING.value, "steps": story.steps}
        yield f"{name}.json", json.dumps(told, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, content in written():
        (FOLDER / name).write_text(content, encoding="utf-8")
