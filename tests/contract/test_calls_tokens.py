"""The calls about tokens of programs, over every store in one process. Contract: 9.1, 9.3."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio

from attendance_core.accounts import USE_NOTED_EVERY
from attendance_core.bearer_tokens import DAY_SECONDS
from attendance_core.tokens import MAX_TOKENS
from tests.support.site import PASSWORD, Browser, Site, code, refusal, response
from tests.support.site import site_in_folder as site

__all__ = ["site"]
pytestmark = pytest.mark.asyncio(loop_scope="module")
CREATE, LIST, REVOKE = (f"/api/auth/{name}" for name in ("CreateToken", "GetTokens", "RevokeToken"))
WHO = "/api/auth/GetCurrentUserId"


@pytest_asyncio.fixture(loop_scope="module")
async def anna(site: Site) -> Browser:
    """Somebody new, since the time that has passed ends sessions."""
    return await site.add_person("anna")


@pytest_asyncio.fixture(loop_scope="module")
async def boris(site: Site) -> Browser:
    return await site.add_person("boris")


async def create(browser: Browser, **given: Any) -> dict[str, Any]:
    """Has them make a token, by their password."""
    given = {"name": "a program", "scopes": ["read"], "password": PASSWORD, **given}
    made: dict[str, Any] = response(await browser.post(CREATE, **given))
    return made


def program(site: Site, token: str) -> httpx.AsyncClient:
    """Makes a client that shows this token, and no cookie."""
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
    return site.browser(headers=headers).client


async def listed(browser: Browser) -> list[dict[str, Any]]:
    tokens: list[dict[str, Any]] = response(await browser.get(LIST))["tokens"]
    return tokens


class TestCreateToken:
    """Contract: CreateToken."""

    async def test_a_program_acts_for_whoever_gave_it_a_token(
        self, site: Site, anna: Browser
    ) -> None:
        made = await create(anna)
        assert made.keys() == {"token", "token_id"} and made["token"].startswith("att_")
        assert len(made["token"]) == len("att_") + 43  # 256 bits
        assert str(UUID(made["token_id"])) == made["token_id"]
        answer = await program(site, made["token"]).get(WHO)
        assert response(answer) == {"user_id": anna.user_id}
        assert "set-cookie" not in answer.headers or "sessionid" not in answer.headers["set-cookie"]

    async def test_it_is_shown_once(self, site: Site, anna: Browser) -> None:
        made = await create(anna)
        assert made["token"].removeprefix("att_") not in (await anna.get(LIST)).text

    async def test_it_takes_the_password(self, site: Site) -> None:
        anna = await site.add_person("anna")
        given = {"name": "x", "scopes": ["read"]}
        answer = await anna.post(CREATE, **given)
        assert "password" in refusal(answer, 2)
        assert code(await anna.post(CREATE, **given, password="wrong"), 3) == "wrong_password"
        assert await listed(anna) == []

    async def test_wrong_ones_count_as_failed_log_ins(self, site: Site) -> None:
        """Contract: 9.1: a found session is no way around the limit."""
        anna = await site.add_person("anna")
        given = {"name": "x", "scopes": ["read"]}
        for _ in range(10):
            assert code(await anna.post(CREATE, **given, password="wrong"), 3) == "wrong_password"
        refusal(await anna.post(CREATE, **given, password=PASSWORD), 8, status=429)
        await site.forget_tallies()

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"scopes": []}, "scopes"),
            ({"scopes": ["all"]}, "scopes"),
            ({"scopes": ["read", "write"]}, "scopes"),
            ({"name": ""}, "name"),
            ({"name": "x" * 65}, "name"),
            ({"expires_in_days": 0}, "expires_in_days"),
            ({"expires_in_days": 366}, "expires_in_days"),
        ],
    )
    async def test_what_there_is_not_is_refused_by_its_name(
        self, anna: Browser, given: dict[str, Any], field: str
    ) -> None:
        right = {"name": "x", "scopes": ["read"], "password": PASSWORD}
        answer = await anna.post(CREATE, **{**right, **given})
        assert field in refusal(answer, 1) and answer.json()["field"] == field

    async def test_a_form_has_its_scopes_in_one_text(self, site: Site, anna: Browser) -> None:
        given = {"name": "a form", "scopes": "mark,read", "password": PASSWORD}
        for how in (
            {"data": given},
            {"files": {key: (None, value) for key, value in given.items()}},
        ):
            made = response(await anna.send(CREATE, **how))
            scopes = {each["token_id"]: each["scopes"] for each in await listed(anna)}
            assert scopes[made["token_id"]] == ["read", "mark"]

    async def test_there_are_fifty_at_most(self, site: Site) -> None:
        """Contract: 9.3."""
        anna = await site.add_person("anna")
        made = [await create(anna) for _ in range(MAX_TOKENS)]
        given = {"name": "x", "scopes": ["read"], "password": PASSWORD}
        answer = await anna.post(CREATE, **given)
        assert code(answer, 3) == "too_many_tokens" and "50" in answer.json()["error_msg"]
        response(await anna.post(REVOKE, token_id=made[0]["token_id"]))
        await create(anna)


class TestGetTokens:
    """Contract: GetTokens."""

    async def test_one_sees_one_s_own(self, site: Site, boris: Browser) -> None:
        anna = await site.add_person("anna")
        now = int(site.clock.at)
        first = await create(anna, name="первый", scopes=["export", "read"], expires_in_days=1)
        site.clock.pass_(1)
        second = await create(anna, name="second")
        assert await listed(anna) == [
            {
                "token_id": first["token_id"],
                "name": "первый",
                "scopes": ["read", "export"],
                "created_at": now,
                "used_at": None,
                "expires_at": now + int(DAY_SECONDS),
            },
            {
                "token_id": second["token_id"],
                "name": "second",
                "scopes": ["read"],
                "created_at": now + 1,
                "used_at": None,
                "expires_at": now + 1 + 90 * int(DAY_SECONDS),
            },
        ]
        assert first["token_id"] not in (await boris.get(LIST)).text

    async def test_it_tells_the_last_use_to_a_minute(self, site: Site) -> None:
        """Contract: 9.3."""
        anna = await site.add_person("anna")
        made, began = await create(anna), int(site.clock.at)
        client, used = program(site, made["token"]), []
        for seconds in (5, 30, int(USE_NOTED_EVERY)):
            site.clock.pass_(seconds)
            response(await client.get("/api/friends/GetFriendList"))
            used.append((await listed(anna))[0]["used_at"] - began)
        assert used == [5, 5, 35 + int(USE_NOTED_EVERY)]

    async def test_expired_ones_for_thirty_days(self, site: Site) -> None:
        anna = await site.add_person("anna")
        made = await create(anna, expires_in_days=1)
        client = program(site, made["token"])
        site.clock.pass_(DAY_SECONDS)
        refusal(await client.get(LIST), 7, status=401)
        for _ in range(29):
            site.clock.pass_(DAY_SECONDS)
            assert len(await listed(anna)) == 1
        site.clock.pass_(DAY_SECONDS)
        assert await listed(anna) == []


class TestRevokeToken:
    """Contract: RevokeToken."""

    async def test_it_lets_nobody_in_any_more_and_is_not_listed(self, site: Site) -> None:
        anna = await site.add_person("anna")
        made, other = await create(anna), await create(anna)
        for _ in range(2):
            assert response(await anna.post(REVOKE, token_id=made["token_id"])) == {}
        assert response(await program(site, made["token"]).get(WHO)) == {"user_id": None}
        assert response(await program(site, other["token"]).get(WHO))["user_id"] == anna.user_id
        assert [each["token_id"] for each in await listed(anna)] == [other["token_id"]]

    async def test_nobody_ends_somebody_else_s(self, site: Site, boris: Browser) -> None:
        anna = await site.add_person("anna")
        made = await create(anna)
        assert response(await boris.post(REVOKE, token_id=made["token_id"])) == {}
        assert response(await boris.post(REVOKE, token_id=str(uuid4()))) == {}
        assert len(await listed(anna)) == 1

    async def test_logging_out_leaves_it(self, site: Site) -> None:
        anna = await site.add_person("anna")
        made = await create(anna)
        response(await anna.post("/accounts/logout/"))
        found = response(await program(site, made["token"]).get(WHO))
        assert found["user_id"] == anna.user_id


class TestWhatIsShown:
    """Contract: 9.3."""

    @pytest.fixture
    def all_logged(self, caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
        """Whatever is said, by anybody."""
        caplog.set_level(1)
        return caplog

    async def test_no_log_has_a_token(
        self, site: Site, anna: Browser, all_logged: pytest.LogCaptureFixture
    ) -> None:
        made = await create(anna)
        secret = made["token"].removeprefix("att_")
        client = program(site, made["token"])
        for path in (WHO, LIST, "/api/profile/GetProfile", "/nowhere", "/schema"):
            await client.get(path)
        await client.get(WHO, headers={"X-Attendance-User": str(anna.user_id + 1)})
        for path in ("/accounts/login/", "/api/events/CreateEvent", REVOKE):
            await client.post(path, json={})
        assert not [
            each for each in all_logged.records if secret in f"{each.getMessage()} {each.args}"
        ]

    async def test_it_is_not_taken_from_an_address_or_a_cookie(
        self, site: Site, anna: Browser
    ) -> None:
        """There it would be logged, or sent unasked."""
        token = (await create(anna))["token"]
        anonymous = site.browser()
        for path in (f"{WHO}?token={token}", f"{WHO}?access_token={token}"):
            assert response(await anonymous.get(path)) == {"user_id": None}
        anonymous.client.cookies.set("sessionid", token)
        assert response(await anonymous.get(WHO)) == {"user_id": None}

    @pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer"])
    async def test_the_scheme_is_in_either_case(
        self, site: Site, anna: Browser, scheme: str
    ) -> None:
        token = (await create(anna))["token"]
        client = site.browser(headers={"Authorization": f"{scheme} {token}"}).client
        assert response(await client.get(WHO)) == {"user_id": anna.user_id}
