"""What somebody logs in with, in a few words. Contract: GetSessions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance_core.accounts import MAX_CLIENT_LENGTH
from attendance_web.wire.client_names import BROWSERS, SYSTEMS, client_name_of

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
PHONE = "Mozilla/5.0 (Linux; Android 10; K)"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (f"{PHONE} {WEBKIT} Chrome/139.0.0.0 Mobile Safari/537.36", "Chrome on Android"),
        (f"{WINDOWS} {WEBKIT} Chrome/139.0.0.0 Safari/537.36", "Chrome on Windows"),
        (f"{WINDOWS} {WEBKIT} Chrome/139.0.0.0 Safari/537.36 Edg/139.0.0.0", "Edge on Windows"),
        (
            f"{WINDOWS} {WEBKIT} Chrome/138.0.0.0 YaBrowser/25.8.0.0 Safari/537.36",
            "Yandex Browser on Windows",
        ),
        (f"{MAC} {WEBKIT} Chrome/139.0.0.0 Safari/537.36 OPR/122.0.0.0", "Opera on macOS"),
        (f"{MAC} AppleWebKit/605.1.15 Version/18.5 Safari/605.1.15", "Safari on macOS"),
        (f"{IPHONE} Version/18.5 Mobile/15E148 Safari/604.1", "Safari on iPhone"),
        (f"{IPHONE} CriOS/139.0.7258.76 Mobile/15E148 Safari/604.1", "Chrome on iPhone"),
        (f"{IPHONE} FxiOS/141.0 Mobile/15E148 Safari/605.1.15", "Firefox on iPhone"),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0",
            "Firefox on Linux",
        ),
        (
            f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/139.0.0.0 Safari/537.36",
            "Chrome on ChromeOS",
        ),
        (
            f"{PHONE} {WEBKIT} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
            "Samsung Internet on Android",
        ),
        ("curl/8.14.1", "curl"),
        ("python-httpx/0.28.1", "python-httpx"),
        ("Mozilla/5.0", ""),
        (PHONE, "Android"),
        ("", ""),
        (None, ""),
        ("\x00", ""),
        ("Мозилла/5.0", ""),
        ("x" * 41, ""),
        ("Mozilla/5.0 " + "(" * 100_000 + " Chrome/1", ""),
    ],
)
def test_a_browser_is_named_with_what_it_runs_on(user_agent: str | None, name: str) -> None:
    assert client_name_of(user_agent) == name


signs = st.sampled_from([sign for sign, _ in (*BROWSERS, *SYSTEMS)] + ["Mozilla/5.0 ", "curl/"])


@given(st.lists(st.one_of(signs, st.text(max_size=80)), max_size=20).map("".join))
def test_whatever_is_said_the_name_is_short_and_plain(said: str) -> None:
    name = client_name_of(said)
    assert len(name) <= MAX_CLIENT_LENGTH and name.isascii()
    assert name.isprintable()
