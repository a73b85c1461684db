"""What is no id, no instant or no text is said by its name, in whichever use case it is given."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal
from inspect import signature
from typing import Any
from uuid import UUID

import pytest

from attendance_adapters import Attendance, memory
from attendance_core import (
    Actor,
    AnnulReason,
    EventQuery,
    InvalidArgument,
    PersonNotFound,
    Role,
    TokenScope,
    UseCases,
    WhoMarks,
)
from attendance_core.accounts import session_id_of
from attendance_core.marking.connections import Connection
from attendance_core.testing import PlainPasswords
from attendance_core.testing.clock import NOON
from attendance_core.testing.lectures import EVENT, numbered_connection
from attendance_core.vocabulary import UserId

DO = memory(passwords=PlainPasswords()).use_cases
ANNA = Actor(UserId(1), session_id_of("anna's"))
IDS = ("actor", "user_id", "target")
UUIDS = ("event_id", "scan_id", "token_id")
TIMES = ("starts_at", "ends_at")
NUMBERS = ("limit", "offset", "n", "expires_in_days")
# As good as any, of every argument that has no default
GOOD: dict[str, Any] = {
    **dict.fromkeys(IDS, 1),
    **dict.fromkeys(UUIDS, EVENT),
    **dict.fromkeys(NUMBERS, 1),
    "session_id": ANNA.session_id,
    "starts_at": NOON,
    "ends_at": NOON + 60,
    "name": "x",
    "password": "tea at five",
    "old_password": None,
    "new_password": "tea at six",
    "scopes": [TokenScope.READ],
    "reason": AnnulReason.OTHER,
    "image": b"x",
    "approve": True,
    "attempt": None,
    "answer": None,
    "display_name_part": "some",
    "secret": "x",
    "link": "x",
    "file": "x",
    "connection": numbered_connection(1, UserId(1), Role.MARKING),
    "process_id": UUID(int=1),
    "watched": [],
    "user_ids": [],
}
LARGE = {**dict.fromkeys(IDS, PersonNotFound), **dict.fromkeys(NUMBERS, InvalidArgument)}
WRONG: dict[str, list[Any]] = {
    **{each: [ANNA, "1", 1.0, True, EVENT] for each in IDS},
    **{each: [str(EVENT), EVENT.bytes, 1] for each in UUIDS},
    **{each: [datetime.now(UTC), "noon", Decimal(1), True] for each in TIMES},
    **{each: ["1", 1.5, True] for each in NUMBERS},
    "session_id": [ANNA, b"x", 1],
}
TRIED = [
    (each.name, argument)
    for each in fields(UseCases)
    for argument in signature(getattr(DO, each.name)).parameters
    if argument in WRONG and not each.name.endswith(("_one", "_try"))  # whose limit is a Limit
]


async def asks(name: str, /, **given: Any) -> None:
    """Gives a use case this beside what is good."""
    taken = signature(getattr(DO, name)).parameters.values()
    needed = {each.name for each in taken if each.default is each.empty}.difference(given)
    good = {argument: GOOD[argument] for argument in needed}
    await getattr(DO, name)(**good, **given)


async def refused(name: str, /, **given: Any) -> str:
    """Reads what is said of what is given, which is of another kind."""
    with pytest.raises(TypeError) as told:
        await asks(name, **given)
    return str(told.value)


def test_most_of_the_use_cases_are_tried() -> None:
    assert len({name for name, _ in TRIED}) > 50


@pytest.mark.parametrize(("name", "argument"), TRIED)
async def test_what_is_of_another_kind_is_said_by_its_name(name: str, argument: str) -> None:
    is_optional = "None" in str(signature(getattr(DO, name)).parameters[argument].annotation)
    for wrong in WRONG[argument] + ([] if is_optional else [None]):
        said = await refused(name, **{argument: wrong})
        expected = rf"{argument} is .+, and no {type(wrong).__name__}(: give .+)?"
        assert re.fullmatch(expected, said), said


@pytest.mark.parametrize(("name", "argument"), [each for each in TRIED if each[1] in LARGE])
async def test_a_number_that_no_store_can_have_is_refused(name: str, argument: str) -> None:
    for large in (2**63, -(2**63) - 1, 10**40):
        with pytest.raises(LARGE[argument]):
            await asks(name, **{argument: large})


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("create_event", {"actor": ANNA}, "user id, which is an int, and no Actor: give its user"),
        ("create_event", {"starts_at": datetime.now(UTC)}, r"datetime: give its timestamp\(\)"),
        ("create_event", {"who_marks": "organisers"}, "who_marks is a WhoMarks, and no str"),
        ("create_event", {"name": 7}, "name is a str, and no int"),
        ("update_event", {"who_marks": "organisers"}, "who_marks is a WhoMarks, and no str"),
        ("annul_mark", {"reason": "other"}, "reason is a AnnulReason, and no str"),
        ("create_token", {"scopes": ["read"]}, "each of scopes is a TokenScope, and no str"),
        ("resolve_confirmation", {"approve": "no"}, "approve is a bool, and no str"),
        ("resolve_confirmation", {"reason": "other"}, "reason is a ScanReason, and no str"),
        ("subjects", {"issuer": "host", "user_ids": [ANNA]}, "user_id is a user id"),
        ("sign_up", {"username": 7, "password": "x"}, "username is a str, and no int"),
        ("admit", {"issuer": "a", "subject": 7, "display_name": "b"}, "subject is a str"),
        ("admit", {"issuer": "a", "subject": "7", "display_name": None}, "display_name is a str"),
    ],
)
async def test_so_is_what_is_no_word_of_ours(name: str, given: dict[str, Any], said: str) -> None:
    assert re.search(said, await refused(name, **given))


@pytest.mark.parametrize("argument", ["ends_after", "starts_before"])
def test_so_is_what_is_no_time_in_a_query(argument: str) -> None:
    given: dict[str, Any] = {argument: datetime.now(UTC)}
    with pytest.raises(TypeError, match=f"{argument} is UNIX seconds"):
        EventQuery(**given)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((1, EVENT, Role.MARKING), "user is an Actor or a LoggedIn, and no int"),
        ((ANNA, str(EVENT), Role.MARKING), "event_id is a UUID, and no str"),
        ((ANNA, EVENT, "marking"), "role is a Role, and no str"),
    ],
)
def test_so_is_whose_connection_is_to_be_made(given: Any, said: str) -> None:
    service: Attendance = memory(passwords=PlainPasswords())
    with pytest.raises(TypeError, match=f"^{said}$"):
        service.connection(*given)


def test_what_is_meant_is_taken() -> None:
    made: Connection = memory(passwords=PlainPasswords()).connection(ANNA, EVENT, Role.MARKING)
    assert (made.user_id, made.event_id) == (ANNA.user_id, EVENT)
    assert WhoMarks("organisers") is WhoMarks.ORGANISERS


LISTS = [each.name for each in fields(UseCases) if hasattr(getattr(DO, each.name), "pieces")]


@pytest.mark.parametrize("name", [each for each in LISTS if each != "export_attendance"])
def test_what_is_awaited_of_a_list_is_told_as_a_list(name: str) -> None:
    use_case = getattr(DO, name)
    assert signature(use_case).return_annotation.startswith("Sequence[")
    assert str(signature(use_case.pieces).return_annotation).startswith("AsyncIterator[Sequence[")
    kept = type(use_case).pieces.__annotations__["return"], type(use_case).__call__.__annotations__
    assert kept[0] == f"AsyncIterator[{kept[1]['return']}]"
