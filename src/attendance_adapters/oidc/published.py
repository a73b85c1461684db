"""What a provider publishes of itself, kept for a while: its configuration, and its keys."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Generic, NamedTuple, TypeVar
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey

from attendance_adapters.oidc.errors import Distrusted
from attendance_adapters.oidc.fetching import Fetcher
from attendance_core.errors import Unavailable
from attendance_core.vocabulary import Seconds

T = TypeVar("T")
WELL_KNOWN: Final = "/.well-known/openid-configuration"
CACHE_SECONDS: Final[Seconds] = 3600.0
# After a failure, until it is asked again: many may come back at once
PAUSE_SECONDS: Final[Seconds] = 2.0
# For a key that is not known: it may be new, but whoever signs with any is no reason to ask always
NEW_KEYS_EVERY: Final[Seconds] = 10.0
MAX_KEYS: Final = 100
MIN_RSA_BITS: Final = 2048  # RFC 7518: 3.3
BY_HEADER, BY_BODY = "client_secret_basic", "client_secret_post"


class Configuration(NamedTuple):
    """Says where a provider is asked for what, and how."""

    authorization_url: str
    token_url: str
    keys_url: str
    userinfo_url: str | None
    auth_method: str
    names_issuer: bool  # whether it says who it is whenever it sends somebody back


class _Cached(Generic[T]):
    """Keeps one thing that is fetched, for a while; of those who need it at once one asks."""

    def __init__(self, fetch: Callable[[], Awaitable[T]], stopwatch: Callable[[], Seconds]) -> None:
        self._fetch = fetch
        self._stopwatch = stopwatch
        self._fetch_lock = asyncio.Lock()
        self._value: T | None = None
        self._failure: Exception | None = None
        self._fetch_ended_at = float("-inf")

    async def get(self, max_age: Seconds = CACHE_SECONDS) -> T:
        """Answers what was fetched, and fetches it anew once it is as old as ``max_age``.

        Raises what fetching raises, also to those who come soon behind.
        """
        async with self._fetch_lock:
            age = self._stopwatch() - self._fetch_ended_at
            if self._failure is not None and age < PAUSE_SECONDS:
                raise self._failure
            if self._value is not None and age < max_age:
                return self._value
            try:
                self._value, self._failure = await self._fetch(), None
            except (Distrusted, Unavailable) as error:
                self._value, self._failure = None, error.with_traceback(None)
                raise
            finally:
                self._fetch_ended_at = self._stopwatch()
            return self._value


class Published:
    """Reads what an issuer publishes, when it is needed."""

    def __init__(
        self,
        issuer: str,
        fetcher: Fetcher,
        stopwatch: Callable[[], Seconds] = time.monotonic,
    ) -> None:
        self._issuer = issuer
        self._fetcher = fetcher
        self._configuration = _Cached(self._fetch_configuration, stopwatch)
        self._keys = _Cached(self._fetch_keys, stopwatch)

    async def configuration(self) -> Configuration:
        """Answers where it is asked for what. Raises Distrusted, Unavailable."""
        return await self._configuration.get()

    async def keys(self, *, anew: bool = False) -> KeySet:
        """Answers the keys it signs with; asks anew, if it may again. Raises as `configuration`."""
        return await self._keys.get(NEW_KEYS_EVERY if anew else CACHE_SECONDS)

    async def _fetch_configuration(self) -> Configuration:
        fetched = await self._fetcher.get(self._issuer.removesuffix("/") + WELL_KNOWN)
        if fetched.status != 200:
            raise Distrusted(f"no configuration: status {fetched.status}")
        published = fetched.json()
        if published.get("issuer") != self._issuer:
            raise Distrusted("the configuration of another issuer")
        return Configuration(
            authorization_url=self._url(published, "authorization_endpoint"),
            token_url=self._url(published, "token_endpoint"),
            keys_url=self._url(published, "jwks_uri"),
            userinfo_url=(
                self._url(published, "userinfo_endpoint")
                if "userinfo_endpoint" in published
                else None
            ),
            auth_method=_auth_method(published),
            names_issuer=(published.get("authorization_response_iss_parameter_supported") is True),
        )

    def _url(self, published: Mapping[str, Any], name: str) -> str:
        """Reads an address, which is as safe as that of the issuer. Raises Distrusted."""
        address = published.get(name)
        if not isinstance(address, str) or not address.isascii() or not address.isprintable():
            raise Distrusted(f"a configuration without {name}")
        allowed = {"https", urlsplit(self._issuer).scheme}
        try:
            split = urlsplit(address)
            is_safe = split.scheme in allowed and bool(split.hostname) and not split.fragment
        except ValueError:
            is_safe = False
        if not is_safe:
            raise Distrusted(f"a configuration whose {name} is no safe address")
        return address

    async def _fetch_keys(self) -> KeySet:
        fetched = await self._fetcher.get((await self.configuration()).keys_url)
        published = fetched.json().get("keys") if fetched.status == 200 else None
        if not isinstance(published, list) or len(published) > MAX_KEYS:
            raise Distrusted(f"no keys: status {fetched.status}")
        keys = [key for key in map(_key_from, published) if key is not None]
        if not keys:
            raise Distrusted("no key that we know the kind of")
        return KeySet([*keys])


def _auth_method(published: Mapping[str, Any]) -> str:
    methods = published.get("token_endpoint_auth_methods_supported")
    if isinstance(methods, list) and BY_HEADER not in methods and BY_BODY in methods:
        return BY_BODY
    return BY_HEADER


def _key_from(jwk: Any) -> RSAKey | ECKey | None:
    """Reads a public key to check signatures with; None for any other, and for a weak one."""
    if not isinstance(jwk, dict) or jwk.get("use", "sig") != "sig":
        return None
    try:
        if jwk.get("kty") == "RSA" and _bits_of(jwk["n"]) >= MIN_RSA_BITS:
            return RSAKey.import_key(jwk)
        if jwk.get("kty") == "EC":
            return ECKey.import_key(jwk)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return None


def _bits_of(number: str) -> int:
    """Counts the bits of a number as keys write them. Raises ValueError, TypeError."""
    padded = number + "=" * (-len(number) % 4)
    return int.from_bytes(base64.b64decode(padded, altchars=b"-_", validate=True)).bit_length()
