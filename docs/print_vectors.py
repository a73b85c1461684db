"""Writes src/attendance_web/wire/vectors: what the frames of a socket come to, for clients in other
languages. Run by `make print`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from socket_story import (
    ANNA,
    BORIS,
    GLEB,
    ME,
    NOW,
    OTHER,
    VERA,
    AskerStory,
    MarkerStory,
    Story,
    held,
    waiting,
)

from attendance_core import errors
from attendance_core.marking.places import Marked
from attendance_core.vocabulary import UserId
from attendance_web.live.messages import PONG

FOLDER: Final = Path(__file__).parents[1] / "src" / "attendance_web" / "wire" / "vectors"


def frame_about(message: str, user_id: UserId) -> dict[str, Any]:
    """Makes a frame about somebody that no service of today sends so."""
    return {"result": "ok", "message": message, "params": {"user_id": user_id}}


def refusal_called(text: str) -> dict[str, Any]:
    """Makes a refusal whose text is the name of a message: for a program it says nothing."""
    params = {"code": errors.Unavailable.code, "user_id": ANNA}
    return {"result": "error", "message": text, "error_msg": text, "params": params}


def stories() -> dict[str, Story]:
    """Tells everything that a client can meet, by the name of its file."""
    return {**marker_stories(), **asker_stories()}


def marker_stories() -> dict[str, Story]:
    """Tells what a client that marks can meet."""
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
        .begins_with(anna=waiting(ANNA), boris=waiting(BORIS))
        .opens()
        .does("prepare_to_mark", ANNA, held(ANNA))
        .does("confirm_marking", ANNA, marked)
        .does("confirm_marking", ANNA, marked, changed=False),
        "given_back": MarkerStory("Whoever is given back stays on the list while they are there.")
        .begins_with(anna=waiting(ANNA), boris=waiting(BORIS))
        .opens()
        .does("prepare_to_mark", ANNA, held(ANNA))
        .does("refuse_to_mark", ANNA, waiting(ANNA))
        .does("prepare_to_mark", BORIS, held(BORIS))
        .does("refuse_to_mark", BORIS, None),
        "run_out": MarkerStory(
            "A hold runs out: `user_left` comes only for who does not wait any more."
        )
        .begins_with(anna=waiting(ANNA), boris=waiting(BORIS))
        .opens()
        .does("prepare_to_mark", ANNA, held(ANNA))
        .changes(ANNA, waiting(ANNA), "the hold of Anna has run out")
        .does("prepare_to_mark", BORIS, held(BORIS))
        .changes(BORIS, None, "Boris has left the event"),
        "somebody_faster": MarkerStory(
            "Whom another marker holds is off the list until given back."
        )
        .begins_with(anna=waiting(ANNA), boris=waiting(BORIS))
        .opens()
        .changes(ANNA, held(ANNA, OTHER), "another marker chooses Anna")
        .asks_in_vain("prepare_to_mark", ANNA, errors.Taken())
        .changes(ANNA, waiting(ANNA), "the other one gives Anna back, who is first again")
        .changes(BORIS, held(BORIS, OTHER), "another marker chooses Boris")
        .changes(BORIS, Marked(OTHER, NOW), "and marks Boris, of which nothing is heard"),
        "opened_while_holding": MarkerStory(
            "Whom one holds is on the list of the next socket, too."
        )
        .begins_with(anna=waiting(ANNA), boris=held(BORIS))
        .opens()
        .does("confirm_marking", BORIS, marked),
        "opened_again": MarkerStory("The list of another socket takes the place of the one before.")
        .begins_with(anna=waiting(ANNA))
        .opens()
        .changes(BORIS, waiting(BORIS), "Boris asks")
        .does("prepare_to_mark", ANNA, held(ANNA))
        .opens(),
        "refusals": MarkerStory("A refusal changes nothing of the list, nor who is held.")
        .begins_with(anna=waiting(ANNA), boris=waiting(BORIS))
        .opens()
        .asks_in_vain("confirm_marking", ANNA, errors.NobodyHeld())
        .does("prepare_to_mark", ANNA, held(ANNA))
        .asks_in_vain("prepare_to_mark", BORIS, errors.AlreadyHolding()),
        "confirmed_again": MarkerStory("An answer about one person ends no hold of another.")
        .begins_with(anna=waiting(ANNA), boris=waiting(BORIS))
        .opens()
        .does("prepare_to_mark", ANNA, held(ANNA))
        .does("confirm_marking", ANNA, marked)
        .does("prepare_to_mark", BORIS, held(BORIS))
        .does("confirm_marking", ANNA, marked, changed=False)
        .hears(frame_about("reservation_expired", ANNA), "and a late word of Anna's hold")
        .does("confirm_marking", BORIS, marked),
        "opened_after_a_loss": MarkerStory(
            "A list says all there is: who is not on it has gone, and a hold is over that is not "
            "told right after it."
        )
        .begins_with(anna=waiting(ANNA), boris=waiting(BORIS), vera=waiting(VERA))
        .opens()
        .does("prepare_to_mark", ANNA, held(ANNA))
        .loses()
        .misses(ANNA, waiting(ANNA))
        .misses(BORIS, None)
        .opens()
        .changes(BORIS, waiting(BORIS, 60), "Boris asks anew"),
        "asked_anew": MarkerStory("Nobody is twice on a list; whoever asks anew goes to its end.")
        .begins_with(anna=waiting(ANNA), boris=waiting(BORIS))
        .opens()
        .changes(ANNA, None, "Anna goes")
        .changes(ANNA, waiting(ANNA, 60), "Anna asks anew")
        .hears_again_of(
            BORIS, waiting(BORIS, 60), "Boris has, too, and nothing was heard of his going"
        )
        .changes(BORIS, None, "Boris goes"),
        "nameless": MarkerStory("Somebody whose name is not at hand is on the list all the same.")
        .begins_with(gleb=waiting(GLEB), anna=waiting(ANNA))
        .opens()
        .changes(GLEB, None, "Gleb goes")
        .changes(GLEB, waiting(GLEB, 1), "Gleb asks anew"),
        "passed_over": MarkerStory("Frames and fields that a client does not know change nothing.")
        .begins_with(anna=waiting(ANNA))
        .opens()
        .hears(json.loads(PONG.text), "the answer to a ping")
        .hears(frame_about("of_tomorrow", ANNA), "unknown")
        .hears(refusal_called("user_left"), "a refusal, whatever its text is")
        .changes(BORIS, waiting(BORIS), "Boris asks"),
    }


def asker_stories() -> dict[str, Story]:
    """Tells what a client that waits can meet, on a socket with `news=1`."""
    return {
        "waits_and_is_marked": AskerStory("One moves up the list, is chosen, and marked.")
        .begins_with(gleb=waiting(GLEB, -60), anna=waiting(ANNA), boris=waiting(BORIS))
        .opens()
        .marker_comes(ME)
        .changes(GLEB, None, "Gleb, who was before her, goes")
        .changes(ANNA, held(ANNA), "she is chosen")
        .gets_marked(ME),
        "is_let_go": AskerStory("Who is let go waits on; the last `held` is the one that counts.")
        .begins_with(anna=waiting(ANNA))
        .opens()
        .changes(ANNA, held(ANNA), "she is chosen")
        .changes(ANNA, waiting(ANNA), "and given back")
        .changes(ANNA, held(ANNA, OTHER), "another marker chooses her")
        .hears_again(OTHER, "told again")
        .changes(ANNA, held(ANNA), "that hold has run out, and the first has her again"),
        "comes_back_let_go": AskerStory("A new socket says who has one, right after its opening.")
        .begins_with(anna=waiting(ANNA))
        .opens()
        .changes(ANNA, held(ANNA), "she is chosen")
        .loses()
        .misses(ANNA, waiting(ANNA))
        .opens()
        .changes(ANNA, held(ANNA), "she is chosen again")
        .opens(),
        "comes_back_marked": AskerStory("A mark that was made meanwhile is told at the opening.")
        .begins_with(anna=held(ANNA))
        .opens()
        .loses()
        .misses(ANNA, Marked(ME, NOW))
        .opens(),
        "passes_over": AskerStory("Frames that one who waits does not know change nothing.")
        .begins_with(anna=held(ANNA))
        .opens()
        .hears(json.loads(PONG.text), "the answer to a ping")
        .hears(frame_about("of_tomorrow", ME), "unknown")
        .hears(refusal_called("was_marked"), "a refusal, whatever its text is")
        .hears(refusal_called("let_go"), "another one"),
    }


def files() -> Iterator[tuple[str, str]]:
    """Yields the name of each file, and what is in it."""
    for name, story in stories().items():
        told = {"about": story.about, "socket": story.role.value, "steps": story.steps}
        yield f"{name}.json", json.dumps(told, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, content in files():
        (FOLDER / name).write_text(content, encoding="utf-8")
