"""What nobody should send, and calls that are made with it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import httpx
import pytest_asyncio

from attendance_core.testing.clock import NOON
from attendance_web.http.call import Call
from attendance_web.routes import CALLS
from tests.support.site import Browser, Site, as_escaped_json, envelope

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SOME_ID = "0f8fad5b-d9cb-469f-a165-70867728950e"
# Never a text that can be kept
UNSTORABLE = ["\x00", "a\x00b", "abcd\x00", "\ud800", "\udfff", "abc\ud83d", "\ude00abc"]
NASTY = [
    *UNSTORABLE,
    *("", " ", "\t", "\n", "\r\n", "\u00a0", "\u2003", "\u3000", "\ufeff", "\u200b", "\u200b" * 5),
    *("\x01", "\x1b[31mred", "\x7f", "\x85", "a\rb", "line\nline", "\u2028", "\u2029", "\ufffe"),
    *("\u202eabcd", "abcd\u202d", "\u2066abcd\u2069", "\u200f\u200e", "\u061c", "\u00ad"),
    *("e" + "\u0301" * 50, "\u0301", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!͖̬̰̙̗̿̋ͥͥ̂ͣ̐́́͜͞", "ﬁﬂﬃ", "①②③④", "ﷺ" * 20, "İIıi"),
    *("ß" * 64, "ẞẞẞẞ", "Ⅷ", "Аdmin", "😀😀😀😀", "👩‍👩‍👧‍👦", "🇷🇺", "\U000e0041" * 4, "\U0010ffff"),
    *(
        "%%%%",
        "____",
        "\\\\\\\\",
        "'; DROP TABLE people; --",
        '" OR ""="',
        "<script>alert(1)</script>",
    ),
    *("{{7*7}}", "${jndi:ldap://x}", "../../etc/passwd", "C:\\con", "null", "undefined", "NaN"),
    *("true", "-1", "1e309", "0x41", "x" * 129, "ы" * 1200, "a" * 15_000),
]
GOOD: dict[str, Any] = {
    "username": "somebody",
    "password": "one of many",
    "old_password": "one of many",
    "new_password": "another of many",
    "session": "0" * 32,
    "link": "0" * 32,
    "others": "false",
    "code": "ABCD-EFGH-JKMN-PQRS",
    "token": "0" * 64,
    "display_name": "Some Body",
    "bio": "bio",
    "display_name_part": "some",
    "name": "a.png",
    "time_from": int(NOON),
    "time_to": int(NOON) + 60,
    "event_id": SOME_ID,
    "scan": SOME_ID,
    "approve": True,
    "user_id": 1,
    "limit": 10,
    "ends_after": int(NOON),
    "starts_before": int(NOON) + 60,
    "newest_first": "true",
    "offset": 0,
    "image": "YQ==",
    "who_marks": "everybody",
    "token_id": SOME_ID,
    "scopes": "read,mark",
    "expires_in_days": 30,
    "helping": "false",
    "n": 1,
    "reason": "other",
    "note": "sorry",
    "format": "csv",
    "tz": "UTC",
}
# A form is read alike for all; these are asked everything in one, too
ALSO_IN_FORMS = {"SendFriendRequest", "UpdateEvent", "UpdateProfileInfo"}


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def nothing_counted_and_a_moderator(site: Site, anna: Browser) -> None:
    """Every test begins with nothing counted, and with Anna at the review desk."""
    await site.forget_tallies()
    await site.attendance.use_cases.add_moderator(username=anna.username)


def fields_of(call: Call) -> list[str]:
    return [field for field in call.arguments.__struct_fields__]


FIELDS = [(call, field) for call in CALLS for field in fields_of(call)]
POSTS = [call for call in CALLS if call.method == "POST" and fields_of(call)]


def named(value: Any) -> str:
    return value.name if isinstance(value, Call) else str(value)


async def make(
    browser: Browser, call: Call, given: dict[str, Any], *, in_forms: bool = False
) -> list[httpx.Response]:
    """Makes a call with these arguments, as JSON; and in a form where that is wanted and can be."""
    if call.method == "GET":
        return [await browser.client.get(f"{call.path}?{encoded(given)}")]
    as_json = await browser.send(call.path, **as_escaped_json(given))
    in_forms = in_forms or call.name in ALSO_IN_FORMS
    if not in_forms or not all(isinstance(value, str | int) for value in given.values()):
        return [as_json]
    return [as_json, await browser.send(call.path, content=encoded(given), headers=FORM)]


def encoded(given: dict[str, Any]) -> str:
    """Spells them as a query; a lone surrogate becomes three bytes that are no UTF-8."""
    spelled = {name: str(each).lower() if each is True else each for name, each in given.items()}
    return urlencode(spelled, errors="surrogatepass")


def arguments(call: Call, **changed: Any) -> dict[str, Any]:
    return {**{field: GOOD[field] for field in fields_of(call)}, **changed}


def error_number(answer: httpx.Response) -> int:
    """Reads the number of its error; 0 where it was carried out, and never a fault of ours."""
    error: int = envelope(answer)["error"]
    assert answer.status_code == 200 and error in {0, 1, 2, 3, 4, 5, 6}, answer.text
    return error
