"""A call that changes something comes from our own page, or shows a bearer token."""

from __future__ import annotations

import pytest

from attendance_core.accounts import CredentialKind
from attendance_web.http.csrf import check
from attendance_web.wire.credentials import Credential
from attendance_web.wire.refusals import CsrfFailed, ForeignOrigin

ALLOWED = frozenset({"https://school.example"})
BY_COOKIE = Credential("secret", CredentialKind.COOKIE)


class TestCsrf:
    def headers(self, kept: str | None, repeated: str | None) -> list[tuple[bytes, bytes]]:
        given = [(b"host", b"attendance.test")]
        if kept is not None:
            given.append((b"cookie", f"csrftoken={kept}".encode("latin-1")))
        if repeated is not None:
            given.append((b"x-csrftoken", repeated.encode("latin-1")))
        return given

    def test_the_cookie_repeated_shows_our_own_page(self) -> None:
        check(self.headers("token", "token"), BY_COOKIE, ALLOWED, secure=False)
        check(self.headers("token", "token"), None, ALLOWED, secure=False)

    def test_any_of_several_cookies_may_be_repeated(self) -> None:
        """Contract: 1.7."""
        for kept in ("token; csrftoken=theirs", "theirs; csrftoken=token"):
            check(self.headers(kept, "token"), BY_COOKIE, ALLOWED, secure=False)
            with pytest.raises(CsrfFailed):
                check(self.headers(kept, "other"), BY_COOKIE, ALLOWED, secure=False)

    @pytest.mark.parametrize(
        ("kept", "repeated"),
        [(None, None), ("a", None), (None, "a"), ("", ""), ("a", "b"), ("a", "ab"), ("a", "é")],
    )
    def test_anything_else_does_not(self, kept: str | None, repeated: str | None) -> None:
        for by in (BY_COOKIE, None):
            with pytest.raises(CsrfFailed):
                check(self.headers(kept, repeated), by, ALLOWED, secure=False)

    def test_a_foreign_page_is_refused_though_it_repeats_the_cookie(self) -> None:
        foreign = [*self.headers("a", "a"), (b"origin", b"http://evil.example")]
        with pytest.raises(ForeignOrigin):
            check(foreign, BY_COOKIE, ALLOWED, secure=False)

    def test_a_bearer_token_needs_neither(self) -> None:
        foreign = [*self.headers(None, None), (b"origin", b"http://evil.example")]
        check(foreign, Credential("secret", CredentialKind.BEARER), ALLOWED, secure=False)
