"""The part of docs/wire.md about a socket's life: who is let in, how it ends, and coming back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from wire_prose import ROOT, first_line, paragraph, rule

from attendance_core import errors
from attendance_core.marking.connections import Role
from attendance_core.marking.endings import ERRORS
from attendance_core.marking.openings import MarkMe, ReadyToMark
from attendance_core.marking.terms import Terms
from attendance_web.live import close_codes
from attendance_web.live.close_codes import ONLY_ON
from attendance_web.live.frame_limits import MAX_FRAME_BYTES
from attendance_web.live.openings import SCOPE
from attendance_web.serving.server import PING_SECONDS
from attendance_web.serving.ws_protocol import MAX_FRAGMENTS
from attendance_web.wire.credentials import SESSION_COOKIE
from attendance_web.wire.refusals import TooManyFrames

SOCKET_SCRIPT: Final = (ROOT / "src" / "attendance_web" / "static" / "socket.js").read_text(
    encoding="utf-8"
)
USE_CASES: Final = {Role.MARK_ME: MarkMe, Role.MARKING: ReadyToMark}
# What says why before each close that has no error frame
REASONS: Final[dict[int, str]] = {
    close_codes.MARKED: "`was_marked`",
    close_codes.FAILED: "a fault of ours, or nobody answered our ping",
    close_codes.RESTART: "the service stops, or has to begin anew with its sockets",
    close_codes.SLOW: "frames were not read",
    close_codes.BROKEN: "a frame that breaks the protocol of WebSockets",
    close_codes.NOT_TEXT: "text that is no UTF-8",
    close_codes.LARGE: (
        f"a message of more than {MAX_FRAME_BYTES // 1024} KiB or {MAX_FRAGMENTS} fragments"
    ),
}
FURTHER_ERRORS: Final[dict[int, list[type[Any]]]] = {
    close_codes.TRY_AGAIN: [errors.Unavailable],
    close_codes.TOO_MANY: [TooManyFrames],
}


def openings() -> Iterator[str]:
    """Yields the lines of addresses, and of what refuses an opening, in its order."""
    yield "## Sockets"
    yield ""
    yield "socket | address | meaning"
    yield "---|---|---"
    for role, kind in USE_CASES.items():
        yield f"{role.value} | `/ws/{role.value}?event_id=<uuid>` | {first_line(kind)}"
    yield ""
    yield paragraph(
        "They are at the host and port of the calls, with `wss:` where those have `https:`. "
        f"Who asks is shown by the cookie `{SESSION_COOKIE}`, or by `Authorization: Bearer "
        f"<token>` of the scope `{SCOPE.value}`; texts are in the language of the handshake. There "
        "is no subprotocol and no compression. A handshake is accepted also where the opening is "
        "refused: then come one error frame and a close. So a socket is known to be let in by an "
        "answer: the list on `marking`; on `mark_me` the first frame that is no error, such as a "
        "`pong`, or `your_place` and `held` among the news. It has joined the event then. At an "
        "address where there is no socket a handshake is answered as a GET is: 404. The "
        "first of these that fits turns it away:"
    )
    yield ""
    yield "socket | code | closes with | when"
    yield "---|---|---|---"
    for error, number in close_codes.OPENING_CODES.items():
        if error is errors.EventOver:
            yield f"mark_me | none: `was_marked` | {close_codes.MARKED} | One is marked already."
        socket = next((each.value for kind, each in ONLY_ON.items() if error is kind), "both")
        yield f"{socket} | `{_code(error)}` | {number} | {first_line(error)}"
    yield f"both | `{_code(errors.Unavailable)}` | {close_codes.TRY_AGAIN} | We cannot answer now."


def endings() -> Iterator[str]:
    """Yields a line for every code that we close with."""
    refusals = _refusals()
    open_codes = {*close_codes.ENDING_CODES.values(), *REASONS, close_codes.TOO_MANY}
    assert _where_the_page_stays_away() == close_codes.IN_VAIN
    ours = {each for each in vars(close_codes).values() if isinstance(each, int)}
    assert ours <= refusals.keys() | REASONS.keys(), "a code that nothing is said of"
    yield "## How a socket ends"
    yield ""
    yield "closed with | after, or because | its place, or hold | come back"
    yield "---|---|---|---"
    for number in sorted({*refusals, *REASONS}):
        codes = dict.fromkeys(f"`{_code(each)}`" for each in refusals.get(number, []))
        when = REASONS.get(number) or " or ".join(codes)
        kept = "ends" if number in close_codes.PLACE_ENDING else "is kept for the grace"
        again = "no" if number in close_codes.IN_VAIN else "after a pause"
        yield f"{number} | {when} | {kept if number in open_codes else 'it had none'} | {again}"
    yield "nothing (1006) | the connection was lost | is kept for the grace | after a pause"
    yield ""
    yield paragraph(
        "What is said of a place or a hold is of a socket that was let in: an opening that is "
        "refused had none. After any other code (1001 or 1005, as what is between may say), and "
        "after a handshake that is answered by HTTP, one comes back after a pause, too, but for "
        "400 and 404: the handshake or its address is wrong. "
        f"The grace is {Terms().grace_seconds} s, unless the service is set otherwise. Where it "
        "says no, whoever comes back by themselves meets the same answer: one has to log in, "
        "wait for the start, or close the other socket first. What is a goodbye, from the "
        "contract (6.6):"
    )
    yield ""
    yield rule("6.6")


def coming_back() -> Iterator[str]:
    """Yields how the page comes back, for others to do likewise."""
    first, most = _page_seconds("FIRST_DELAY_MS"), _page_seconds("MAX_DELAY_MS")
    beat, answer, opening = map(
        _page_seconds, ("BEAT_EVERY_MS", "ANSWER_WITHIN_MS", "OPEN_WITHIN_MS")
    )
    ((least, rest),) = re.findall(r"most \* \((0\.\d+) \+ (0\.\d+) \* chance\)", SOCKET_SCRIPT)
    assert float(least) + float(rest) == 1
    yield "## Coming back"
    yield ""
    yield paragraph(
        f"Our page waits up to {first} before it comes back, each further time up to twice as "
        f"long, and never more than {most}, so that a place is tried for several times within "
        f"its grace. Of that it waits a part drawn by chance, from {float(least):.0%} to all: a "
        "lecture hall must not come back in one instant. The first frame that is no error "
        "begins the count anew."
    )
    yield ""
    yield paragraph(
        f"It says `ping` after {beat} without a frame, and takes a connection for lost when "
        f"nothing comes for {answer} after it said something, or for {opening} after it began "
        "to open one. It does not close what it takes for lost, for a Close frame that arrives "
        "after all would be a goodbye, until the new one has answered. The service sends a "
        f"ping of the protocol every {PING_SECONDS:g} s, and cuts who does not answer it within "
        f"{PING_SECONDS:g} s."
    )
    yield ""
    yield paragraph(
        f"Whoever got no answer to a `confirm_marking`, or `{_code(errors.Unavailable)}`, which "
        "does not say whether it was done, says it again with the same `user_id`, on the next "
        "socket where the one before has ended: if it was done, the answer is `marked`, and "
        "nothing is paid twice. A `prepare_to_mark` of whom one holds is answered by `prepared` "
        f"again, and of a `refuse_to_mark` that is said again `{_code(errors.NobodyHeld)}` tells "
        "that it was done."
    )


def folding() -> Iterator[str]:
    """Yields what a client makes of its frames."""
    yield "## What a marker's client knows"
    yield ""
    yield "From the contract (6.10):"
    yield ""
    yield rule("6.10")
    yield ""
    yield paragraph(
        "The list is in the order of `asked_at`, then of ids, wherever somebody joins it; a "
        "`user_joined` of somebody who is on it says when they have asked anew. A `marking_list` "
        "takes the place of whatever was known, a hold too: whom one holds is told by a `prepared` "
        "right behind it. `marked` and `reservation_expired` end the hold of the person they name, "
        "and no other. Of one who waits, a new socket begins with nothing known of a hold."
    )


def _code(error: type[Any]) -> str:
    code: str = error.code
    return code


def _refusals() -> dict[int, list[type[Any]]]:
    """Finds what error frames come before each code."""
    found = {number: list(said) for number, said in FURTHER_ERRORS.items()}
    ended = ((ERRORS[ending], number) for ending, number in close_codes.ENDING_CODES.items())
    for error, number in (*close_codes.OPENING_CODES.items(), *ended):
        if issubclass(error, errors.Refusal) and error not in found.setdefault(number, []):
            found[number].append(error)
    return found


def _where_the_page_stays_away() -> set[int]:
    (found,) = re.findall(
        r"^export const FINAL = new Set\(\[([0-9, ]+)\]\);", SOCKET_SCRIPT, re.MULTILINE
    )
    return set(map(int, found.split(", ")))


def _page_seconds(name: str) -> str:
    """Finds a time of the page's own socket, which has milliseconds; writes it in seconds."""
    (found,) = re.findall(rf"^(?:export )?const {name} = ([0-9_]+);", SOCKET_SCRIPT, re.MULTILINE)
    return f"{int(found.replace('_', '')) / 1000:g} s"
