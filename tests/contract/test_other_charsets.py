"""Text in another charset than UTF-8 is not valid, wherever it comes; nobody says it is missing."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
import pytest_asyncio
from msgspec import inspect as kinds

from attendance_core.errors import InvalidArgument
from attendance_web.http.call import Call
from attendance_web.routes import CALLS
from tests.support.houses import house_in_memory as house
from tests.support.live_house import House, Visitor

__all__ = ["house"]
pytestmark = pytest.mark.asyncio(loop_scope="module")

WORDS = ["Ольга".encode("cp1251"), "Лекция".encode("koi8-r"), "é".encode("latin-1")]
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def visitor(house: House) -> Visitor:
    return await house.add_person()


def fields_of(call: Call) -> dict[str, bytes]:
    """The arguments a call has, each with a value that is right."""
    described = kinds.type_info(call.arguments)
    assert isinstance(described, kinds.StructType)
    return {each.name: right_value(each.type) for each in described.fields}


def right_value(kind: kinds.Type) -> bytes:
    match kind:
        case kinds.Metadata(inner):
            return right_value(inner)
        case kinds.UnionType(types):
            return right_value(types[0])
        case kinds.UUIDType():
            return b"00000000-0000-0000-0000-000000000001"
        case kinds.ListType(inner):  # in a form one text
            return right_value(inner)
        case kinds.StrType():
            return b"Olga"
        case kinds.LiteralType(values):
            return str(values[0]).encode()
    return b"1"


async def ask(
    visitor: Visitor, call: Call, *, query: bytes = b"", media_type: str = "", body: bytes = b""
) -> Any:
    """The answer to bytes that no library has made."""
    head = (
        f" HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAccept-Language: en\r\n"
        f"Cookie: sessionid={visitor.token}; csrftoken=token\r\nX-CSRFToken: token\r\n"
    )
    if call.method == "POST":
        head += f"Content-Type: {media_type}\r\nContent-Length: {len(body)}\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", visitor.house.port)
    writer.write(
        f"{call.method} {call.path}".encode() + b"?" + query + f"{head}\r\n".encode() + body
    )
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    answer_head, _, answer_body = answer.partition(b"\r\n\r\n")
    assert answer_head[:13] in {b"HTTP/1.1 200 ", b"HTTP/1.1 400 "}, answer
    return json.loads(answer_body)


def check_not_valid(answer: Any, field: str) -> None:
    """In whichever words: those of a number, or of a time, say what it should be."""
    assert (answer["code"], answer["field"]) == (InvalidArgument.code, field)
    assert f"«{field}»" in answer["error_msg"]


def encoded(given: dict[str, bytes]) -> bytes:
    return b"&".join(name.encode() + b"=" + value for name, value in given.items())


def as_parts(given: dict[str, bytes]) -> bytes:
    parts = (
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value + b"\r\n"
        for name, value in given.items()
    )
    return b"".join(parts) + b"--b--\r\n"


CASES = [
    pytest.param(call, field, id=f"{call.name}-{field}")
    for call in CALLS
    for field in fields_of(call)
    if not call.is_upload
]


@pytest.mark.parametrize(("call", "field"), CASES)
async def test_it_is_not_valid_by_its_field(visitor: Visitor, call: Call, field: str) -> None:
    """Contract: 1.5, and a query as well."""
    for word in WORDS:
        raw = {**fields_of(call), field: word}
        quoted = {**raw, field: quote_from_bytes(word).encode()}
        if call.method == "GET":
            check_not_valid(await ask(visitor, call, query=encoded(quoted)), field)
            answer = await ask(visitor, call, query=encoded(raw))
            assert answer["code"] == "bad_request"  # an address has no such bytes
            continue
        for media_type, body in (
            (FORM, encoded(quoted)),
            (FORM, encoded(raw)),
            (MULTIPART, as_parts(raw)),
        ):
            check_not_valid(await ask(visitor, call, media_type=media_type, body=body), field)
        in_json = b'{"' + field.encode() + b'": "' + word + b'"}'
        answer = await ask(visitor, call, media_type=JSON, body=in_json)
        assert answer["code"] == "bad_body"


@pytest.mark.parametrize("role", ["mark_me", "marking"])
async def test_a_socket_is_opened_for_no_such_event(
    house: House, visitor: Visitor, role: str
) -> None:
    for word in WORDS:
        path = f"/ws/{role}?event_id={quote_from_bytes(word)}"
        wire = await house.opens(path, Cookie=f"sessionid={visitor.token}")
        assert (await wire.turns_away())[0] == "bad_event_id"
