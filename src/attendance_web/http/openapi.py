"""The description of the calls for programs, made from their declarations. OpenAPI 3.1."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any, Final

import msgspec
from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler

from attendance_core.tokens import BEGINNING
from attendance_core.version import __version__
from attendance_web.http.call import Call
from attendance_web.http.csrf import CSRF_COOKIE, CSRF_HEADER
from attendance_web.http.envelope import JSON
from attendance_web.http.packing import accepts_gzip
from attendance_web.http.wire_codes import BROKEN, UNAVAILABLE, WIRE
from attendance_web.wire.counts import EVENT_STREAM
from attendance_web.wire.credentials import SESSION_COOKIE

Schema = dict[str, Any]

PATHS: Final = ("/schema", "/schema/openapi.json")
TAGS: Final = {"accounts": "accounts", "auth": "accounts", "profile": "profiles"}
REF: Final = "#/components/schemas/{name}"
BODIES: Final = (JSON, "application/x-www-form-urlencoded", "multipart/form-data")
ABOUT: Final = """\
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
"""


def document(calls: Sequence[Call]) -> Schema:
    """Makes the whole description."""
    types = {each for call in calls for each in (call.arguments, call.answer) if each is not None}
    ordered = sorted(types, key=str)
    schemas, components = msgspec.json.schema_components(ordered, ref_template=REF)
    schema_of = dict(zip(ordered, schemas, strict=True))
    paths: dict[str, Schema] = {}
    for call in calls:
        paths.setdefault(call.path, {})[call.method.lower()] = _operation(
            call, schema_of, components
        )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Attendance",
            "version": __version__,
            "description": ABOUT,
        },
        "paths": paths,
        "components": {
            "schemas": {**components, "ErrorEnvelope": _envelope({"type": "object"}, refused=True)},
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE},
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": f"{BEGINNING}...",
                    "description": "What CreateToken gives out; a call says which scope it needs.",
                },
                "board": {
                    "type": "http",
                    "scheme": "board",
                    "description": "The secret in the fragment of a board's link.",
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
    answer = {"type": "object"} if call.answer is None else schema_of[call.answer]
    operation: Schema = {
        "operationId": call.name,
        "summary": call.summary,
        "tags": [_tag(call.path)],
        "security": _security(call),
        "responses": {
            "200": {
                "description": "Done, or refused by the call itself (`error` says which)",
                "content": _content(call, answer),
            },
            **{str(status): _refusal(status) for status in _statuses(call)},
        },
    }
    if call.method == "GET":
        operation["parameters"] = list(_parameters(arguments))
    else:
        operation["requestBody"] = {
            "required": bool(arguments.get("required")),
            "content": {each: _content_of(each, arguments) for each in BODIES},
        }
    return operation


def _content(call: Call, answer: Schema) -> Schema:
    """Describes what comes with 200: an envelope, a file, or of a stream the data of each event."""
    refused = {"$ref": REF.format(name="ErrorEnvelope")}
    if call.is_stream:
        return {EVENT_STREAM: {"schema": answer}, JSON: {"schema": refused}}
    if not call.media_types:
        return {JSON: {"schema": {"anyOf": [_envelope(answer), refused]}}}
    files: Schema = {each: {"schema": {"type": "string"}} for each in call.media_types}
    return {**files, JSON: {"schema": {"anyOf": [{"type": "object"}, refused]}}}


def _tag(path: str) -> str:
    part = path.removeprefix("/api").split("/")[1]
    return TAGS.get(part, part)


def _resolved(schema: Schema, components: dict[str, Any]) -> Schema:
    name = schema["$ref"].rpartition("/")[2]
    found: Schema = components[name]
    return found


def _parameters(arguments: Schema) -> Iterable[Schema]:
    needed = arguments.get("required", ())
    for name, schema in arguments["properties"].items():
        yield {"name": name, "in": "query", "required": name in needed, "schema": _plain(schema)}


def _plain(schema: Schema) -> Schema:
    """Leaves out null, which a query cannot say."""
    some = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    return some[0] if len(some) == 1 else schema


def _content_of(media_type: str, arguments: Schema) -> Schema:
    """Describes a body of one type: in a form a list is one text, with commas between."""
    lists = [name for name, each in arguments["properties"].items() if each.get("type") == "array"]
    described: Schema = {"schema": _body(media_type, arguments)}
    if lists and media_type != JSON:
        described["encoding"] = {name: {"style": "form", "explode": False} for name in lists}
    return described


def _body(media_type: str, arguments: Schema) -> Schema:
    """Describes a body: in a multipart one a file comes as it is, in the others as Base64."""
    if media_type != "multipart/form-data" or "image" not in arguments["properties"]:
        return arguments
    image = {"type": "string", "contentMediaType": "image/*"}
    return {**arguments, "properties": {**arguments["properties"], "image": image}}


def _envelope(response: Schema, *, refused: bool = False) -> Schema:
    return {
        "type": "object",
        "required": ["error", "error_msg", "code" if refused else "response"],
        "properties": {
            "error": {"type": "integer", **({"not": {"const": 0}} if refused else {"const": 0})},
            "error_msg": {"type": "string"},
            **(
                {"code": {"type": "string"}, "field": {"type": "string"}}
                if refused
                else {"response": response}
            ),
        },
    }


def _security(call: Call) -> list[Schema]:
    """Names the ways to log in, and for a token the scope that it needs."""
    by_cookie: Schema = {"session": []} if call.needs_login else {}
    if call.method == "POST":
        by_cookie["csrf"] = []
    ways = [by_cookie]
    if call.scope is not None:
        ways.append({"bearer": [call.scope.value]})
    if call.takes_board:
        ways.append({"board": []})
    return ways


def _statuses(call: Call) -> list[int]:
    known = {each.status for each in (*WIRE.values(), UNAVAILABLE, BROKEN)} - {200, 404, 405}
    if call.method == "GET":
        known -= {403, 408, 413}
    if not call.needs_login:
        known -= {401}
    return sorted(known)


def _refusal(status: int) -> Schema:
    return {
        "description": HTTPStatus(status).phrase,
        "content": {JSON: {"schema": {"$ref": REF.format(name="ErrorEnvelope")}}},
    }


def routes(calls: Sequence[Call]) -> list[HTTPRouteHandler]:
    """Serves the description as JSON; a page of its own would only load it again.

    It is written and packed once: anybody may ask for it, as often as they like.
    """
    written = msgspec.json.encode(document(calls))
    packed = gzip.compress(written, mtime=0)

    async def schema(request: Request[Any, Any, Any]) -> Response[bytes]:
        headers = {"Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}
        if not accepts_gzip(request.scope["headers"]):
            return Response(written, media_type=JSON, headers=headers)
        headers["Content-Encoding"] = "gzip"
        return Response(packed, media_type=JSON, headers=headers)

    return [
        HTTPRouteHandler(list(PATHS), http_method="GET", include_in_schema=False)(schema),
    ]
