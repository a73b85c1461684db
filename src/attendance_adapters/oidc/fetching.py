"""Asks a provider over HTTP: what it answers is bounded, and leads nowhere else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import httpx2

from attendance_adapters.oidc.errors import Distrusted
from attendance_core.errors import Unavailable

MAX_ANSWER_BYTES: Final = 256 * 1024  # keys of a large provider take 20 KiB
MAX_CONNECTIONS: Final = 16
HEADERS: Final = {
    "Accept": "application/json",
    "Accept-Encoding": "identity",  # a small answer stays small
    "User-Agent": "attendance",
}


class Fetched(NamedTuple):
    """Holds what came back, with any status below 500 but 429."""

    status: int
    content: bytes

    def json(self) -> Mapping[str, Any]:
        """Reads an object. Raises Distrusted."""
        try:
            value = json.loads(self.content)
        except (ValueError, RecursionError):
            raise Distrusted(f"no JSON, with status {self.status}") from None
        if not isinstance(value, dict):
            raise Distrusted(f"no object of JSON, with status {self.status}")
        return value


class Fetcher:
    """Asks, over connections that are kept for a while."""

    def __init__(self) -> None:
        self._client: httpx2.AsyncClient | None = None
        self._making_lock = asyncio.Lock()

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Fetched:
        """Asks for what is at an address. Raises Distrusted, Unavailable."""
        return await self._ask("GET", url, headers or {}, None)

    async def post_form(self, url: str, headers: Mapping[str, str], body: str) -> Fetched:
        """Sends a form to an address. Raises Distrusted, Unavailable."""
        form_headers = {**headers, "Content-Type": "application/x-www-form-urlencoded"}
        return await self._ask("POST", url, form_headers, body)

    async def close(self) -> None:
        """Closes the connections; idempotent."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _ask(
        self, method: str, url: str, headers: Mapping[str, str], body: str | None
    ) -> Fetched:
        client = await self._open_client()
        try:
            async with client.stream(method, url, headers=headers, content=body) as response:
                if response.status_code >= 500 or response.status_code == 429:
                    raise Unavailable from Distrusted(f"status {response.status_code}")
                return Fetched(response.status_code, await _read_body(response))
        except httpx2.HTTPError as error:
            raise Unavailable from error
        except httpx2.InvalidURL:
            raise Distrusted("an address that is none") from None

    async def _open_client(self) -> httpx2.AsyncClient:
        async with self._making_lock:
            if self._client is None:
                # The certificates of the system are read from files
                self._client = await asyncio.to_thread(_make_client)
            return self._client


def _make_client() -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        headers=HEADERS,
        timeout=None,  # all of a conversation has a deadline
        follow_redirects=False,
        limits=httpx2.Limits(max_connections=MAX_CONNECTIONS),
    )


async def _read_body(response: httpx2.Response) -> bytes:
    """Reads a body as it comes. Raises Distrusted where it is packed, or too long."""
    if response.headers.get("content-encoding", "identity") != "identity":
        raise Distrusted("an answer that is packed")
    body = bytearray()
    async for piece in response.aiter_raw():
        body += piece
        if len(body) > MAX_ANSWER_BYTES:
            raise Distrusted("an answer that is too long")
    return bytes(body)
