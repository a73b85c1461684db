"""The demo works every cell of a sheet out of what it did, and sees each that is another."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

import pytest

from attendance_web.demo import expected
from attendance_web.demo.comparing import Answers, compare
from attendance_web.demo.played_event import Moment, PlayedEvent

NINE_O_CLOCK: Final = 1_788_235_200  # 2026-09-01, 09:00 in Yekaterinburg is 04:00 UTC
EVENT = UUID(int=1)
ANNA, BORIS, VERA, GLEB, DINA, EGOR = range(1, 7)
NAMES: Final = {1: "Анна", 2: "boris", 3: "Вера", 4: "Gleb", 5: "Dina", 6: "ЁЖ"}


def karma_of_marks(marks: int) -> int:
    return 50 * marks


def at(seconds: float) -> Moment:
    """Makes a moment after nine; nobody knows to the second."""
    return Moment(NINE_O_CLOCK + seconds - 1.5, NINE_O_CLOCK + seconds + 1.5)


def played_event() -> PlayedEvent:
    """Plays it: Anna marks Boris; Vera's mark is not hers; Yozh is marked by Boris's hand."""
    played = PlayedEvent(
        EVENT,
        "Algebra",
        NINE_O_CLOCK,
        NINE_O_CLOCK + 5400,
        ANNA,
        dict(NAMES),
        {ANNA, BORIS, VERA, GLEB, DINA},
    )
    played.names[EGOR] = "ёж"
    played.names[BORIS] = "Boris O"
    played.note_mark(BORIS, ANNA, at(10), "hold")
    played.note_mark(VERA, ANNA, at(20), "hold")
    played.note_annulment(VERA, VERA, at(30), "not_me", "at home")
    played.joined.remove(VERA)
    for number in range(6):
        played.note_mark(EGOR, BORIS, at(40 + 2 * number), "hand", "no phone")
        played.note_annulment(EGOR, BORIS, at(41 + 2 * number), "other", None)
    played.note_mark(EGOR, BORIS, at(60), "hand", "no phone")
    played.names |= NAMES
    played.helpers.append(BORIS)
    played.waiting, played.held = {GLEB}, {DINA}
    return played


def local(seconds: int) -> str:
    """Spells a time as the sheet has it; within the first minute."""
    return f"2026-09-01T09:00:{seconds:02}+05:00" if seconds < 60 else "2026-09-01T09:01:00+05:00"


NO_MARK: Final[dict[str, Any]] = {
    **{"marked_as": None, "marked_at": None, "marked_by": None, "grade": None, "note": None},
    **{"marked_by_id": None, "annulled": [], "annulled_before": 0},
}
NOT_ATTENDED: Final = {
    **{"marked_by": None, "marked_at": None, "grade": None, "origin": None, "n": None},
    **{"marked_as": None, "group": "", "annulled": None},
}


def row(number: int | None, user_id: int, state: str, **more: Any) -> dict[str, Any]:
    person = {"user_id": user_id, "display_name": NAMES[user_id], "confirmed": False}
    return {"number": number, **person, "state": state, **NO_MARK, **more}


def seen(user_id: int, state: str, **more: Any) -> dict[str, Any]:
    person = {"user_id": user_id, "display_name": NAMES[user_id], "confirmed": False}
    return {**person, "state": state, **NOT_ATTENDED, **more}


def entry(user_id: int, n: int, actor_id: int, seconds: int, **more: Any) -> dict[str, Any]:
    nothing = {"origin": None, "grade": None, "marked_as": None, "reason": None, "note": None}
    kind = "annulled" if n % 2 == 0 else "marked"
    about = {
        "user_id": user_id,
        "n": n,
        "kind": kind,
        "actor_id": actor_id,
        "at": NINE_O_CLOCK + seconds,
    }
    return {**about, **nothing, **more}


def answered() -> Answers:
    """Makes what a service that is right says of that, written by hand."""
    not_hers = {
        **{"marked_at": local(20), "marked_by": "Анна", "at": local(30), "by": "Вера"},
        **{"marked_by_id": ANNA, "by_id": VERA},
        **{"reason": "not_me", "note": "at home"},
    }
    annulled_marks = [
        {
            **{"marked_at": local(40 + 2 * number), "marked_by": "boris"},
            **{"at": local(41 + 2 * number), "by": "boris", "reason": "other", "note": None},
            **{"marked_by_id": BORIS, "by_id": BORIS},
        }
        for number in range(1, 6)
    ]
    peer: dict[str, Any] = {"grade": "peer", "marked_as": "Boris O"}
    hand: dict[str, Any] = {"origin": "hand", "grade": "organiser", "note": "no phone"}
    egor_on_the_sheet: dict[str, Any] = {
        **{"marked_at": local(60), "marked_by": "boris", "grade": "organiser"},
        **{"marked_by_id": BORIS, "note": "no phone"},
        **{"annulled": annulled_marks, "annulled_before": 1},
    }
    egor_in_the_attendance: dict[str, Any] = {
        **{"marked_by": BORIS, "marked_at": NINE_O_CLOCK + 60, "grade": "organiser"},
        **{"origin": "hand", "n": 13},
    }
    egor_in_the_ledger = [entry(EGOR, 13, BORIS, 60, **hand)]
    for number in reversed(range(6)):
        egor_in_the_ledger.append(
            entry(EGOR, 2 * number + 2, BORIS, 41 + 2 * number, reason="other")
        )
        egor_in_the_ledger.append(entry(EGOR, 2 * number + 1, BORIS, 40 + 2 * number, **hand))
    sheet = {
        "event": {
            **{"event_id": str(EVENT), "name": "Algebra"},
            **{"time_from": "2026-09-01T09:00:00+05:00", "time_to": "2026-09-01T10:30:00+05:00"},
        },
        "rows": [
            row(
                1, BORIS, "marked", **peer, marked_at=local(10), marked_by="Анна", marked_by_id=ANNA
            ),
            row(2, DINA, "held"),
            row(3, GLEB, "waiting"),
            row(None, ANNA, "joined"),
            row(4, VERA, "left", annulled=[not_hers]),
            row(5, EGOR, "marked", **egor_on_the_sheet),
        ],
        "counts": {"joined": 6, "waiting": 1, "held": 1, "marked": 2, "participants": 4},
        "made_at": local(60),
    }
    marked: dict[str, Any] = {
        "marked_by": ANNA,
        "marked_at": NINE_O_CLOCK + 10,
        "origin": "hold",
        "n": 1,
    }
    return Answers(
        sheet=sheet,
        attendance=[
            seen(BORIS, "marked", **peer, **marked),
            *(seen(DINA, "held"), seen(GLEB, "waiting"), seen(ANNA, "joined")),
            seen(
                VERA,
                "left",
                annulled={"at": NINE_O_CLOCK + 30, "reason": "not_me", "note": "at home"},
            ),
            seen(EGOR, "marked", **egor_in_the_attendance),
        ],
        ledger=[
            *egor_in_the_ledger,
            entry(VERA, 2, VERA, 30, reason="not_me", note="at home"),
            entry(VERA, 1, ANNA, 20, origin="hold", grade="peer"),
            entry(BORIS, 1, ANNA, 10, origin="hold", **peer),
        ],
        helpers=[BORIS],
        board={
            **{"joined": 6, "waiting": 1, "held": 1, "marked": 2},
            **{"participants": 4, "at": NINE_O_CLOCK + 60.5},
        },
        karma={ANNA: 50, BORIS: 0, VERA: 0, GLEB: 0, DINA: 0, EGOR: 0},
        exported=at(60),
    )


def but(**changes: Any) -> Answers:
    """Makes the right answers, but for these."""
    return replace(answered(), **changes)


def differences(answers: Answers) -> list[str]:
    return compare(played_event(), answers, karma_of_marks).differences


def cells(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Lists every cell there is, and the way to it."""
    if isinstance(value, dict | list):
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from cells(each, (*path, key))
    else:
        yield path, value


def wrong_values(value: Any) -> list[Any]:
    """Lists what a service might say that is wrong."""
    if isinstance(value, bool):
        return [not value, None]
    if isinstance(value, int):
        return [value + (60 if value >= NINE_O_CLOCK else 1), None, str(value)]
    if isinstance(value, str) and value.endswith("+05:00"):
        return [value.replace("-01T", "-02T"), value.replace("+05", "+03"), value[:-6], None, "x"]
    wrong = ["x", 7] if value is None else [f"{value}x", "", None]
    return [each for each in wrong if each != value]


PARTS: Final = ("sheet", "attendance", "ledger", "helpers", "karma")


def test_what_is_as_it_was_played_is_found_so() -> None:
    found = compare(played_event(), answered(), karma_of_marks)
    assert found.differences == []
    assert found.cell_count > 300


@pytest.mark.parametrize("part", PARTS)
def test_a_wrong_cell_is_found_whichever_it_is(part: str) -> None:
    right = getattr(answered(), part)
    tried = 0
    for path, value in cells(right):
        for wrong in wrong_values(value):
            planted = copy.deepcopy(right)
            where = planted
            for key in path[:-1]:
                where = where[key]
            where[path[-1]] = wrong
            assert differences(but(**{part: planted})), (path, value, wrong)
            tried += 1
    assert tried >= len(right)


@pytest.mark.parametrize("state", ["joined", "waiting", "held", "marked", "participants"])
def test_a_board_that_is_wrong_or_silent_is_found(state: str) -> None:
    right = answered().board or {}
    wrong = but(board={**right, state: right[state] + 1})
    assert differences(wrong) == [
        f"the board, {state}: played {right[state]}, found {right[state] + 1}"
    ]
    assert differences(but(board=None))


def test_what_is_missing_too_much_or_in_another_order_is_found() -> None:
    right = answered()
    parts: list[tuple[str, Sequence[Any]]] = [
        ("sheet", right.sheet["rows"]),
        ("attendance", right.attendance),
        ("ledger", right.ledger),
    ]
    for part, entries in parts:
        for wrong in (
            entries[1:],
            entries[:-1],
            [*entries, entries[0]],
            [entries[1], entries[0], *entries[2:]],
            [],
        ):
            answer = {**right.sheet, "rows": wrong} if part == "sheet" else wrong
            assert differences(but(**{part: answer})), part
    assert differences(but(sheet={**right.sheet, "more": 1}))


def test_a_time_is_that_of_the_ledger_to_the_second_and_when_it_was_done() -> None:
    right = answered()
    later = [{**each, "at": each["at"] + 1} for each in right.ledger]
    found = differences(but(ledger=later))
    assert found and all(line.startswith(("the sheet", "the attendance")) for line in found)
    at_another = [{**each, "at": each["at"] + 3600} for each in right.ledger]
    assert "the ledger, (2, 1), at" in "\n".join(differences(but(ledger=at_another)))


def test_a_name_that_is_found_by_the_other_is_no_other_name() -> None:
    """Contract: 8.4: Yozh was marked in small letters."""
    assert expected.sheet(played_event(), at(60))["rows"][-1]["marked_as"] is None
