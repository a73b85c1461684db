"""The description of the two sockets for programs, made from the tables of what is said on them.

AsyncAPI 3.0. Contract: 6 and 8, the tables of messages.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

import msgspec

from attendance_core.errors import Refusal, Unavailable
from attendance_core.marking.connections import Role
from attendance_core.marking.endings import ERRORS
from attendance_core.marking.openings import MarkMe, ReadyToMark
from attendance_core.tokens import BEARER_PREFIX
from attendance_core.version import __version__
from attendance_web.live import close_codes
from attendance_web.live.commands import COMMANDS, OptionalUserRef
from attendance_web.live.openings import SCOPE
from attendance_web.live.service_frames import PONG_MESSAGE, SERVICE_FRAMES, ErrorParams
from attendance_web.wire.credentials import SESSION_COOKIE
from attendance_web.wire.refusal_codes import FRAME_ERRORS
from attendance_web.wire.refusals import TooManyFrames

Schema = dict[str, Any]

PATH: Final = "/asyncapi.json"
REF: Final = "#/components/schemas/{name}"
ERROR_MESSAGE: Final = "error"  # what an error frame is called here: it has a text where others say
OPENED_BY: Final = {Role.MARK_ME: MarkMe, Role.MARKING: ReadyToMark}
ABOUT: Final = """\
Two WebSockets: on one people wait to be marked, on the other they mark. Every frame is JSON text.
The address of the calls is that of the sockets, too; those are described at `/schema`.

A handshake is accepted also where the opening is refused: then come one `error` and a close,
whose code says what kind of refusal it was. `x-close-codes` of a channel has each code with the
`code` of the `error` that may come before it (`after`); whether one's `place`, or hold, `ends`
with it, is `kept` for the grace, or there was `none`; and whether to `come_back` after a pause,
or only once something has changed. An opening that is refused had no place, whatever the code.

A frame that a client does not know, and a field that it does not know, is to be passed over. The
page of the wire says what is to be made of the frames, and when and how to come back; vectors to
try that with are at `/schema/vectors.json`.
"""
NEWS: Final = "Only where the socket was opened with `news=1`."


class _Message(NamedTuple):
    """Describes one message: what it is called, who says it where, and what it looks like."""

    name: str
    roles: frozenset[Role]
    is_command: bool
    described: Schema


def document() -> Schema:
    """Makes the whole description."""
    structs = sorted(_structs(), key=str)
    schemas, components = msgspec.json.schema_components(structs, ref_template=REF)
    schema_of = dict(zip(structs, schemas, strict=True))
    error = components[ErrorParams.__name__]["properties"]["code"]
    error["enum"] = sorted(each.code for each in FRAME_ERRORS)
    messages = [*_commands(schema_of), *_frames(schema_of)]
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Attendance", "version": __version__, "description": ABOUT},
        "defaultContentType": "application/json",
        "servers": {"http": _server("ws"), "https": _server("wss")},
        "channels": {role.value: _channel(role, messages) for role in Role},
        "operations": dict(_operations(messages)),
        "components": {
            "messages": {each.name: each.described for each in messages},
            "schemas": components,
            "securitySchemes": {
                "session": {"type": "httpApiKey", "in": "cookie", "name": SESSION_COOKIE},
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": f"{BEARER_PREFIX}...",
                    "description": f"What CreateToken gives out, of the scope `{SCOPE.value}`.",
                },
            },
        },
    }


def _structs() -> Iterator[type[msgspec.Struct]]:
    yield ErrorParams
    yield from {each.params for each in COMMANDS.values() if each.params is not None}
    yield from {each.params for each in SERVICE_FRAMES.values() if each.params is not None}


def _server(protocol: str) -> Schema:
    return {
        "host": "{host}",
        "protocol": protocol,
        "variables": {"host": {"description": "Host and port.", "default": "127.0.0.1:8000"}},
        "security": [{"$ref": f"#/components/securitySchemes/{each}"} for each in _WAYS_IN],
    }


_WAYS_IN: Final = ("session", "bearer")


def _channel(role: Role, messages: Iterable[_Message]) -> Schema:
    own = [each.name for each in messages if role in each.roles]
    text = {"type": "string"}
    return {
        "address": f"/ws/{role.value}",
        "description": _first_line(OPENED_BY[role]),
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in own},
        "bindings": {
            "ws": {
                "method": "GET",
                "query": {
                    "type": "object",
                    "required": ["event_id"],
                    "properties": {
                        "event_id": {**text, "format": "uuid", "description": "The event."},
                        "news": {"const": "1", "description": "Asks for more frames."},
                        "as": {**text, "description": "Whom it is for; else it is refused."},
                    },
                },
                "bindingVersion": "0.1.0",
            }
        },
        "x-close-codes": _close_codes(role),
    }


def _close_codes(role: Role) -> dict[str, Schema]:
    """Says after which error frames each code comes, what becomes of a place or a hold then, and
    whether to come back.
    """
    after: dict[int, set[str]] = {
        each: set() for each in vars(close_codes).values() if isinstance(each, int)
    }
    if role is not Role.MARK_ME:
        del after[close_codes.MARKED]
    ended = [(ERRORS[ending], code) for ending, code in close_codes.ENDING_CODES.items()]
    others = [(Unavailable, close_codes.TRY_AGAIN), (TooManyFrames, close_codes.TOO_MANY)]
    for error, code in (*close_codes.OPENING_CODES.items(), *ended, *others):
        if close_codes.is_said_on(role, error):
            said = after.setdefault(code, set())
            if issubclass(error, Refusal | Unavailable):  # nothing is said of a lease
                said.add(error.code)
    return {
        str(code): {
            "after": sorted(after[code]),
            "place": _place_after(code),
            "come_back": code not in close_codes.IN_VAIN,
        }
        for code in sorted(after)
    }


def _place_after(code: int) -> str:
    """Says what becomes of a place, or a hold, of whoever was let in."""
    opened = {*close_codes.ENDING_CODES.values(), close_codes.TOO_MANY}
    refused = {*close_codes.OPENING_CODES.values(), close_codes.TRY_AGAIN}
    if code in refused - opened:
        return "none"
    return "ends" if code in close_codes.PLACE_ENDING else "kept"


def _commands(schema_of: dict[type[msgspec.Struct], Schema]) -> Iterator[_Message]:
    for command in COMMANDS.values():
        properties: Schema = {"message": {"const": command.message}}
        required = ["message"]
        if command.params is not None:
            properties["params"] = schema_of[command.params]
            if command.params is not OptionalUserRef:
                required.append("params")
        payload = {"type": "object", "required": required, "properties": properties}
        described = _described(command.message, command.meaning, payload)
        yield _Message(command.message, command.roles, is_command=True, described=described)


def _frames(schema_of: dict[type[msgspec.Struct], Schema]) -> Iterator[_Message]:
    for frame, declared in SERVICE_FRAMES.items():
        params = None if declared.params is None else schema_of[declared.params]
        summary = f"{_first_line(frame)} {NEWS if declared.is_news else ''}".strip()
        payload = _payload("ok", {"const": declared.message}, params)
        described = _described(declared.message, summary, payload)
        yield _Message(declared.message, declared.roles, is_command=False, described=described)
    everybody = frozenset(Role)
    pong = _described(
        PONG_MESSAGE, "The answer to a ping.", _payload("ok", {"const": PONG_MESSAGE}, None)
    )
    yield _Message(PONG_MESSAGE, everybody, is_command=False, described=pong)
    text = {"type": "string", "description": "For a person, in the language of the handshake."}
    error = _payload("error", text, schema_of[ErrorParams])
    error["required"].append("error_msg")
    error["properties"]["error_msg"] = text
    summary = (
        "A command or the opening is refused, or the socket ends; a close follows where it does."
    )
    described = _described(ERROR_MESSAGE, summary, error)
    yield _Message(ERROR_MESSAGE, everybody, is_command=False, described=described)


def _payload(result: str, message: Schema, params: Schema | None) -> Schema:
    payload: Schema = {
        "type": "object",
        "required": ["result", "message"],
        "properties": {"result": {"const": result}, "message": message},
    }
    if params is not None:
        payload["required"].append("params")
        payload["properties"]["params"] = params
    return payload


def _described(name: str, summary: str, payload: Schema) -> Schema:
    """Describes a message; generators call their types by the title of what it carries."""
    title = f"{name.title().replace('_', '')}Frame"
    return {"name": name, "summary": summary, "payload": {"title": title, **payload}}


def _operations(messages: Iterable[_Message]) -> Iterator[tuple[str, Schema]]:
    """Says what goes which way, as AsyncAPI sees it: the service receives, and sends."""
    for role in Role:
        for action, is_command in (("receive", True), ("send", False)):
            names = [
                each.name
                for each in messages
                if role in each.roles and each.is_command == is_command
            ]
            channel = f"#/channels/{role.value}"
            yield (
                f"{action}_{role.value}",
                {
                    "action": action,
                    "channel": {"$ref": channel},
                    "messages": [{"$ref": f"{channel}/messages/{name}"} for name in names],
                },
            )


def _first_line(kind: type) -> str:
    return inspect.cleandoc(kind.__doc__ or "").partition("\n")[0].partition(" Contract:")[0]
