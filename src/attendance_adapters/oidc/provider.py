"""A provider of OpenID Connect: people are sent there, and it says who has come. Contract: 9.5."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeVar
from urllib.parse import quote

from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc.errors import JoseError

from attendance_adapters.oidc.errors import Distrusted
from attendance_adapters.oidc.fetching import Fetcher
from attendance_adapters.oidc.id_tokens import UnknownKey, read_id_token
from attendance_adapters.oidc.published import BY_HEADER, Configuration, Published
from attendance_adapters.oidc.registration import Registration
from attendance_adapters.system import SystemClock
from attendance_core.errors import ProviderDistrusted, Unavailable
from attendance_core.identities import Attempt, Claims, ProviderAnswer
from attendance_core.ports import Clock
from attendance_core.vocabulary import Seconds

T = TypeVar("T")
logger = logging.getLogger(__name__)

SCOPE: Final = "openid profile"
MAX_CODE_LENGTH: Final = 4096
MAX_NAME_LENGTH: Final = 1000  # longer than any that is taken
# Raised where an answer is none that our provider would give, by us or by what reads it
DISTRUSTED_ERRORS: Final = (
    *(Distrusted, JoseError, AuthlibBaseError),
    *(ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError),
)
ANSWER_SECONDS: Final[Seconds] = 4.5  # for all that is asked about one log-in. Contract: 1.16


class OpenIdProvider:
    """Has people log in at one issuer; `service_ports.IdentityProvider`."""

    def __init__(
        self,
        registration: Registration,
        name: str,
        *,
        clock: Clock | None = None,
        stopwatch: Callable[[], Seconds] = time.monotonic,
        answer_seconds: Seconds = ANSWER_SECONDS,
    ) -> None:
        self.name: str | None = name
        self._registration = registration
        self._clock = clock or SystemClock()
        self._answer_seconds = answer_seconds
        self._fetcher = Fetcher()
        self._published = Published(registration.issuer, self._fetcher, stopwatch)

    async def begin(self, attempt: Attempt) -> str:
        """Answers where a browser logs in there. Raises ProviderDistrusted, Unavailable."""
        return await self._in_time(self._begin(attempt))

    async def finish(self, attempt: Attempt, answer: ProviderAnswer) -> Claims:
        """Answers who has logged in there. Raises ProviderDistrusted, Unavailable."""
        return await self._in_time(self._finish(attempt, answer))

    async def close(self) -> None:
        """Closes its connections; idempotent."""
        await self._fetcher.close()

    async def _in_time(self, work: Awaitable[T]) -> T:
        """Bounds what is asked about one log-in, and distrusts what can be read by no means.

        Raises ProviderDistrusted, Unavailable.
        """
        try:
            async with asyncio.timeout(self._answer_seconds):
                return await work
        except TimeoutError as error:
            raise Unavailable from error
        except DISTRUSTED_ERRORS as error:
            logger.warning("the provider is not believed: %s", _describe(error))
            raise ProviderDistrusted from None

    async def _begin(self, attempt: Attempt) -> str:
        configuration = await self._published.configuration()
        url: str = prepare_grant_uri(
            configuration.authorization_url,
            self._registration.client_id,
            "code",
            redirect_uri=self._registration.redirect_uri,
            scope=SCOPE,
            state=attempt.state,
            nonce=attempt.nonce,
            code_challenge=create_s256_code_challenge(attempt.verifier),
            code_challenge_method="S256",
        )
        return url

    async def _finish(self, attempt: Attempt, answer: ProviderAnswer) -> Claims:
        configuration = await self._published.configuration()
        self._check_issuer(answer, configuration)
        tokens = await self._exchange(attempt, answer.code or "", configuration)
        access_token = tokens.get("access_token")
        if not isinstance(access_token, str) or not access_token.isascii():
            access_token = None
        claims = await self._read_id_token(tokens.get("id_token"), attempt, access_token)
        return self._make_claims(await self._complete(claims, access_token, configuration))

    def _check_issuer(self, answer: ProviderAnswer, configuration: Configuration) -> None:
        """Checks that whoever comes back was not sent by another provider. Raises Distrusted."""
        if answer.issuer is None and configuration.names_issuer:
            raise Distrusted("somebody was sent back by nobody")
        if answer.issuer is not None and answer.issuer != self._registration.issuer:
            raise Distrusted("somebody was sent back by another issuer")

    async def _exchange(
        self, attempt: Attempt, code: str, configuration: Configuration
    ) -> Mapping[str, Any]:
        """Gives the code for tokens. Raises Distrusted, Unavailable."""
        if not code.isascii() or not code.isprintable() or len(code) > MAX_CODE_LENGTH:
            raise Distrusted("a code that is none")
        registration = self._registration
        body = prepare_token_request(
            "authorization_code",
            redirect_uri=registration.redirect_uri,
            code=code,
            code_verifier=attempt.verifier,
        )
        client_id, secret = registration.client_id, registration.client_secret
        if configuration.auth_method == BY_HEADER:  # OAuth 2.0: 2.3.1
            client_id, secret = quote(client_id, safe=""), quote(secret, safe="")
        auth = ClientAuth(client_id, secret, configuration.auth_method)
        url, headers, body = auth.prepare("POST", configuration.token_url, {}, body)
        fetched = await self._fetcher.post_form(url, headers, body)
        tokens = fetched.json()
        if fetched.status != 200:
            raise Distrusted(f"no tokens: status {fetched.status}, {str(tokens.get('error'))[:40]}")
        return tokens

    async def _read_id_token(
        self, token: object, attempt: Attempt, access_token: str | None
    ) -> Mapping[str, Any]:
        """Reads an ID token; keys are fetched anew where that which it is signed with is unknown.

        Raises Distrusted, Unavailable, and what the libraries raise.
        """
        keys = await self._published.keys()
        for _ in range(2):
            try:
                return read_id_token(
                    token,
                    keys,
                    self._registration,
                    nonce=attempt.nonce,
                    access_token=access_token,
                    now=self._clock.now(),
                )
            except UnknownKey:
                keys = await self._published.keys(anew=True)
        raise UnknownKey("an ID token that is signed with an unknown key")

    async def _complete(
        self, claims: Mapping[str, Any], access_token: str | None, configuration: Configuration
    ) -> Mapping[str, Any]:
        """Asks for what the ID token does not say. Raises Distrusted, Unavailable."""
        wanted = [name for name in ("name", self._registration.confirmed_claim) if name is not None]
        if (
            access_token is None
            or configuration.userinfo_url is None
            or all(name in claims for name in wanted)
        ):
            return claims
        headers = {"Authorization": f"Bearer {access_token}"}
        fetched = await self._fetcher.get(configuration.userinfo_url, headers)
        userinfo = fetched.json()
        if fetched.status != 200 or userinfo.get("sub") != claims["sub"]:
            raise Distrusted(f"word of somebody else: status {fetched.status}")
        return {**{name: userinfo[name] for name in wanted if name in userinfo}, **claims}

    def _make_claims(self, claims: Mapping[str, Any]) -> Claims:
        name, confirmed_claim = claims.get("name"), self._registration.confirmed_claim
        return Claims(
            self._registration.issuer,
            claims["sub"],
            name if isinstance(name, str) and len(name) <= MAX_NAME_LENGTH else None,
            None if confirmed_claim is None else claims.get(confirmed_claim) is True,
        )


def _describe(error: Exception) -> str:
    """Says in a line what was wrong, and nothing of what is secret in it."""
    if isinstance(error, Distrusted):
        return ascii(str(error))[1:-1]
    if isinstance(error, JoseError):
        return f"{type(error).__name__} {ascii(error.description or error.error)[1:-1][:100]}"
    return type(error).__name__
