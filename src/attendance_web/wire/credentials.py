"""Reads who asks, by what, and for whom, out of a head. Contract: 1.7, 1.8, 2.5, 9.4 and 9.5."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from attendance_core.accounts import Actor, CredentialKind, session_id_of
from attendance_core.arguments import MAX_ID
from attendance_core.errors import NotLoggedIn
from attendance_core.identities import Attempt, Purpose
from attendance_core.vocabulary import SessionId
from attendance_web.wire.headers import RawHeaders, cookies_named, header, headers_named
from attendance_web.wire.refusals import OtherPerson
from attendance_web.wire.values import whole_number

SESSION_COOKIE = "sessionid"  # Contract: 2
HTTPS_SESSION_COOKIE = "__Host-sessionid"  # Contract: 2.5, which no other host can set
BROWSER_COOKIE = "knownbrowser"  # Contract: 9.4
HTTPS_BROWSER_COOKIE = "__Host-knownbrowser"
BROWSER_SECRET_FORM = re.compile(r"[A-Za-z0-9_-]{43}")  # 256 bits
ATTEMPT_COOKIE = "oidcattempt"  # Contract: 9.5, while its person is at the provider
HTTPS_ATTEMPT_COOKIE = "__Host-oidcattempt"
ATTEMPT_FORM = re.compile(r"(login|link)" + r"\.([A-Za-z0-9_-]{43})" * 3)  # each of 256 bits
MAX_BROWSER_PEOPLE = 8  # Contract: 9.4, to whose accounts one browser is known
BETWEEN_SECRETS = "."
PERSON_HEADER = "x-attendance-user"  # Contract: 1.8


@dataclass(frozen=True, slots=True)
class Credential:
    """What a request shows of who makes it; nobody knows yet whether it is worth anything."""

    token: str = field(repr=False)
    kind: CredentialKind

    @property
    def session_id(self) -> SessionId:
        """The name that its session is kept under, if there is one."""
        return session_id_of(self.token, self.kind)


def is_secure(scope: Mapping[str, Any]) -> bool:
    """Tells whether the browser speaks HTTPS, to us or to the proxy we trust."""
    return scope.get("scheme", "") in ("https", "wss")


def session_cookie_name(*, secure: bool) -> str:
    """Names the cookie of the session: on HTTPS one that only we can have set."""
    return HTTPS_SESSION_COOKIE if secure else SESSION_COOKIE


def browser_cookie_name(*, secure: bool) -> str:
    """Names the cookie that says that a browser was logged in before."""
    return HTTPS_BROWSER_COOKIE if secure else BROWSER_COOKIE


def attempt_cookie_name(*, secure: bool) -> str:
    """Names the cookie of a log-in at the provider that was begun in this browser."""
    return HTTPS_ATTEMPT_COOKIE if secure else ATTEMPT_COOKIE


def attempt_text(attempt: Attempt) -> str:
    """Writes an attempt as a browser keeps it."""
    return ".".join((attempt.purpose.value, attempt.state, attempt.nonce, attempt.verifier))


def attempt_from(headers: RawHeaders, *, secure: bool) -> Attempt | None:
    """Finds what this browser has begun; of two that differ one may be a stranger's gift."""
    found = set(cookies_named(headers, attempt_cookie_name(secure=secure)))
    kept = ATTEMPT_FORM.fullmatch(found.pop()) if len(found) == 1 else None
    return None if kept is None else Attempt(Purpose(kept[1]), kept[2], kept[3], kept[4])


def browser_secrets_from(headers: RawHeaders, *, secure: bool) -> tuple[str, ...]:
    """Finds the secrets that accounts may know this browser by, of which there are a few."""
    joined = BETWEEN_SECRETS.join(cookies_named(headers, browser_cookie_name(secure=secure)))
    secrets = joined.split(BETWEEN_SECRETS, MAX_BROWSER_PEOPLE)[:MAX_BROWSER_PEOPLE]
    return tuple(dict.fromkeys(filter(BROWSER_SECRET_FORM.fullmatch, secrets)))


def credential_from(headers: RawHeaders, *, secure: bool) -> Credential | None:
    """Finds a bearer token, which no browser sends unasked, or else the session cookie.

    Two that differ are nobody's: one of them may be a stranger's gift.
    """
    scheme, _, token = (header(headers, "authorization") or "").partition(" ")
    if scheme.lower() == "bearer":
        return Credential(token.strip(), CredentialKind.BEARER)
    found = set(cookies_named(headers, session_cookie_name(secure=secure)))
    return Credential(found.pop(), CredentialKind.COOKIE) if len(found) == 1 else None


def board_secret_from(headers: RawHeaders) -> str | None:
    """Finds the secret of a board's link, which no browser sends unasked."""
    scheme, _, secret = (header(headers, "authorization") or "").partition(" ")
    return secret.strip() if scheme.lower() == "board" else None


def check_person(actor: Actor | None, named: str | None) -> None:
    """Checks that whoever is logged in is the person that the page, or the program, has named.

    Raises NotLoggedIn; InvalidValue for what is no id; OtherPerson.
    """
    if named is None:
        return
    if actor is None:
        raise NotLoggedIn
    if whole_number(named, 1, MAX_ID) != actor.user_id:
        raise OtherPerson


def person_named_in(headers: RawHeaders) -> str | None:
    """Reads whom a call is made for, where it says so; two are no id."""
    given = headers_named(headers, PERSON_HEADER)
    return ", ".join(given) if given else None
