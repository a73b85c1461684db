"""The calls of people who have lost their password, or prepare for it. Contract: 9.1."""

from __future__ import annotations

import logging
import re

import httpx
import pytest
import pytest_asyncio

from attendance_core.limits import FAILED_LOG_INS
from attendance_core.recovery import RESET_SECONDS, reset_id_of
from attendance_core.recovery.codes import typed_code
from attendance_core.vocabulary import UserId
from attendance_web.http import pipeline
from attendance_web.routes import CALLS
from tests.support.browsers_logged_in import user_id_of
from tests.support.site import PASSWORD, Browser, Site, code, envelope, refusal, response
from tests.support.site import site_in_folder as site

__all__ = ["site"]
pytestmark = pytest.mark.asyncio(loop_scope="module")
CODES, RECOVERY, RESET = "/accounts/recovery/codes/", "/accounts/recovery/", "/accounts/reset/"
NEW_PASSWORD = "battery staple horse"


@pytest_asyncio.fixture(loop_scope="module")
async def anna(site: Site) -> Browser:
    """Somebody new, in each test."""
    await site.forget_tallies()
    return await site.add_person("anna")


async def make_codes(person: Browser, password: str = PASSWORD) -> list[str]:
    made = response(await person.post(CODES, password=password))
    assert list(made) == ["codes"]
    codes: list[str] = made["codes"]
    return codes


async def recovers(browser: Browser, person: Browser, shown: str) -> httpx.Response:
    given = {"username": person.username, "code": shown, "new_password": NEW_PASSWORD}
    return await browser.post(RECOVERY, **given)


async def make_reset_link(site: Site, person: Browser) -> str:
    return await site.attendance.use_cases.make_reset_link(username=person.username)


async def logs_in(browser: Browser, person: Browser, password: str) -> httpx.Response:
    return await browser.post("/accounts/login/", username=person.username, password=password)


class TestCodes:
    """Contract: POST /accounts/recovery/codes/."""

    async def test_ten_are_shown_and_only_their_hashes_are_kept(
        self, site: Site, anna: Browser, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.DEBUG):
            codes = await make_codes(anna)
        assert len(set(codes)) == 10
        for each in codes:
            assert re.fullmatch(r"([2-9A-HJKMNP-TV-Z]{4}-){3}[2-9A-HJKMNP-TV-Z]{4}", each)
            assert each not in caplog.text and each.replace("-", "") not in caplog.text
        selector, secret = typed_code(codes[0])
        kept = await site.attendance._store.observe(
            lambda unit: unit.recovery_codes.find(UserId(anna.user_id), selector)
        )
        assert kept is not None and kept.secret_hash.startswith(("$argon2id$", "$scrypt$"))
        assert secret not in kept.secret_hash

    async def test_the_ones_before_are_void(self, site: Site, anna: Browser) -> None:
        old, new = await make_codes(anna), await make_codes(anna)
        assert code(await recovers(site.browser(), anna, old[0]), 3) == "wrong_recovery_code"
        response(await recovers(site.browser(), anna, new[0]))

    async def test_ten_hashes_may_take_as_long_as_log_ins_may(
        self, site: Site, anna: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Contract: 1.16. A slow machine needs more than the seconds of other calls."""
        monkeypatch.setattr(pipeline, "ANSWER_SECONDS", -1.0)
        assert len(await make_codes(anna)) == 10
        taking_proof = {call.name for call in CALLS if call.takes_proof}
        assert taking_proof == {
            *("ChangePassword", "CreateToken", "DeleteAccount", "DownloadData", "LinkProvider"),
            "MakeRecoveryCodes",
        }

    async def test_they_need_proof(self, site: Site, anna: Browser) -> None:
        """Contract: 9.1."""
        wrong = await anna.post(CODES, password="wrong password")
        assert code(wrong, 3) == "wrong_password"
        assert "«password»" in refusal(await anna.post(CODES), 2)
        anonymous = site.browser()
        refusal(await anonymous.post(CODES, password=PASSWORD), 7, status=401)


class TestRecovery:
    """Contract: POST /accounts/recovery/."""

    async def test_one_is_logged_in_with_a_new_password_and_everywhere_else_out(
        self, site: Site, anna: Browser
    ) -> None:
        shown = (await make_codes(anna))[0]
        phone, new_browser = site.browser(), site.browser()
        response(await logs_in(phone, anna, PASSWORD))
        assert response(await recovers(new_browser, anna, shown.lower())) == {
            "user_id": anna.user_id
        }
        found = [await user_id_of(each) for each in (anna, phone, new_browser)]
        assert found == [None, None, anna.user_id]
        assert code(await logs_in(site.browser(), anna, PASSWORD), 3) == "wrong_credentials"
        response(await logs_in(site.browser(), anna, NEW_PASSWORD))

    async def test_tokens_let_nobody_in_any_more(self, site: Site, anna: Browser) -> None:
        """Contract: 9.1; a password that is changed leaves them."""
        given = {"name": "a program", "scopes": ["read"], "password": PASSWORD}
        made = response(await anna.post("/api/auth/CreateToken", **given))
        headers = {"Authorization": f"Bearer {made['token']}"}
        program = site.browser(headers=headers).client
        assert response(await program.get("/api/auth/GetCurrentUserId"))["user_id"] is not None
        (shown, *_), browser = await make_codes(anna), site.browser()
        response(await recovers(browser, anna, shown))
        assert response(await program.get("/api/auth/GetCurrentUserId"))["user_id"] is None
        assert response(await browser.get("/api/auth/GetTokens")) == {"tokens": []}

    async def test_a_code_works_once_and_the_others_go_on(self, site: Site, anna: Browser) -> None:
        first, second, *_ = await make_codes(anna)
        response(await recovers(site.browser(), anna, first))
        refusal(await recovers(site.browser(), anna, first), 3)
        response(await recovers(site.browser(), anna, second))

    async def test_whatever_is_wrong_is_told_alike(self, site: Site, anna: Browser) -> None:
        shown = (await make_codes(anna))[0]
        told = [
            (
                await site.browser().post(
                    RECOVERY, username=name, code=typed, new_password=NEW_PASSWORD
                )
            )
            for name, typed in [
                (anna.username, shown[:-1] + ("2" if shown[-1] != "2" else "3")),
                (anna.username, ""),
                (anna.username, "x" * 10_000),
                ("nobody", shown),
                ("no name at all", shown),
            ]
        ]
        assert {each.status_code for each in told} == {200}
        (said,) = {each.text for each in told}
        assert envelope(told[0])["code"] == "wrong_recovery_code" and "«" not in said

    async def test_wrong_ones_count_as_failed_log_ins(self, site: Site, anna: Browser) -> None:
        """Contract: 1.10."""
        shown = (await make_codes(anna))[0]
        for number in range(FAILED_LOG_INS.most):
            wrong = site.browser()
            if number % 2:
                refusal(await logs_in(wrong, anna, "wrong password"), 3)
            else:
                refusal(await recovers(wrong, anna, "no code"), 3)
        refusal(await recovers(site.browser(), anna, shown), 8, status=429)
        refusal(await logs_in(site.browser(), anna, PASSWORD), 8, status=429)
        # A browser that is known has tries of its own (9.4), and is let in as ever
        response(await recovers(anna, anna, shown))

    async def test_a_password_that_is_refused_uses_nothing_up(
        self, site: Site, anna: Browser
    ) -> None:
        shown = (await make_codes(anna))[0]
        for password in ("short", "password", "x1" * 129, "12345\x00678"):
            given = {"username": anna.username, "code": shown, "new_password": password}
            told = await site.browser().post(RECOVERY, **given)
            assert "«new_password»" in refusal(told, 1)
            assert envelope(told)["field"] == "new_password"
        response(await recovers(site.browser(), anna, shown))

    async def test_a_failed_one_is_a_line_of_the_security_log(
        self, site: Site, anna: Browser, caplog: pytest.LogCaptureFixture
    ) -> None:
        refusal(await recovers(site.browser(), anna, "no code"), 3)
        (line,) = [each.getMessage() for each in caplog.records if "security" in each.name]
        assert line.startswith("failed_log_in ") and anna.username not in line

    async def test_the_browser_is_known_and_the_session_is_a_new_one(
        self, site: Site, anna: Browser
    ) -> None:
        """Contract: 2.5, 9.4."""
        shown, before = (await make_codes(anna))[0], anna.session
        new_browser = site.browser()
        response(await recovers(new_browser, anna, shown))
        assert new_browser.client.cookies.get("knownbrowser")
        assert new_browser.session not in (None, before)


class TestReset:
    """Contract: POST /accounts/reset/."""

    async def test_a_link_lets_its_person_in_once_and_everybody_else_out(
        self, site: Site, anna: Browser
    ) -> None:
        token, new_browser = await make_reset_link(site, anna), site.browser()
        given = {"token": token, "new_password": NEW_PASSWORD}
        assert response(await new_browser.post(RESET, **given)) == {"user_id": anna.user_id}
        assert [await user_id_of(each) for each in (anna, new_browser)] == [None, anna.user_id]
        assert new_browser.client.cookies.get("knownbrowser")
        response(await logs_in(site.browser(), anna, NEW_PASSWORD))
        assert code(await site.browser().post(RESET, **given), 3) == "wrong_reset_link"

    async def test_it_lasts_a_day(self, site: Site, anna: Browser) -> None:
        token = await make_reset_link(site, anna)
        site.clock.pass_(RESET_SECONDS)
        told = await site.browser().post(RESET, token=token, new_password=NEW_PASSWORD)
        site.clock.pass_(-RESET_SECONDS)
        assert code(told, 3) == "wrong_reset_link"

    async def test_whatever_is_wrong_is_told_alike(self, site: Site, anna: Browser) -> None:
        replaced, used = await make_reset_link(site, anna), await make_reset_link(site, anna)
        response(await site.browser().post(RESET, token=used, new_password=NEW_PASSWORD))
        told = [
            await site.browser().post(RESET, token=token, new_password=NEW_PASSWORD)
            for token in (replaced, used, "", "x" * 10_000, "ы", str(reset_id_of(used)))
        ]
        (said,) = {each.text for each in told}
        assert said and code(told[0], 3) == "wrong_reset_link"

    async def test_it_lets_in_whoever_has_failed_too_often(self, site: Site, anna: Browser) -> None:
        for _ in range(FAILED_LOG_INS.most):
            refusal(await logs_in(site.browser(), anna, "wrong password"), 3)
        token = await make_reset_link(site, anna)
        response(await site.browser().post(RESET, token=token, new_password=NEW_PASSWORD))

    async def test_a_password_that_is_refused_uses_nothing_up(
        self, site: Site, anna: Browser
    ) -> None:
        token = await make_reset_link(site, anna)
        told = await site.browser().post(RESET, token=token, new_password="password")
        assert "«new_password»" in refusal(told, 1)
        response(await site.browser().post(RESET, token=token, new_password=NEW_PASSWORD))
