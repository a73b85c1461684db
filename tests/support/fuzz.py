"""Requests made by chance of the service's own description."""

from __future__ import annotations

import base64
import json
import random
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from tests.support.described_answers import resolved
from tests.support.pictures import picture

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
BODIES = (JSON, FORM, MULTIPART)
CHARACTERS = "aЯё9 .-_%'\"<>&=+/\\\0\n\r\t\u202e\ufeff\u0301\u200b😀\U0010ffff"
TEXTS = ["", " ", "null", "true", "NaN", "-1", "1e309", "0x41", "٣", "{}", "[]", "a" * 5_000]
NUMBERS = [0, -1, 1, 1.5, 1.0, 1e308, 2**31, 2**53 + 1, 2**63, -(2**63) - 1, 10**30]
OTHERS: list[Any] = [None, True, False, [], {}, [1], {"user_id": 1}, [[[[]]]]]
AN_INSTANT = 1_795_850_248  # UNIX seconds, in November 2026
SOME_ID = "0f8fad5b-d9cb-469f-a165-70867728950e"
HEADERS = {
    "Accept-Language": ["ru", "en", "*", "ru;q=x", ",,,", "ж" * 40],
    "Accept": ["text/html", "image/*", ""],
    "Authorization": ["Bearer", "Bearer x", "Basic eDp5", "Bearer " + "ы" * 9],
    "Cookie": ["sessionid=", "sessionid=x; sessionid=y", "csrftoken", "=;;=", "a=b" * 900],
    "Content-Type": ["", "text/plain", "application/json; charset=x", MULTIPART, "a/b;;=", "/"],
    "Origin": ["null", "http://elsewhere.test", "http://attendance.test", "::"],
    "X-CSRFToken": ["", "x", "ы"],
    "X-Forwarded-For": ["1.2.3.4", "unknown", "::1, x"],
    "X-Request-ID": ["x", "\t", "a" * 300],
    "Range": ["bytes=0-1"],
    "Content-Encoding": ["gzip"],
    "If-None-Match": ["*"],
}


@dataclass
class Request:
    """One request, so that it can be repeated."""

    method: str
    path: str
    operation: dict[str, Any] | None  # None where the description knows no such request
    how: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.how!r:.2000}"


class Fuzz:
    """Makes requests of a description by one seed."""

    def __init__(self, document: dict[str, Any], seed: int) -> None:
        self._by_chance = random.Random(seed)
        self._document = document
        self._operations = [
            (method.upper(), path, operation)
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
        ]
        self.known: dict[str, list[Any]] = {"event_id": [SOME_ID], "user_id": [1, 2, 10**6]}

    def request(self) -> Request:
        """Makes the next one: mostly as described, often with something wrong."""
        chance = self._by_chance
        method, path, operation = chance.choice(self._operations)
        if operation["operationId"] == "LogOut" and chance.random() < 0.9:
            return self.request()  # what follows is asked by nobody
        made = Request(method, path, operation)
        if "parameters" in operation:
            schemas = {each["name"]: each["schema"] for each in operation["parameters"]}
            needed = [each["name"] for each in operation["parameters"] if each["required"]]
            pairs = list(self._arguments(schemas, needed).items())
            if pairs and chance.random() < 0.05:
                pairs.append(chance.choice(pairs))
            query = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in pairs)
            if chance.random() < 0.03:
                query += chance.choice(["&", "&=", "&%", "%zz=1", "&a=%ff%fe", ";", "&&&=&"])
            made.path += f"?{query}"
        elif "requestBody" in operation:
            made.how = self._body(operation["requestBody"]["content"])
        self._spoil(made)
        answers = operation["responses"].get("200", {}).get("content", {})
        if "text/event-stream" in answers and made.method == "GET":
            made.method = "HEAD"  # nobody here reads what has no end
        return made

    def _spoil(self, made: Request) -> None:
        """Now and then another header, method or path, or a body where none belongs."""
        chance = self._by_chance
        headers = made.how.setdefault("headers", {})
        for _ in range(chance.choice([0] * 8 + [1, 2])):
            name = chance.choice(list(HEADERS))
            headers[name] = chance.choice(HEADERS[name]).encode()
        if chance.random() < 0.03:
            made.method = chance.choice(["GET", "POST", "PUT", "DELETE", "PATCH", "TRACE"])
            made.operation = None
        if chance.random() < 0.03:
            made.path = chance.choice(
                ["/api/", "/accounts/x/", "/api/events/Nothing", made.path + "/", "/api/%00%ff"]
            )
            made.operation = None

    def _arguments(self, schemas: dict[str, Any], needed: list[str]) -> dict[str, Any]:
        chance = self._by_chance
        given = {
            name: self._value(name, schema)
            for name, schema in schemas.items()
            if chance.random() < (0.95 if name in needed else 0.5)
        }
        if chance.random() < 0.05:
            given[self._text()] = self._text()
        return given

    def _body(self, content: dict[str, Any]) -> dict[str, Any]:
        chance = self._by_chance
        kind = chance.choice([JSON, JSON, *BODIES])  # what others may come as, the text says
        schema = self._resolved(content[JSON]["schema"])
        given = self._arguments(schema["properties"], schema.get("required", []))
        if chance.random() < 0.06:
            raw = chance.choice(
                [b"", b"{", b"[]", b'"', b"\xff\xfe", b"\xef\xbb\xbf{}", b"[" * 3_000, b"--x\r\n"]
            )
            return {"content": raw, "headers": {"Content-Type": kind}}
        if kind == JSON:
            return {"content": json.dumps(given).encode(), "headers": {"Content-Type": JSON}}
        if kind == FORM:
            pairs = "&".join(f"{_quoted(name)}={_quoted(each)}" for name, each in given.items())
            return {"content": pairs.encode(), "headers": {"Content-Type": FORM}}
        image = str(given.pop("image", ""))
        return {
            "content": _parts(given, image.encode("utf-8", "surrogatepass")),
            "headers": {"Content-Type": f"{MULTIPART}; boundary=x"},
        }

    def _value(self, name: str, schema: dict[str, Any]) -> Any:
        chance = self._by_chance
        if name in self.known and chance.random() < 0.7:
            return chance.choice(self.known[name])
        if name == "image" and chance.random() < 0.1:
            return base64.b64encode(picture()).decode()
        if chance.random() < 0.15:
            return chance.choice([*OTHERS, *NUMBERS, *TEXTS])
        schema = self._resolved(schema)
        if "anyOf" in schema:
            schema = self._resolved(chance.choice(schema["anyOf"]))
        match schema.get("type"):
            case "integer" | "number":
                return chance.choice([chance.randint(0, 100), AN_INSTANT, *NUMBERS])
            case "boolean":
                return chance.choice([True, False])
            case "null":
                return None
        return chance.choice([self._text(), self._text(), chance.choice(TEXTS)])

    def _text(self) -> str:
        chance = self._by_chance
        length = chance.choice([1, 4, 8, 12, 64, 129])
        letters = "abcdefghij" if chance.random() < 0.6 else CHARACTERS
        return "".join(chance.choice(letters) for _ in range(length))

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        return resolved(schema, self._document)


def _quoted(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def _parts(given: dict[str, Any], image: bytes) -> bytes:
    """Writes a multipart body."""
    body = b""
    for name, value in given.items():
        text = value if isinstance(value, str) else json.dumps(value)
        head = f'--x\r\nContent-Disposition: form-data; name="{_quoted(name)}"\r\n\r\n{text}\r\n'
        body += head.encode("utf-8", "surrogatepass")
    if image:
        body += b'--x\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n'
        body += image + b"\r\n"
    return body + b"--x--\r\n"
