"""The description of the calls for programs, made from their declarations. OpenAPI 3.1."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any, Final

import msgspec

from attendance_core.errors import Unavailable
from attendance_core.tokens import BEARER_PREFIX
from attendance_core.version import __version__
from attendance_web.http.call import Call
from attendance_web.http.csrf import CSRF_COOKIE, CSRF_HEADER
from attendance_web.http.envelope import JSON
from attendance_web.http.openapi_headers import headers_of_answer, headers_of_refusal
from attendance_web.http.wire_codes import BROKEN, BROKEN_CODE, UNAVAILABLE, WIRE_CODES
from attendance_web.wire.counts import EVENT_STREAM
from attendance_web.wire.credentials import SESSION_COOKIE
from attendance_web.wire.refusal_codes import refusals_of_calls

Schema = dict[str, Any]

PATHS: Final = ("/schema", "/schema/openapi.json")
TAGS: Final = {"accounts": "accounts", "auth": "accounts", "profile": "profiles"}
REF_TEMPLATE: Final = "#/components/schemas/{name}"
# Names of schemas
REFUSAL_NAME: Final = "ErrorEnvelope"
DONE_NAME: Final = "DoneAnswer"  # of the calls that have nothing to say
ANSWER_DESCRIPTION: Final = "Done, or refused by the call itself (`error` says which)"
# Of two kinds of content generators take the JSON, and wait for its end
STREAM_DESCRIPTION: Final = f"""\
Events, until somebody hangs up, or `end`; a comment (`:`) where nothing has happened for a while. A
refusal by the call itself comes with this status, too: as JSON, an `{REFUSAL_NAME}`.
"""
DESCRIPTION: Final = """\
Every answer is an envelope: `error` 0 is success, and `response` has what was asked for.
`error_msg` is for a person, in the language of `Accept-Language` (ru or en); the `code` of a
refusal, which never changes, is for a program.

error | meaning
---|---
1 | invalid argument
2 | missing argument
3 | not permitted
4 | unsupported media type of the body
5 | not found
6 | already exists
7 | not logged in
8 | refused before the call was read
-1 | our fault

With the header `X-Attendance-User: <user_id>` a call is refused (3, `other_person`) when somebody
else is logged in. On HTTPS the session's cookie is `__Host-sessionid`.

A program shows a token (`CreateToken`) of the scope that the call names; with another it is refused
(3, `missing_scope`), as it is at calls that name none.

Whole numbers may also be given as strings of digits. Unknown fields are ignored.

A body may also be `application/x-www-form-urlencoded` or `multipart/form-data`, with the same
names: a list is one text there, with commas between, and an `image` is a file of the multipart one.
"""


def document(calls: Sequence[Call]) -> Schema:
    """Makes the whole description."""
    types = {each for call in calls for each in (call.arguments, call.answer) if each is not None}
    ordered = sorted(types, key=str)
    schemas, components = msgspec.json.schema_components(ordered, ref_template=REF_TEMPLATE)
    schema_of = dict(zip(ordered, schemas, strict=True))
    paths: dict[str, Schema] = {}
    for call in calls:
        paths.setdefault(call.path, {})[call.method.lower()] = _operation(
            call, schema_of, components
        )
    for call in calls:
        components[_answer_name(call)] = _envelope_schema(_answer_schema(call, schema_of))
    components[REFUSAL_NAME] = _refusal_schema()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Attendance",
            "version": __version__,
            "description": DESCRIPTION,
        },
        "paths": paths,
        "components": {
            "schemas": _needed_by(paths, components),
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE},
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": f"{BEARER_PREFIX}...",
                    "description": "What CreateToken gives out; a call says which scope it needs.",
                },
                "board": {  # no scheme that generators know, so that they are told a header
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": "`Board <secret>`, as in the fragment of a board's link.",
                },
                "csrf": {
                    "type": "apiKey",
                    "in": "header",
                    "name": CSRF_HEADER,
                    "description": f"With a session: what the cookie {CSRF_COOKIE} says.",
                },
            },
        },
    }


def _operation(call: Call, schema_of: dict[Any, Schema], components: dict[str, Any]) -> Schema:
    arguments = _resolved(schema_of[call.arguments], components)
    operation: Schema = {
        "operationId": call.name,
        "summary": call.summary,
        "tags": [_tag(call.path)],
        "security": _security(call),
        "responses": {
            "200": {
                "description": STREAM_DESCRIPTION if call.is_stream else ANSWER_DESCRIPTION,
                "headers": headers_of_answer(call),
                "content": _content(call, schema_of),
            },
            **{str(status): _refusal_response(status) for status in _statuses(call)},
        },
    }
    if call.method == "GET":
        operation["parameters"] = list(_parameters(arguments))
    else:
        operation["requestBody"] = {
            "required": bool(arguments.get("required")),
            "content": {JSON: {"schema": schema_of[call.arguments]}},
        }
    return operation


def _content(call: Call, schema_of: dict[Any, Schema]) -> Schema:
    """Describes what comes with 200: an envelope, a file, or of a stream the data of each event."""
    if call.is_stream:
        return {EVENT_STREAM: {"schema": schema_of[call.answer]}}
    if not call.media_types:
        return {JSON: {"schema": {"anyOf": [_ref(_answer_name(call)), _ref(REFUSAL_NAME)]}}}
    files: Schema = {each: {"schema": {"type": "string"}} for each in call.media_types}
    return {**files, JSON: {"schema": {"anyOf": [{"type": "object"}, _ref(REFUSAL_NAME)]}}}


def _answer_name(call: Call) -> str:
    return DONE_NAME if call.answer is None else f"{call.name}Answer"


def _answer_schema(call: Call, schema_of: dict[Any, Schema]) -> Schema:
    return {"type": "object"} if call.answer is None else schema_of[call.answer]


def _ref(name: str) -> Schema:
    return {"$ref": REF_TEMPLATE.format(name=name)}


def _needed_by(described: Schema, components: dict[str, Schema]) -> dict[str, Schema]:
    """Keeps the schemas that are referred to: arguments of a GET are written out in place."""
    found: dict[str, Schema] = {}
    to_look_at: list[Any] = [described]
    while to_look_at:
        match to_look_at.pop():
            case {"$ref": str(reference)}:
                name = reference.rpartition("/")[2]
                if name not in found:
                    found[name] = components[name]
                    to_look_at.append(components[name])
            case dict(fields):
                to_look_at += fields.values()
            case list(items):
                to_look_at += items
    return dict(sorted(found.items()))


def _tag(path: str) -> str:
    """Names the group that a call is shown in."""
    part = path.removeprefix("/api").split("/")[1]
    return TAGS.get(part, part)


def _resolved(reference: Schema, components: dict[str, Any]) -> Schema:
    """Finds the schema that a reference names."""
    name = reference["$ref"].rpartition("/")[2]
    found: Schema = components[name]
    return found


def _parameters(arguments: Schema) -> Iterable[Schema]:
    needed = arguments.get("required", ())
    for name, schema in arguments["properties"].items():
        shown = _without_null(schema)
        yield {"name": name, "in": "query", "required": name in needed, "schema": shown}


def _without_null(schema: Schema) -> Schema:
    """Leaves out null, which a query cannot say."""
    others = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    return others[0] if len(others) == 1 else schema


def _envelope_schema(response: Schema) -> Schema:
    return {
        "type": "object",
        "required": ["error", "error_msg", "response"],
        "properties": {
            "error": {"type": "integer", "const": 0},
            "error_msg": {"type": "string"},
            "response": response,
        },
    }


def _refusal_schema() -> Schema:
    """Describes a refusal; every number by itself, so that 0 tells an answer from it."""
    numbers = {each.error for each in (*WIRE_CODES.values(), UNAVAILABLE, BROKEN)}
    codes = {each.code for each in refusals_of_calls()} | {Unavailable.code, BROKEN_CODE}
    return {
        "type": "object",
        "required": ["error", "error_msg", "code"],
        "properties": {
            "error": {"type": "integer", "enum": sorted(numbers)},
            "error_msg": {"type": "string"},
            "code": {"type": "string", "enum": sorted(codes)},
            "field": {"type": "string", "description": "The argument that it is about."},
        },
    }


def _security(call: Call) -> list[Schema]:
    """Names the ways to log in, and for a token the scope that it needs.

    A call that needs no log-in goes by one all the same, where one is shown.
    """
    csrf: Schema = {"csrf": []} if call.method == "POST" else {}
    ways = [] if call.needs_login else [csrf]
    ways.append({"session": [], **csrf})
    if call.scope is not None:
        ways.append({"bearer": [call.scope.value]})
    if call.takes_board:
        ways.append({"board": []})
    return ways


def _statuses(call: Call) -> list[int]:
    """Lists the statuses that a call may be answered with, but 200."""
    known = {each.status for each in (*WIRE_CODES.values(), UNAVAILABLE, BROKEN)} - {200, 404, 405}
    if call.method == "GET":
        known -= {403, 408, 413}
    if not call.needs_login:
        known -= {401}
    return sorted(known)


def _refusal_response(status: int) -> Schema:
    return {
        "description": HTTPStatus(status).phrase,
        **({"headers": headers} if (headers := headers_of_refusal(status)) else {}),
        "content": {JSON: {"schema": _ref(REFUSAL_NAME)}},
    }
