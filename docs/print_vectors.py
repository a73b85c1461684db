"""Writes src/attendance_web/wire/vectors: what the frames of a socket come to, for clients in other
languages. Run by `make print`.

The frames are those of the service's own mirror, but for those that `hears` and `is_told` say of
themselves: what a client has to be ready for. Who is to be seen is worked out from the places
alone, as the contract has it (6.10): so neither says of itself that it is right.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
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
from attendance_web.live.messages import PONG, encode, encode_error, spell_person

FOLDER: Final = Path(__file__).parents[1] / "src" / "attendance_web" / "wire" / "vectors"
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
    """How somebody waits here, who has asked anew so many seconds later."""
    return Waiting(ASKED[user_id] + later)


def held(user_id: UserId, marker: UserId = ME) -> Held:
    """How somebody is held here."""
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

    def people(self, **states: State) -> Self:
        """Begins with somebody in these states, before the socket is opened."""
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
        """Somebody's place changes while there is no socket."""
        self._happens(user_id, state)
        return self

    def changes(self, user_id: UserId, state: State, why: str) -> Self:
        """Somebody's place changes, and not by this socket."""
        return self._told(self._happens(user_id, state), why)

    def hears(self, frame: dict[str, Any], why: str) -> Self:
        """A frame comes that changes nothing."""
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
        """This socket's command is carried out, and leaves somebody's place so."""
        place = self._changed(user_id, state) if changed else self._places[user_id]
        outcome = Outcome(place, NOW, changed, (), PAID * changed)
        told = self._mirror.command_ended(self._own.connection_id, outcome)
        return self._told(told, f"{message} of {user_id}")

    def is_refused(self, message: str, user_id: UserId, error: errors.Refusal) -> Self:
        """This socket's command is refused."""
        self._mirror.command_began(self._own.connection_id)
        behind = self._spelt(self._mirror.command_failed(self._own.connection_id))
        frames = [json.loads(encode_error(error, "en").text), *behind]
        return self._step(f"{message} of {user_id}", frames)

    def is_told(self, user_id: UserId, state: Waiting, why: str) -> Self:
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
        """Somebody is ready to mark from now on."""
        self._marker_count += 1
        opened = self._new_connection(user_id, Role.MARKING)
        self._mirror.add_marker(opened, MarkerOpened(None, NOW), hears_news=True)
        return self._told(self._positions(), f"{user_id} is ready to mark")

    def is_marked(self, marker: UserId) -> Self:
        """She is marked."""
        place = self._changed(ANNA, Marked(marker, NOW))
        return self._told(self._mirror.apply_marks([place]), f"{marker} has marked her")

    def hears_again(self, marker: UserId, why: str) -> Self:
        """Her hold is told again, when the name of whoever has her is known."""
        again = self._mirror.tell_hold_again(HeldBy(marker, HOLD_SECONDS), 0.5)
        return self._told(again, why)

    def changes(self, user_id: UserId, state: State, why: str) -> Self:
        """Somebody's place changes, which may change hers."""
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
    """A frame as it is sent."""
    said: dict[str, Any] = json.loads(encode(frame, "en", PEOPLE).text)
    return said


def about(message: str, user_id: UserId) -> dict[str, Any]:
    """A frame about somebody that no service of today sends so."""
    return {"result": "ok", "message": message, "params": {"user_id": user_id}}


def refusal_called(text: str) -> dict[str, Any]:
    """A refusal whose text is the name of a message: for a program it says nothing."""
    params = {"code": errors.Unavailable.code, "user_id": ANNA}
    return {"result": "error", "message": text, "error_msg": text, "params": params}


def stories() -> dict[str, Story]:
    """Everything that a client can meet, by the name of its file."""
    return {**marker_stories(), **asker_stories()}


def marker_stories() -> dict[str, Story]:
    """What a client that marks can meet."""
    marked = Marked(ME, NOW)
    return {
        "coming_and_going": MarkerStory(
            "People ask and leave; of one instant the lower id is first."
        )
        .opens()
        .changes(BORIS, waiting(BORIS), "Boris asks")
        .changes(VERA, waiting(VERA), "Vera asks in the same instant")
        .changes(ANNA, waiting(ANNA), "Anna is heard of late, and asked first")
        .changes(BORIS, None, "Boris goes"),
        "confirmed": MarkerStory(
            "One's own mark takes the person off the list; no `user_left` follows."
        )
        .people(anna=waiting(ANNA), boris=waiting(BORIS))
        .opens()
        .does("prepare_to_mark", ANNA, held(ANNA))
        .does("confirm_marking", ANNA, marked)
        .does("confirm_marking", ANNA, marked, changed=False),
        "given_back": MarkerStory("Whoever is given back stays on the list while they are there.")
        .people(anna=waiting(ANNA), boris=waiting(BORIS))
        .opens()
        .does("prepare_to_mark", ANNA, held(ANNA))
        .does("refuse_to_mark", ANNA, waiting(ANNA))
        .does("prepare_to_mark", BORIS, held(BORIS))
        .does("refuse_to_mark", BORIS, None),
        "run_out": MarkerStory(
            "A hold runs out: `user_left` comes only for who does not wait any more."
        )
        .people(anna=waiting(ANNA), boris=waiting(BORIS))
        .opens()
        .does("prepare_to_mark", ANNA, held(ANNA))
        .changes(ANNA, waiting(ANNA), "the hold of Anna has run out")
        .does("prepare_to_mark", BORIS, held(BORIS))
        .changes(BORIS, None, "Boris has left the event"),
        "somebody_faster": MarkerStory(
            "Whom another marker holds is off the list until given back."
        )
        .people(anna=waiting(ANNA), boris=waiting(BORIS))
        .opens()
        .changes(ANNA, held(ANNA, OTHER), "another marker chooses Anna")
        .is_refused("prepare_to_mark", ANNA, errors.Taken())
        .changes(ANNA, waiting(ANNA), "the other one gives Anna back, who is first again")
        .changes(BORIS, held(BORIS, OTHER), "another marker chooses Boris")
        .changes(BORIS, Marked(OTHER, NOW), "and marks Boris, of which nothing is heard"),
        "opened_while_holding": MarkerStory(
            "Whom one holds is on the list of the next socket, too."
        )
        .people(anna=waiting(ANNA), boris=held(BORIS))
        .opens()
        .does("confirm_marking", BORIS, marked),
        "opened_again": MarkerStory("The list of another socket takes the place of the one before.")
        .people(anna=waiting(ANNA))
        .opens()
        .changes(BORIS, waiting(BORIS), "Boris asks")
        .does("prepare_to_mark", ANNA, held(ANNA))
        .opens(),
        "refusals": MarkerStory("A refusal changes nothing of the list, nor who is held.")
        .people(anna=waiting(ANNA), boris=waiting(BORIS))
        .opens()
        .is_refused("confirm_marking", ANNA, errors.NobodyHeld())
        .does("prepare_to_mark", ANNA, held(ANNA))
        .is_refused("prepare_to_mark", BORIS, errors.AlreadyHolding()),
        "confirmed_again": MarkerStory("An answer about one person ends no hold of another.")
        .people(anna=waiting(ANNA), boris=waiting(BORIS))
        .opens()
        .does("prepare_to_mark", ANNA, held(ANNA))
        .does("confirm_marking", ANNA, marked)
        .does("prepare_to_mark", BORIS, held(BORIS))
        .does("confirm_marking", ANNA, marked, changed=False)
        .hears(about("reservation_expired", ANNA), "and a late word of Anna's hold")
        .does("confirm_marking", BORIS, marked),
        "opened_after_a_loss": MarkerStory(
            "A list says all there is: who is not on it has gone, and a hold is over that is not "
            "told right after it."
        )
        .people(anna=waiting(ANNA), boris=waiting(BORIS), vera=waiting(VERA))
        .opens()
        .does("prepare_to_mark", ANNA, held(ANNA))
        .loses()
        .misses(ANNA, waiting(ANNA))
        .misses(BORIS, None)
        .opens()
        .changes(BORIS, waiting(BORIS, 60), "Boris asks anew"),
        "asked_anew": MarkerStory("Nobody is twice on a list; whoever asks anew goes to its end.")
        .people(anna=waiting(ANNA), boris=waiting(BORIS))
        .opens()
        .changes(ANNA, None, "Anna goes")
        .changes(ANNA, waiting(ANNA, 60), "Anna asks anew")
        .is_told(BORIS, waiting(BORIS, 60), "Boris has, too, and nothing was heard of his going")
        .changes(BORIS, None, "Boris goes"),
        "nameless": MarkerStory("Somebody whose name is not at hand is on the list all the same.")
        .people(gleb=waiting(GLEB), anna=waiting(ANNA))
        .opens()
        .changes(GLEB, None, "Gleb goes")
        .changes(GLEB, waiting(GLEB, 1), "Gleb asks anew"),
        "passed_over": MarkerStory("Frames and fields that a client does not know change nothing.")
        .people(anna=waiting(ANNA))
        .opens()
        .hears(json.loads(PONG.text), "the answer to a ping")
        .hears(about("of_tomorrow", ANNA), "unknown")
        .hears(refusal_called("user_left"), "a refusal, whatever its text is")
        .changes(BORIS, waiting(BORIS), "Boris asks"),
    }


def asker_stories() -> dict[str, Story]:
    """What a client that waits can meet, on a socket with `news=1`."""
    return {
        "waits_and_is_marked": AskerStory("One moves up the list, is chosen, and marked.")
        .people(gleb=waiting(GLEB, -60), anna=waiting(ANNA), boris=waiting(BORIS))
        .opens()
        .marker_comes(ME)
        .changes(GLEB, None, "Gleb, who was before her, goes")
        .changes(ANNA, held(ANNA), "she is chosen")
        .is_marked(ME),
        "is_let_go": AskerStory("Who is let go waits on; the last `held` is the one that counts.")
        .people(anna=waiting(ANNA))
        .opens()
        .changes(ANNA, held(ANNA), "she is chosen")
        .changes(ANNA, waiting(ANNA), "and given back")
        .changes(ANNA, held(ANNA, OTHER), "another marker chooses her")
        .hears_again(OTHER, "told again")
        .changes(ANNA, held(ANNA), "that hold has run out, and the first has her again"),
        "comes_back_let_go": AskerStory("A new socket says who has one, right after its opening.")
        .people(anna=waiting(ANNA))
        .opens()
        .changes(ANNA, held(ANNA), "she is chosen")
        .loses()
        .misses(ANNA, waiting(ANNA))
        .opens()
        .changes(ANNA, held(ANNA), "she is chosen again")
        .opens(),
        "comes_back_marked": AskerStory("A mark that was made meanwhile is told at the opening.")
        .people(anna=held(ANNA))
        .opens()
        .loses()
        .misses(ANNA, Marked(ME, NOW))
        .opens(),
        "passes_over": AskerStory("Frames that one who waits does not know change nothing.")
        .people(anna=held(ANNA))
        .opens()
        .hears(json.loads(PONG.text), "the answer to a ping")
        .hears(about("of_tomorrow", ME), "unknown")
        .hears(refusal_called("was_marked"), "a refusal, whatever its text is")
        .hears(refusal_called("let_go"), "another one"),
    }


def written() -> Iterator[tuple[str, str]]:
    """The name of each file, and what is in it."""
    for name, story in stories().items():
        told = {"about": story.about, "socket": story.role.value, "steps": story.steps}
        yield f"{name}.json", json.dumps(told, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, content in written():
        (FOLDER / name).write_text(content, encoding="utf-8")
