"""No input ends in our fault: it is taken, or refused with a text that names it. Contract: 1.13."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx
import msgspec
import pytest
import pytest_asyncio

from attendance_core.testing.clock import NOON
from attendance_web.http.call import Call
from attendance_web.routes import CALLS
from tests.support.pictures import picture
from tests.support.site import PASSWORD, Browser, Site, anna, envelope, escaped, refusal, response
from tests.support.site import site_in_folder as site

__all__ = ["anna", "site"]
pytestmark = pytest.mark.asyncio(loop_scope="module")
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
BAD_IDS: list[Any] = [
    *(0, -1, 2**63, 2**64, 10**400, -(2**63), 1.5, 1e308, True, False, [], [1], {}),
    *(
        {"user_id": 1},
        "",
        " ",
        "x",
        "1.0",
        "+1",
        "-1",
        "1e3",
        " 1",
        "1 ",
        "0",
        "9" * 19,
        "٣",
        "1\x00",
    ),
]
BAD_EVENT_IDS: list[Any] = [
    *(0, 1, 1.5, True, [], {}, "", "x", "0" * 36, SOME_ID[:-1], SOME_ID + "0", SOME_ID + "\n"),
    *(SOME_ID.replace("-", ""), f"{{{SOME_ID}}}", f"urn:uuid:{SOME_ID}", "٠" * 36, "\ud800" * 36),
]
BAD_SCOPES: list[Any] = [
    *("", ",", "read,", "read mark", "READ", "all", "read,all", "read,mark," * 40),
    *(
        [],
        ["all"],
        ["read", "all"],
        [1],
        [None],
        [["read"]],
        ["read"] * 101,
        {},
        {"read": 1},
        1,
        True,
    ),
]
MULTIPART = "multipart/form-data; boundary=x"
BROKEN: list[tuple[str, bytes]] = [
    ("application/json", b"nonsense"),
    ("application/json", b"[]"),
    ("application/json", b"null"),
    ("application/json", b'"text"'),
    ("application/json", b"{"),
    ("application/json", b"\xff\xfe"),
    ("application/json", b"\xef\xbb\xbf"),
    ("application/json", "{}".encode("utf-16")),
    ("application/json", b'{"a":NaN}'),
    ("application/json", b'{"a":' + b"1" * 5000 + b"}"),
    ("application/json", b'{"a":' + b"[" * 100 + b"]" * 100 + b"}"),
    ("application/json", b"[" * 15_000),
    ("application/json", b'{"a":1,"a":1}'),
    ("application/json", b'{"a":"\\ud800'),
    ("application/json; charset=utf-7", b"{}"),
    ("application/x-www-form-urlencoded", b"a=1&a=1"),
    ("application/x-www-form-urlencoded", b"&".join(b"f%d" % n for n in range(500))),
    ("multipart/form-data", b"--x--\r\n"),
    (MULTIPART, b"nonsense"),
    (MULTIPART, b"--x\r\n\r\n\r\n--x--\r\n"),
    (MULTIPART, b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--\r\n"),
    (MULTIPART, b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\na"),
    ("text/plain", b"{}"),
    ("", b"{}"),
    ("\xff", b"{}"),
]
# Read before anybody asks whose call it is: each is asked one of a kind, and these everything
OF_A_KIND = [BROKEN[0], BROKEN[15], BROKEN[18], BROKEN[22]]
ASKED_ALL = {"LogIn", "CreateEvent", "UpdateProfilePicture", "DownloadData"}
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
TEXTS = {
    "session",
    "username",
    "code",
    "token",
    "password",
    "old_password",
    "new_password",
    "display_name",
    "bio",
    "display_name_part",
    "name",
    "note",
}
PROOFS = {
    ("MakeRecoveryCodes", "password"),
    ("DeleteAccount", "password"),
    ("DownloadData", "password"),
    ("LinkProvider", "password"),
}  # needed of whoever has one
IDS = {"event_id", "scan", "token_id"}
# A form is read alike for all; these are asked everything in one, too
FORMED = {"SendFriendRequest", "UpdateEvent", "UpdateProfileInfo"}
NUMBERS = {
    *("user_id", "time_from", "time_to", "limit", "offset", "ends_after", "starts_before"),
    "expires_in_days",
}


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def unlimited(site: Site, anna: Browser) -> None:
    """Every test begins with nothing counted, and with Anna at the review desk."""
    await site.unlimit()
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
    """The call with these arguments, as JSON; and in a form, where that is wanted and can be."""
    if call.method == "GET":
        return [await browser.client.get(f"{call.path}?{encoded(given)}")]
    as_json = await browser.send(call.path, **escaped(given))
    in_forms = in_forms or call.name in FORMED
    if not in_forms or not all(isinstance(value, str | int) for value in given.values()):
        return [as_json]
    return [as_json, await browser.send(call.path, content=encoded(given), headers=FORM)]


def encoded(given: dict[str, Any]) -> str:
    """As a query; a lone surrogate becomes three bytes that are no UTF-8."""
    spelled = {name: str(each).lower() if each is True else each for name, each in given.items()}
    return urlencode(spelled, errors="surrogatepass")


def arguments(call: Call, **changed: Any) -> dict[str, Any]:
    return {**{field: GOOD[field] for field in fields_of(call)}, **changed}


def taken_or_refused(answer: httpx.Response) -> int:
    """The number; our own fault is none."""
    error: int = envelope(answer)["error"]
    assert answer.status_code == 200 and error in {0, 1, 2, 3, 4, 5, 6}, answer.text
    return error


class TestTexts:
    @pytest.mark.parametrize(
        ("call", "field"), [each for each in FIELDS if each[1] in TEXTS], ids=named
    )
    async def test_every_nasty_text_is_kept_or_refused(
        self, site: Site, anna: Browser, call: Call, field: str
    ) -> None:
        browser = anna if call.needs_login else site.browser()
        await browser.token()
        # Nothing is done with the name of a picture, and looking at pictures takes its time; and
        # whoever guesses a password that proves who they are so often has to wait
        is_proof = field == "old_password" or (call.name, field) in PROOFS
        tried = UNSTORABLE if "image" in fields_of(call) or is_proof else NASTY
        for text in tried:
            given = arguments(call, **{field: text})
            if given.get("old_password") is not None and field != "old_password":
                given["old_password"] = None  # looking at one takes its time
            if "password" in given and call.name != "SignUp" and text not in UNSTORABLE:
                given["password"] = None  # looking at a password takes its time, on purpose
            if call.name == "UseRecoveryCode" and text not in UNSTORABLE:
                given["code" if field == "new_password" else "new_password"] = None  # so do codes
            for answer in await make(browser, call, given, in_forms=text in UNSTORABLE):
                error = taken_or_refused(answer)
                if text in UNSTORABLE:
                    assert error == 1 and field in answer.json()["error_msg"], (text, answer.text)
        if call.method == "POST" and call.needs_login:
            shown = await anna.get("/api/profile/GetProfile", user_id=anna.user_id)
            assert response(shown)["display_name"].isprintable()


class TestNumbers:
    @pytest.mark.parametrize(
        ("call", "field"), [each for each in FIELDS if each[1] in NUMBERS], ids=named
    )
    async def test_every_bad_number_is_refused_by_its_name(
        self, anna: Browser, call: Call, field: str
    ) -> None:
        may_be_zero = field not in {"user_id", "limit", "expires_in_days"}
        for number in BAD_IDS:
            if may_be_zero and number in (0, "0") and number is not False:
                continue
            if call.method == "GET" and not isinstance(number, str | int | float):
                continue
            for answer in await make(anna, call, arguments(call, **{field: number})):
                assert taken_or_refused(answer) == 1, (number, answer.text)
                text = answer.json()["error_msg"]
                assert field in text or "body" in text

    @pytest.mark.parametrize(
        "call", [call for call, field in FIELDS if field == "offset"], ids=named
    )
    async def test_no_list_is_read_far_down(self, anna: Browser, call: Call) -> None:
        """Contract: 1.19."""
        for offset, error in ((10_000, 0), (10_001, 1), (2_000_000_000, 1)):
            (answer,) = await make(anna, call, arguments(call, offset=offset))
            found = taken_or_refused(answer)
            assert found == error or {found, error} == {0, 5}, answer.text  # of no event
            assert "offset" in answer.json()["error_msg"] or not error

    @pytest.mark.parametrize("language", ["en", "ru"])
    async def test_a_refused_one_is_told_its_unit_and_range(
        self, anna: Browser, language: str
    ) -> None:
        """Of a time in milliseconds nobody would see what is wrong with it."""
        headers = {"Accept-Language": language}
        times = {"name": "Algebra", "time_from": 1_800_000_000_000, "time_to": 1_800_000_005}
        made = await anna.client.post(
            "/api/events/CreateEvent",
            json=times,
            headers={**headers, "X-CSRFToken": await anna.token()},
        )
        said = refusal(made, 1)
        assert "time_from" in said and "UNIX" in said and "253402300799" in said
        assert ("milliseconds" if language == "en" else "миллисекундах") in said
        for given, least, most in (({"offset": 10_001}, 0, 10_000), ({"limit": 0}, 1, 2**31 - 1)):
            path = "/api/events/GetEvents"
            answer = await anna.client.get(path, params=given, headers=headers)
            said = refusal(answer, 1)
            assert all(str(each) in said for each in (*given, least, most)), said
            assert answer.json()["code"] == "invalid_argument"

    @pytest.mark.parametrize(
        ("call", "field"), [each for each in FIELDS if each[1] in IDS], ids=named
    )
    async def test_every_malformed_id_of_36_characters_is_refused_by_its_name(
        self, anna: Browser, call: Call, field: str
    ) -> None:
        for event_id in BAD_EVENT_IDS:
            for answer in await make(anna, call, arguments(call, **{field: event_id})):
                assert taken_or_refused(answer) == 1, (event_id, answer.text)
                assert field in answer.json()["error_msg"]

    @pytest.mark.parametrize("scopes", BAD_SCOPES, ids=str)
    async def test_every_bad_list_of_scopes_is_refused_by_its_name(
        self, anna: Browser, scopes: Any
    ) -> None:
        (call,) = (each for each in CALLS if each.name == "CreateToken")
        for answer in await make(anna, call, arguments(call, scopes=scopes)):
            assert taken_or_refused(answer) == 1, answer.text
            assert "scopes" in answer.json()["error_msg"]


class TestMissing:
    @pytest.mark.parametrize(
        ("path", "fields"),
        [
            ("/api/events/UpdateEvent", ["name", "time_from", "time_to", "who_marks"]),
            ("/api/profile/UpdateProfileInfo", ["display_name", "bio"]),
            ("/api/auth/EndSession", ["session", "others"]),
        ],
    )
    async def test_where_one_of_some_is_needed_all_are_named(
        self, anna: Browser, path: str, fields: list[str]
    ) -> None:
        answer = await anna.post(path, event_id=str(uuid4()))
        said = refusal(answer, 2)
        assert all(each in said for each in fields), said
        assert answer.json()["code"] == "missing_argument" and "field" not in answer.json()

    # Of what one signs up and logs in with, the rest is as good where it is not given; an event
    # that was made has its name
    @pytest.mark.parametrize(
        ("call", "field"),
        [
            (call, field)
            for call, field in FIELDS
            if (call.name not in {"LogIn", "SignUp"} or field in {"username", "password"})
            and (call.name, field) != ("CreateEvent", "who_marks")
            and (call.name, field) != ("CreateToken", "password")  # of whoever has one
            and call.name != "WatchAttendance"  # which needs it, or a secret
            and (call.name, field) != ("ChangePassword", "old_password")  # whoever has one
            and (call.name, field) not in PROOFS
            and (call.name, field) != ("EndSession", "session")  # or others
        ],
        ids=named,
    )
    async def test_null_is_as_if_it_were_not_there(
        self, anna: Browser, call: Call, field: str
    ) -> None:
        without = {name: value for name, value in arguments(call).items() if name != field}
        answers = await make(anna, call, without, in_forms=True)
        if call.method == "POST":
            answers += await make(anna, call, {**without, field: None})
        told = {(each.json()["error"], each.json()["error_msg"]) for each in answers}
        assert len(told) == 1
        ((error, text),) = told
        needed = field in {each.name for each in required(call)}
        assert (error == 2) is needed and (field in text or not needed)


def required(call: Call) -> list[Any]:
    return [each for each in msgspec.structs.fields(call.arguments) if each.required]


class TestBodies:
    @pytest.mark.parametrize("call", POSTS, ids=named)
    async def test_every_broken_body_is_refused(self, anna: Browser, call: Call) -> None:
        for content_type, body in BROKEN if call.name in ASKED_ALL else OF_A_KIND:
            sent = {"Content-Type": content_type.encode("latin-1")}
            answer = await anna.send(call.path, content=body, headers=sent)
            error = taken_or_refused(answer)
            assert error in {1, 2, 4}, (content_type, body[:40], answer.text)

    async def test_a_repeated_parameter_is_refused_by_its_name(self, anna: Browser) -> None:
        answer = await anna.client.get("/api/profile/GetProfile?user_id=1&user_id=1")
        assert taken_or_refused(answer) == 1 and "user_id" in answer.json()["error_msg"]

    @pytest.mark.parametrize(
        "query", ["name=%FF", "name=%ED%A0%80aaa", "%FF=1&name=%00%00%00", "name=%"]
    )
    async def test_a_query_that_is_no_text_is_refused(self, anna: Browser, query: str) -> None:
        answer = await anna.client.get(f"/api/events/GetEvents?{query}")
        assert taken_or_refused(answer) == 1 and "name" in answer.json()["error_msg"]

    async def test_unknown_fields_are_ignored(self, anna: Browser) -> None:
        """Contract: 1.5."""
        given = {"bio": "kept", "user_id": 999, "karma": [1e308, None, {"deep": [[]]}], "\x00": ""}
        assert response(await anna.send("/api/profile/UpdateProfileInfo", **escaped(given))) == {}

    async def test_files_in_odd_parts(self, anna: Browser) -> None:
        path = "/api/profile/UpdateProfilePicture"
        file = ("a.png", picture(), "image/png")
        for files in (
            [("image", file), ("image", file), ("name", (None, "a.png"))],
            [("image", file), ("name", file)],
            [("image", ("a.png", b"", "image/png")), ("name", (None, "a.png"))],
            [("image", ("", b"", "application/octet-stream")), ("name", (None, ""))],
            [("image", (None, "text", "text/plain; charset=klingon")), ("name", (None, "a"))],
            [*((f"f{n}", (None, "a")) for n in range(300)), ("image", file)],
        ):
            assert taken_or_refused(await anna.send(path, files=files)) in {1, 2, 4}

    async def test_a_password_is_never_told(self, site: Site) -> None:
        given = {"username": "a b", "password": PASSWORD}
        answer = await site.browser().post("/accounts/signup/", **given)
        assert taken_or_refused(answer) == 1 and PASSWORD not in answer.text
