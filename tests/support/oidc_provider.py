"""A provider of OpenID Connect that tests run themselves, and have misbehave: real HTTP, real keys.

It refuses what a provider refuses: a code that it did not give, or gave before, to another client,
for another address or another verifier. What it answers else is what a test wants.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import itertools
import json
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from queue import SimpleQueue
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlencode, urljoin, urlsplit

from joserfc import jwt

from attendance_adapters.oidc import OpenIdProvider, Registration
from attendance_adapters.system import SystemClock
from attendance_core.ports import Clock
from attendance_core.testing.clock import TestClock
from tests.support.oidc_keys import half_hash, rsa_key

CLIENT_ID, SECRET = "attendance at the university", "s3cret: +/&%"
CALLBACK = "http://attendance.test/accounts/oidc/callback/"
NAME = "СПбГУ"
START_SECONDS: Final = 30.0  # that one in a thread may take
numbers = itertools.count(1)


@dataclass
class Person:
    """Somebody at the provider."""

    subject: str = field(default_factory=lambda: f"subject-{next(numbers)}")
    name: str | None = "Анна Петрова"
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def claims(self) -> dict[str, Any]:
        return {
            "sub": self.subject,
            **({} if self.name is None else {"name": self.name}),
        } | self.more


@dataclass
class Grant:
    """What a code was given for."""

    person: Person
    asked: dict[str, str]
    is_used: bool = False


@dataclass
class Answer:
    """What is sent back; a test may put another in its place."""

    content: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


def as_json(value: Any, status: int = 200) -> Answer:
    return Answer(json.dumps(value).encode(), status, {"Content-Type": "application/json"})


@dataclass
class Provider:
    """Who runs at ``issuer``; the fields below that are how it misbehaves."""

    issuer: str
    clock: Clock
    callback: str = CALLBACK
    visitor: Person | None = None  # whose browser it is that is sent here, and goes straight back
    grants: dict[str, Grant] = field(default_factory=dict)
    paths_asked: list[str] = field(default_factory=list)  # in their order
    published: list[dict[str, Any]] = field(default_factory=list)  # its keys, as JSON
    key: Any = field(default_factory=rsa_key)
    algorithm: str = "RS256"
    header: dict[str, Any] = field(default_factory=dict)
    change_configuration: Callable[[dict[str, Any]], Any] = lambda given: given
    change_claims: Callable[[dict[str, Any]], Any] = lambda given: given
    change_tokens: Callable[[dict[str, Any]], Any] = lambda given: given
    change_userinfo: Callable[[dict[str, Any]], Any] = lambda given: given
    sign: Callable[[dict[str, Any]], str] | None = None
    instead: dict[str, Answer] = field(default_factory=dict)  # by path
    may_answer: asyncio.Event | None = None  # nothing is answered before it is set
    checks_verifier: bool = True
    tells_name: bool = True  # in the ID token; else who asks for more is told

    def come_back(self, url: str, person: Person, **changed: str | None) -> str:
        """Has somebody log in who was sent here; answers where their browser is sent then."""
        asked = dict(parse_qsl(urlsplit(url).query, strict_parsing=True))
        assert asked["response_type"] == "code" and "openid" in asked["scope"].split()
        assert asked["client_id"] == CLIENT_ID and asked["redirect_uri"] == self.callback
        assert asked["code_challenge_method"] == "S256" and len(asked["code_challenge"]) == 43
        code = f"code-{next(numbers)}"
        self.grants[code] = Grant(person, asked)
        given = {"code": code, "state": asked["state"], "iss": self.issuer} | changed
        kept = {name: value for name, value in given.items() if value is not None}
        return f"{urlsplit(CALLBACK).path}?{urlencode(kept)}"

    def publish(self, *keys: Any) -> None:
        """Publishes these keys, and no others."""
        self.published = [key.as_dict(private=False) for key in keys]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serves one connection, a request after the other."""
        with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                request, *lines = head.split("\r\n")
                headers = {
                    name.lower(): value for name, _, value in (one.partition(": ") for one in lines)
                }
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                path = request.split(" ")[1]
                self.paths_asked.append(path)
                if self.may_answer is not None:
                    await self.may_answer.wait()
                answer = self.instead.get(path) or self.answer(path, headers, body.decode())
                head = f"HTTP/1.1 {answer.status} ?\r\nContent-Length: {len(answer.content)}\r\n"
                more = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
                writer.write(f"{head}{more}\r\n".encode() + answer.content)
                await writer.drain()
        writer.close()

    def answer(self, path: str, headers: dict[str, str], body: str) -> Answer:
        """Answers what a provider does at this path, unless a test wants something else."""
        if path == "/.well-known/openid-configuration":
            given = {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize?from=us",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "authorization_response_iss_parameter_supported": True,
            }
            return as_json(self.change_configuration(given))
        if path.startswith("/authorize?") and self.visitor is not None:
            there = urljoin(self.callback, self.come_back(path, self.visitor))
            return Answer(b"", 302, {"Location": there})
        if path == "/keys":
            return as_json({"keys": self.published})
        if path == "/token":
            return self.give_tokens(dict(parse_qsl(body, strict_parsing=True)), headers)
        if path == "/userinfo":
            code = headers["authorization"].removeprefix("Bearer access to ")
            return as_json(self.change_userinfo(self.grants[code].person.claims))
        return as_json({}, 404)

    def give_tokens(self, given: dict[str, str], headers: dict[str, str]) -> Answer:
        """Gives tokens for a code, once, to whom it was given for."""
        shown = base64.b64decode(headers["authorization"].removeprefix("Basic ")).decode()
        if [unquote(each) for each in shown.split(":")] != [CLIENT_ID, SECRET]:
            return as_json({"error": "invalid_client"}, 401)
        grant = self.grants.get(given["code"])
        if grant is None or grant.is_used or given["redirect_uri"] != self.callback:
            return as_json({"error": "invalid_grant"}, 400)
        hashed = hashlib.sha256(given["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(hashed).decode().rstrip("=")
        if self.checks_verifier and challenge != grant.asked["code_challenge"]:
            return as_json({"error": "invalid_grant"}, 400)
        grant.is_used = True
        access_token, now = f"access to {given['code']}", int(self.clock.now())
        claims = grant.person.claims | {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": grant.asked["nonce"],
            "at_hash": half_hash(access_token),
        }
        if not self.tells_name:
            claims = {name: value for name, value in claims.items() if name != "name"}
        claims = self.change_claims(claims)
        signed = self.signed(claims) if self.sign is None else self.sign(claims)
        tokens = {"access_token": access_token, "token_type": "Bearer", "id_token": signed}
        return as_json(self.change_tokens(tokens))

    def signed(self, claims: dict[str, Any], **how: Any) -> str:
        """Signs with a key of its own, or with what is given."""
        key = how.get("key", self.key)
        header = {"alg": how.get("algorithm", self.algorithm), "kid": key.kid} | self.header
        return jwt.encode(header, claims, key, algorithms=[header["alg"]])


@asynccontextmanager
async def a_provider(clock: Clock) -> AsyncIterator[Provider]:
    """Runs one that behaves, at an address of its own."""
    connections = set[asyncio.Task[None]]()
    provider = Provider("", clock)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections.add(task)
        await provider.serve(reader, writer)
        connections.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    provider.issuer = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    provider.publish(rsa_key())
    try:
        yield provider
    finally:
        server.close()
        for each in connections:
            each.cancel()
        await asyncio.gather(*connections, return_exceptions=True)


@contextmanager
def running_provider(visitor: Person, *, callback: str) -> Iterator[str]:
    """Runs one in a thread, to which all who come are this visitor; yields its issuer."""
    begun = SimpleQueue[tuple[str, Callable[[], object]]]()

    async def serve() -> None:
        over = asyncio.Event()
        async with a_provider(SystemClock()) as provider:
            provider.visitor, provider.callback = visitor, callback
            end = partial(asyncio.get_running_loop().call_soon_threadsafe, over.set)
            begun.put((provider.issuer, end))
            await over.wait()

    with ThreadPoolExecutor(1) as thread:
        serving = thread.submit(asyncio.run, serve())
        issuer, end = begun.get(timeout=START_SECONDS)
        try:
            yield issuer
        finally:
            end()
            serving.result()


def adapter_for(provider: Provider, clock: TestClock, **changed: Any) -> OpenIdProvider:
    """Makes the adapter that asks it, as one that is registered there."""
    seconds = changed.pop("answer_seconds", 60.0)  # a machine may be slow
    stopwatch = changed.pop("stopwatch", clock.now)
    given = {
        "issuer": provider.issuer,
        "client_id": CLIENT_ID,
        "client_secret": SECRET,
        "redirect_uri": CALLBACK,
    }
    registration = Registration(**(given | changed))
    return OpenIdProvider(
        registration, NAME, clock=clock, stopwatch=stopwatch, answer_seconds=seconds
    )
