"""Log-in by the university, with a provider that misbehaves in every way. Contract: 9.5-9.7."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import pytest_asyncio

from attendance_adapters.oidc.fetching import MAX_ANSWER_BYTES
from attendance_adapters.oidc.published import PAUSE_SECONDS
from attendance_core.accounts import PROOF_SECONDS
from attendance_core.identities import LINK_REQUEST_SECONDS
from attendance_core.limits import PROVIDER_LOG_INS
from attendance_core.providers import DEFAULT_DISPLAY_NAME, MAX_LINKS
from attendance_core.testing.clock import TestClock
from attendance_core.vocabulary import UserId
from tests.support.oidc_provider import (
    CLIENT_ID,
    NAME,
    SECRET,
    Answer,
    Person,
    Provider,
    a_provider,
    as_json,
    by_published_key,
    client_of,
    ec_key,
    half_hash,
    rsa_key,
    signed_by_hand,
    unsigned,
)
from tests.support.pictures import picture
from tests.support.site import (
    ORIGIN,
    PASSWORD,
    Browser,
    Site,
    code,
    envelope,
    escaped,
    opened_site,
    refusal,
    response,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")
LOG_IN, CALLBACK = "/accounts/oidc/login/", "/accounts/oidc/callback/"
LINK, UNLINK = "/accounts/oidc/link/", "/accounts/oidc/unlink/"
HTML = {"Accept": "text/html,application/xhtml+xml"}
CONFIGURATION = "/.well-known/openid-configuration"
CLAIM = "student"


class LogIns(NamedTuple):
    """A service, and the provider that people log in by there."""

    site: Site
    provider: Provider


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LogIns]:
    clock = TestClock()
    async with (
        a_provider(clock) as provider,
        opened_site(
            tmp_path_factory.mktemp("site"),
            provider=lambda site_clock: client_of(provider, site_clock, confirmed_claim=CLAIM),
        ) as site,
    ):
        provider.clock = site.clock
        yield LogIns(site, provider)


@pytest_asyncio.fixture(loop_scope="module")
async def log_ins(whole: LogIns) -> AsyncIterator[LogIns]:
    """The provider behaves, and nothing of before counts."""
    await whole.site.unlimit()
    well_behaved = Provider(whole.provider.issuer, whole.site.clock)
    for name in Provider.__dataclass_fields__:
        setattr(whole.provider, name, getattr(well_behaved, name))
    whole.provider.publish(rsa_key())
    whole.site.clock.pass_(4000)  # what was kept of it is forgotten
    yield whole


async def begin(browser: Browser) -> str:
    """The address that a browser is sent to."""
    sent = await browser.client.get(LOG_IN)
    assert sent.status_code == 302, sent.text
    return sent.headers["location"]


async def log_in(log_ins: LogIns, browser: Browser, person: Person) -> httpx.Response:
    way = log_ins.provider.come_back(await begin(browser), person)
    return await browser.client.get(way, headers=HTML)


async def user_id_of(browser: Browser) -> Any:
    return response(await browser.get("/api/auth/GetCurrentUserId"))["user_id"]


async def profile_of(browser: Browser) -> Any:
    return response(await browser.get("/api/profile/GetProfile", user_id=await user_id_of(browser)))


async def links_of(browser: Browser) -> list[dict[str, Any]]:
    links: list[dict[str, Any]] = response(await browser.get("/api/auth/GetSessions"))["links"]
    return links


async def begin_link(browser: Browser, **given: Any) -> str:
    url: str = response(await browser.post(LINK, **given))["url"]
    return url


async def link(log_ins: LogIns, browser: Browser, person: Person) -> httpx.Response:
    url = await begin_link(browser, password=PASSWORD)
    return await browser.client.get(log_ins.provider.come_back(url, person), headers=HTML)


def let_in(answer: httpx.Response, where: str = "/#/") -> None:
    assert (answer.status_code, answer.headers["location"]) == (302, where), answer.text
    assert answer.headers["cache-control"] == "no-store" and answer.content == b""


async def refused(log_ins: LogIns, answer: httpx.Response, browser: Browser, code: str) -> None:
    """A browser is shown why, by a code that the page has words for; nobody is logged in."""
    let_in(answer, f"/#/oidc/{code}")
    assert await user_id_of(browser) is None


async def people_count(site: Site) -> int:
    observe = site.attendance.use_cases.get_ways_in.observe

    def count(unit: Any) -> int:
        number = 0
        while unit.accounts.find_by_id(UserId(number + 1)) is not None:
            number += 1
        return number

    return await observe(count)


class TestLogIn:
    """Contract: 9.5."""

    async def test_a_person_gets_an_account_and_comes_back_to_it(self, log_ins: LogIns) -> None:
        anna, browser, other = Person(), log_ins.site.browser(), log_ins.site.browser()
        let_in(await log_in(log_ins, browser, anna))
        shown = await profile_of(browser)
        assert shown["display_name"] == anna.name
        let_in(await log_in(log_ins, other, anna))
        assert await user_id_of(other) == shown["user_id"]
        assert [each["issuer"] for each in await links_of(browser)] == [log_ins.provider.issuer]

    async def test_it_is_told_who_has_a_password_to_prove_themselves_by(
        self, log_ins: LogIns
    ) -> None:
        browser = log_ins.site.browser()
        let_in(await log_in(log_ins, browser, Person()))
        told = [
            await each.get("/api/auth/GetSessions")
            for each in (browser, await log_ins.site.person())
        ]
        assert [response(each)["has_password"] for each in told] == [False, True]

    async def test_what_the_browser_is_sent_with_is_new_each_time(self, log_ins: LogIns) -> None:
        one, other = await begin(log_ins.site.browser()), await begin(log_ins.site.browser())
        asked = [parse_qs(urlsplit(each).query) for each in (one, other)]
        for name in ("state", "nonce", "code_challenge"):
            assert len(asked[0][name][0]) == 43 and asked[0][name] != asked[1][name]
        assert asked[0]["from"] == ["us"] and asked[0]["scope"] == ["openid profile"]
        assert asked[0]["redirect_uri"] == [f"{ORIGIN}{CALLBACK}"]

    async def test_what_it_keeps_no_page_reads_and_no_other_site_sends(
        self, log_ins: LogIns
    ) -> None:
        browser = log_ins.site.browser()
        (kept,) = (await browser.client.get(LOG_IN)).headers.get_list("set-cookie")
        assert kept.startswith("oidcattempt=login.")
        assert {"HttpOnly", "Path=/", "SameSite=Lax", "Max-Age=600"} <= {*kept.split("; ")}
        safe = log_ins.site.browser(base_url="https://attendance.test")
        (kept,) = (await safe.client.get(LOG_IN)).headers.get_list("set-cookie")
        assert kept.startswith("__Host-oidcattempt=login.") and "Secure" in kept.split("; ")

    async def test_somebody_of_one_name_or_address_is_somebody_else(self, log_ins: LogIns) -> None:
        mail = {"email": "anna@university.test", "email_verified": True}
        ids = []
        for person in (Person(more=mail), Person(more=mail)):
            browser = log_ins.site.browser()
            let_in(await log_in(log_ins, browser, person))
            ids.append(await user_id_of(browser))
        assert len(set(ids)) == 2

    async def test_the_same_subject_of_another_issuer_is_somebody_else(
        self, log_ins: LogIns
    ) -> None:
        anna, browser = Person(), log_ins.site.browser()
        let_in(await log_in(log_ins, browser, anna))
        clock = log_ins.site.clock
        async with (
            a_provider(clock) as elsewhere,
            opened_site(None, provider=lambda _: client_of(elsewhere, clock)) as site,
        ):
            there = site.browser()
            let_in(await log_in(LogIns(site, elsewhere), there, anna))
            (link,) = await links_of(there)
        assert link["issuer"] == elsewhere.issuer != log_ins.provider.issuer
        assert link["link"] != (await links_of(browser))[0]["link"]

    async def test_the_session_of_before_ends_and_the_browser_is_known(
        self, log_ins: LogIns
    ) -> None:
        browser = await log_ins.site.person()
        before, old = browser.user_id, browser.session
        let_in(await log_in(log_ins, browser, Person()))
        assert await user_id_of(browser) != before and browser.session != old
        stale = log_ins.site.browser(cookies={"sessionid": str(old)})
        assert await user_id_of(stale) is None
        assert "knownbrowser" in browser.client.cookies

    async def test_nobody_logs_in_there_by_a_password(self, log_ins: LogIns) -> None:
        browser = log_ins.site.browser()
        let_in(await log_in(log_ins, browser, Person()))
        user_id = UserId(await user_id_of(browser))
        observe = log_ins.site.attendance.use_cases.get_ways_in.observe
        account = await observe(lambda unit: unit.accounts.find_by_id(user_id))
        assert account is not None and account.password_hash is None
        given = {"username": account.username, "password": PASSWORD}
        stranger = log_ins.site.browser()
        assert code(await stranger.post("/accounts/signup/", **given), 1) == "bad_username"
        assert code(await stranger.post("/accounts/login/", **given), 3) == "wrong_credentials"
        response(await browser.post("/accounts/password/", new_password=PASSWORD))
        assert code(await stranger.post("/accounts/login/", **given), 3) == "wrong_credentials"

    async def test_a_name_that_cannot_be_shown_is_no_reason_to_refuse(
        self, log_ins: LogIns
    ) -> None:
        odd: list[Any] = [None, "", " ", "a" * 101, "\u202eevil", "a" + "\u0301" * 90, "x" * 5000]
        for name in odd:
            browser = log_ins.site.browser()
            let_in(await log_in(log_ins, browser, Person(name=name)))
            assert (await profile_of(browser))["display_name"] == DEFAULT_DISPLAY_NAME
        browser = log_ins.site.browser()
        let_in(await log_in(log_ins, browser, Person(more={"name": ["Anna"]})))
        assert (await profile_of(browser))["display_name"] == DEFAULT_DISPLAY_NAME

    async def test_a_provider_that_tells_names_only_who_asks_is_asked(
        self, log_ins: LogIns
    ) -> None:
        log_ins.provider.tells_name = False
        browser = log_ins.site.browser()
        let_in(await log_in(log_ins, browser, Person(name="Вера Ли")))
        assert (await profile_of(browser))["display_name"] == "Вера Ли"
        log_ins.provider.change_userinfo = lambda given: {**given, "sub": "somebody else"}
        browser = log_ins.site.browser()
        answer = await log_in(log_ins, browser, Person())
        await refused(log_ins, answer, browser, "provider_distrusted")

    async def test_first_log_ins_at_once_make_one_account(self, log_ins: LogIns) -> None:
        anna, browsers = Person(), [log_ins.site.browser() for _ in range(8)]
        ways = [log_ins.provider.come_back(await begin(each), anna) for each in browsers]
        before = await people_count(log_ins.site)
        answers = await asyncio.gather(
            *(each.client.get(way) for each, way in zip(browsers, ways, strict=True))
        )
        for each in answers:
            let_in(each)
        assert len({await user_id_of(each) for each in browsers}) == 1
        assert await people_count(log_ins.site) == before + 1

    async def test_an_account_logs_in_twenty_times_in_fifteen_minutes(
        self, log_ins: LogIns
    ) -> None:
        anna, browser = Person(), log_ins.site.browser()
        for _ in range(PROVIDER_LOG_INS.most):
            let_in(await log_in(log_ins, log_ins.site.browser(), anna))
        await refused(log_ins, await log_in(log_ins, browser, anna), browser, "too_many_requests")
        way = log_ins.provider.come_back(await begin(browser), anna)
        assert code(await browser.client.get(way), 8, status=429) == "too_many_requests"
        let_in(await log_in(log_ins, log_ins.site.browser(), Person()))
        log_ins.site.clock.pass_(PROVIDER_LOG_INS.within)
        let_in(await log_in(log_ins, browser, anna))

    async def test_the_page_is_told_how_people_call_it(self, log_ins: LogIns) -> None:
        told = response(await log_ins.site.browser().get("/api/auth/GetCurrentUserId"))
        assert told == {"user_id": None, "provider": NAME}

    async def test_keys_of_other_kinds_and_clients_of_other_ways_are_known(
        self, log_ins: LogIns
    ) -> None:
        log_ins.provider.key, log_ins.provider.algorithm = ec_key(), "ES256"
        log_ins.provider.publish(rsa_key(), ec_key())
        log_ins.provider.published.insert(0, {"kty": "AKP", "alg": "ML-DSA-44", "kid": "new"})
        let_in(await log_in(log_ins, log_ins.site.browser(), Person()))
        log_ins.provider.key, log_ins.provider.algorithm = rsa_key(), "PS256"
        let_in(await log_in(log_ins, log_ins.site.browser(), Person()))

    async def test_a_key_that_is_new_is_asked_for_but_not_always(self, log_ins: LogIns) -> None:
        let_in(await log_in(log_ins, log_ins.site.browser(), Person()))
        log_ins.provider.key = rsa_key("second")
        log_ins.provider.publish(rsa_key("second"))
        log_ins.provider.asked.clear()
        browser = log_ins.site.browser()
        await refused(
            log_ins, await log_in(log_ins, browser, Person()), browser, "provider_distrusted"
        )
        assert "/keys" not in log_ins.provider.asked  # it was asked just before
        log_ins.site.clock.pass_(11)
        for _ in range(3):
            let_in(await log_in(log_ins, log_ins.site.browser(), Person()))
        assert log_ins.provider.asked.count("/keys") == 1
        assert CONFIGURATION not in log_ins.provider.asked


def now_of(log_ins: LogIns) -> int:
    return int(log_ins.site.clock.now())


# What a provider of ours would not say: by what is wrong, how it is made so
Misbehave = Callable[[LogIns], object]
CLAIMS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "another issuer": lambda given: given | {"iss": "https://evil.test"},
    "an issuer with a slash": lambda given: given | {"iss": given["iss"] + "/"},
    "an issuer in another case": lambda given: given | {"iss": given["iss"].upper()},
    "a list of issuers": lambda given: given | {"iss": [given["iss"]]},
    "no issuer": lambda given: without(given, "iss"),
    "another audience": lambda given: given | {"aud": "another client"},
    "no audience": lambda given: without(given, "aud"),
    "an empty audience": lambda given: given | {"aud": []},
    "an audience that is none": lambda given: given | {"aud": {"attendance": 1}},
    "audiences, and nobody it is for": lambda given: given | {"aud": [CLIENT_ID, "another"]},
    "audiences, and it is for another": (
        lambda given: given | {"aud": [CLIENT_ID, "another"], "azp": "another"}
    ),
    "for another": lambda given: given | {"azp": "another"},
    "expired": lambda given: given | {"exp": given["iat"] - 61},
    "no end": lambda given: without(given, "exp"),
    "an end that is no time": lambda given: given | {"exp": "tomorrow"},
    "an end beyond all numbers": lambda given: given | {"exp": float("nan")},
    "an end after all": lambda given: given | {"exp": float("inf")},
    "made at a time that is none": lambda given: given | {"iat": float("nan")},
    "made tomorrow": lambda given: given | {"iat": given["iat"] + 86_400},
    "made at no time": lambda given: without(given, "iat"),
    "not yet": lambda given: given | {"nbf": given["iat"] + 3600},
    "another nonce": lambda given: given | {"nonce": "n" * 43},
    "no nonce": lambda given: without(given, "nonce"),
    "a nonce that is none": lambda given: given | {"nonce": [given["nonce"]]},
    "nobody": lambda given: without(given, "sub"),
    "an empty subject": lambda given: given | {"sub": ""},
    "a subject that is a number": lambda given: given | {"sub": 7},
    "a subject that is too long": lambda given: given | {"sub": "s" * 256},
    "a subject that is not ASCII": lambda given: given | {"sub": "субъект"},
    "a subject with a NUL": lambda given: given | {"sub": "a\0b"},
    "another access token": lambda given: given | {"at_hash": half_hash("another")},
}


def without(given: dict[str, Any], name: str) -> dict[str, Any]:
    return {each: value for each, value in given.items() if each != name}


def signed_by(how: Callable[[Provider, dict[str, Any]], str]) -> Misbehave:
    def misbehave(log_ins: LogIns) -> None:
        log_ins.provider.sign = lambda claims: how(log_ins.provider, claims)

    return misbehave


def says(path: str, answer: Answer) -> Misbehave:
    return lambda log_ins: log_ins.provider.instead.update({path: answer})


def configures(**changed: Any) -> Misbehave:
    def misbehave(log_ins: LogIns) -> None:
        log_ins.provider.change_configuration = lambda given: {
            name: value for name, value in (given | changed).items() if value is not None
        }

    return misbehave


def tokens(change: Callable[[dict[str, Any]], Any]) -> Misbehave:
    return lambda log_ins: setattr(log_ins.provider, "change_tokens", change)


DEEP = Answer(b'{"a":' * 20_000 + b"1" + b"}" * 20_000)
HUGE = Answer(b'{"a":"' + b"a" * MAX_ANSWER_BYTES + b'"}')
SIGNED: dict[str, Misbehave] = {
    "by nobody": signed_by(lambda _, claims: unsigned(claims)),
    "by nobody, it says by RSA": signed_by(lambda _, claims: unsigned(claims, "RS256")),
    "by another with that name": signed_by(
        lambda provider, claims: provider.signed(claims, key=stolen_name())
    ),
    "with what is published": signed_by(
        lambda provider, claims: provider.signed(
            claims, key=by_published_key(rsa_key()), algorithm="HS256"
        )
    ),
    "with an unknown key": signed_by(
        lambda provider, claims: provider.signed(claims, key=rsa_key("unknown"))
    ),
    "by a key for something else": lambda log_ins: log_ins.provider.published.__setitem__(
        0, log_ins.provider.published[0] | {"use": "enc"}
    ),
    "by a weak key": lambda log_ins: by_weak_key(log_ins.provider),
    "changed afterwards": signed_by(
        lambda provider, claims: changed_behind(provider.signed(claims), claims)
    ),
    "with extensions that must be known": signed_by(
        lambda _, claims: signed_by_hand(
            rsa_key(), {"algorithm": "RS256", "crit": ["new"], "new": 1}, claims
        )
    ),
    "with extensions that are none": signed_by(
        lambda _, claims: signed_by_hand(rsa_key(), {"algorithm": "RS256", "crit": 7}, claims)
    ),
    "by a way that is none": signed_by(
        lambda _, claims: signed_by_hand(rsa_key(), {"algorithm": ["RS256"]}, claims)
    ),
    "by a name that is none": signed_by(
        lambda _, claims: signed_by_hand(
            rsa_key(), {"algorithm": "RS256", "kid": ["first"]}, claims
        )
    ),
    "with a key that it brings": signed_by(
        lambda _, claims: signed_by_hand(
            rsa_key("unknown"),
            {"algorithm": "RS256", "kid": "x", "jwk": rsa_key("unknown").as_dict(private=False)},
            claims,
        )
    ),
}
ANSWERS: dict[str, Misbehave] = {
    "no ID token": tokens(lambda given: without(given, "id_token")),
    "a number for an ID token": tokens(lambda given: given | {"id_token": 7}),
    "an ID token that is none": tokens(lambda given: given | {"id_token": "a.b.c"}),
    "an ID token with a deep header": tokens(
        lambda given: given | {"id_token": "W1tbW1tbW1tbW1tbW1tbW1tb" * 1000 + ".e30.YQ"}
    ),
    "a huge ID token": tokens(lambda given: given | {"id_token": "a" * 100_000}),
    "a list for tokens": tokens(lambda given: [given]),
    "no JSON": says("/token", Answer(b"<html>", 200)),
    "deep JSON": says("/token", DEEP),
    "a huge answer": says("/token", HUGE),
    "an answer that is packed": says("/token", Answer(b"{}", 200, {"Content-Encoding": "gzip"})),
    "a way elsewhere": says("/token", Answer(b"", 307, {"Location": "http://127.0.0.1:9/"})),
    "a no": says("/token", as_json({"error": "invalid_grant"}, 400)),
    "a no to us": says("/token", as_json({"error": ["\n" * 99]}, 401)),
    "no keys": says("/keys", as_json({"keys": []})),
    "keys that are none": says("/keys", as_json({"keys": [7, {"kty": "RSA"}, {"kty": "EC"}]})),
    "too many keys": says("/keys", as_json({"keys": [{}] * 101})),
    "keys as a text": says("/keys", as_json("keys")),
    "deep keys": says("/keys", DEEP),
    "huge keys": says("/keys", HUGE),
    "no such keys": says("/keys", as_json({}, 404)),
}
CONFIGURATIONS: dict[str, Misbehave] = {
    "of another issuer": configures(issuer="https://evil.test"),
    "of an issuer with a slash": lambda log_ins: configures(issuer=log_ins.provider.issuer + "/")(
        log_ins
    ),
    "without an issuer": configures(issuer=None),
    "without keys": configures(jwks_uri=None),
    "without tokens": configures(token_endpoint=7),
    "that sends people to a script": configures(authorization_endpoint="javascript:alert(1)"),
    "that sends people to no address": configures(authorization_endpoint="https://[::1"),
    "that has us read a file": configures(jwks_uri="file:///etc/passwd"),
    "that is deep": says(CONFIGURATION, DEEP),
    "that is huge": says(CONFIGURATION, HUGE),
    "that is no JSON": says(CONFIGURATION, Answer(b"\xff\xfe")),
    "that is elsewhere": says(CONFIGURATION, Answer(b"", 301, {"Location": "http://a.test/"})),
    "that is not there": says(CONFIGURATION, as_json({}, 404)),
}


def by_weak_key(provider: Provider) -> None:
    provider.key = rsa_key("weak", 1024)
    provider.publish(provider.key)


def stolen_name() -> Any:
    """A key that calls itself as the published one does."""
    other = rsa_key("another")
    given: Any = other.as_dict(private=True) | {"kid": rsa_key().kid}
    return type(other).import_key(given)


def changed_behind(token: str, claims: dict[str, Any]) -> str:
    head, _, signature = token.split(".")
    return ".".join((head, unsigned(claims | {"sub": "admin"}).split(".")[1], signature))


class TestWrongAnswers:
    """Contract: 9.5. Each is refused with words, and none is a 500."""

    @pytest.mark.parametrize("wrong", CLAIMS)
    async def test_what_is_signed_is_wrong(self, log_ins: LogIns, wrong: str) -> None:
        log_ins.provider.change_claims = CLAIMS[wrong]
        browser = log_ins.site.browser()
        answer = await log_in(log_ins, browser, Person())
        await refused(log_ins, answer, browser, "provider_distrusted")

    @pytest.mark.parametrize("wrong", SIGNED)
    async def test_it_is_signed_wrongly(self, log_ins: LogIns, wrong: str) -> None:
        SIGNED[wrong](log_ins)
        browser = log_ins.site.browser()
        answer = await log_in(log_ins, browser, Person())
        await refused(log_ins, answer, browser, "provider_distrusted")

    @pytest.mark.parametrize("wrong", ANSWERS)
    async def test_what_is_answered_is_wrong(self, log_ins: LogIns, wrong: str) -> None:
        ANSWERS[wrong](log_ins)
        browser = log_ins.site.browser()
        answer = await log_in(log_ins, browser, Person())
        await refused(log_ins, answer, browser, "provider_distrusted")

    @pytest.mark.parametrize("wrong", CONFIGURATIONS)
    async def test_the_configuration_is_wrong(self, log_ins: LogIns, wrong: str) -> None:
        CONFIGURATIONS[wrong](log_ins)
        browser = log_ins.site.browser()
        answer = await browser.client.get(LOG_IN, headers=HTML)
        await refused(log_ins, answer, browser, "provider_distrusted")
        log_ins.site.clock.pass_(PAUSE_SECONDS)
        assert code(await browser.client.get(LOG_IN), 3) == "provider_distrusted"

    async def test_clocks_may_differ_by_a_little(self, log_ins: LogIns) -> None:
        log_ins.provider.change_claims = lambda given: (
            given | {"iat": given["iat"] + 30, "exp": given["iat"] - 30}
        )
        let_in(await log_in(log_ins, log_ins.site.browser(), Person()))

    async def test_the_log_says_what_was_wrong_and_nothing_secret(
        self, log_ins: LogIns, caplog: pytest.LogCaptureFixture
    ) -> None:
        log_ins.provider.change_claims = lambda given: given | {"aud": "another"}
        browser = log_ins.site.browser()
        with caplog.at_level(logging.DEBUG, "attendance_adapters"):
            url = await begin(browser)
            way = log_ins.provider.come_back(url, Person())
            await refused(
                log_ins, await browser.client.get(way, headers=HTML), browser, "provider_distrusted"
            )
        # The browser of this test logs where it goes, too, where another test has had it do so
        ours = [each for each in caplog.records if each.name.startswith("attendance")]
        said = "\n".join(map(caplog.handler.format, ours))
        assert "InvalidClaimError" in said and "aud" in said
        asked = parse_qs(urlsplit(url).query)
        for secret in (SECRET, asked["nonce"][0], asked["state"][0], way.split("code=")[1][:8]):
            assert secret not in said

    async def test_a_provider_that_is_away_is_asked_again_later(self, log_ins: LogIns) -> None:
        for path in (CONFIGURATION, "/keys", "/token"):
            log_ins.site.clock.pass_(4000)
            log_ins.provider.instead = {path: as_json({}, 503)}
            browser = log_ins.site.browser()
            if path != CONFIGURATION:
                way = log_ins.provider.come_back(await begin(browser), Person())
                answer = await browser.client.get(way)
                assert code(answer, -1, status=503) == "unavailable"
                assert answer.headers["retry-after"] == "1"
                continue
            assert code(await browser.client.get(LOG_IN), -1, status=503) == "unavailable"
            shown = await browser.client.get(LOG_IN, headers=HTML)
            await refused(log_ins, shown, browser, "unavailable")
            assert log_ins.provider.asked.count(path) == 1  # of those who come at once one asks
            log_ins.provider.instead.clear()
            log_ins.site.clock.pass_(PAUSE_SECONDS)
            await begin(browser)

    async def test_one_that_hangs_up_or_is_not_there_is_away(self, log_ins: LogIns) -> None:
        log_ins.provider.instead["/token"] = Answer(b"", 200, {"Content-Length": "9\r\nX: y"})
        clock = log_ins.site.clock
        nobody = Provider("http://127.0.0.1:9", clock)
        async with opened_site(None, provider=lambda _: client_of(nobody, clock)) as site:
            answer = await site.browser().client.get(LOG_IN)
            assert code(answer, -1, status=503) == "unavailable"

    async def test_a_slow_one_keeps_nobody_for_long(self, log_ins: LogIns) -> None:
        clock, held = log_ins.site.clock, asyncio.Event()
        async with a_provider(clock) as slow:
            slow.hold = held
            client = client_of(slow, clock, answer_seconds=0.05)
            async with opened_site(None, provider=lambda _: client) as site:
                answer = await site.browser().client.get(LOG_IN)
                assert code(answer, -1, status=503) == "unavailable"
                held.set()
                client._answer_seconds = 60
                clock.pass_(PAUSE_SECONDS)
                let_in(await log_in(LogIns(site, slow), site.browser(), Person()))


class TestWrongComebacks:
    """Contract: 9.5."""

    async def test_another_browsers_comeback_logs_nobody_in(self, log_ins: LogIns) -> None:
        """Else whoever sends somebody a link has them act in an account that is not theirs."""
        mallory, victim = log_ins.site.browser(), log_ins.site.browser()
        way = log_ins.provider.come_back(await begin(mallory), Person())
        answer = await victim.client.get(way, headers=HTML)
        await refused(log_ins, answer, victim, "log_in_not_begun")
        await begin(victim)  # of their own, which is another
        answer = await victim.client.get(way, headers=HTML)
        await refused(log_ins, answer, victim, "log_in_not_begun")
        assert "/token" not in log_ins.provider.asked

    async def test_a_state_is_good_for_one_comeback(self, log_ins: LogIns) -> None:
        browser = log_ins.site.browser()
        way = log_ins.provider.come_back(await begin(browser), Person())
        kept = {**browser.client.cookies}
        let_in(await browser.client.get(way))
        assert "oidcattempt" not in browser.client.cookies
        again = await browser.client.get(way, headers=HTML)
        let_in(again, "/#/oidc/log_in_not_begun")
        restored = log_ins.site.browser(cookies={"oidcattempt": kept["oidcattempt"]})
        answer = await restored.client.get(way, headers=HTML)
        await refused(log_ins, answer, restored, "provider_distrusted")  # the code was used

    async def test_it_is_over_as_well_where_it_fails(self, log_ins: LogIns) -> None:
        browser = log_ins.site.browser()
        url = await begin(browser)
        way = log_ins.provider.come_back(url, Person(), state="s" * 43)
        answer = await browser.client.get(way, headers=HTML)
        await refused(log_ins, answer, browser, "log_in_not_begun")
        answer = await browser.client.get(log_ins.provider.come_back(url, Person()), headers=HTML)
        await refused(log_ins, answer, browser, "log_in_not_begun")

    async def test_a_stolen_code_opens_nothing(self, log_ins: LogIns) -> None:
        """A code that is brought by another browser, with a state of its own."""
        victim, thief = log_ins.site.browser(), log_ins.site.browser()
        stolen = log_ins.provider.come_back(await begin(victim), Person())
        (its_code,) = parse_qs(urlsplit(stolen).query)["code"]
        url = await begin(thief)
        way = log_ins.provider.come_back(url, Person(), code=its_code)
        answer = await thief.client.get(way, headers=HTML)
        await refused(log_ins, answer, thief, "provider_distrusted")
        assert not log_ins.provider.grants[its_code].is_used

    async def test_nor_at_a_provider_that_looks_at_no_verifier(self, log_ins: LogIns) -> None:
        log_ins.provider.checks_verifier = False
        victim, thief = log_ins.site.browser(), log_ins.site.browser()
        stolen = log_ins.provider.come_back(await begin(victim), Person())
        (its_code,) = parse_qs(urlsplit(stolen).query)["code"]
        way = log_ins.provider.come_back(await begin(thief), Person(), code=its_code)
        answer = await thief.client.get(way, headers=HTML)
        await refused(log_ins, answer, thief, "provider_distrusted")  # by the nonce

    async def test_a_code_that_was_never_given(self, log_ins: LogIns) -> None:
        for odd in ("invented", "a b", "c" * 5000, "код", "%00", "a\nb"):
            browser = log_ins.site.browser()
            way = log_ins.provider.come_back(await begin(browser), Person(), code=odd)
            answer = await browser.client.get(way, headers=HTML)
            await refused(log_ins, answer, browser, "provider_distrusted")

    async def test_another_issuer_sends_back_or_none(self, log_ins: LogIns) -> None:
        for issuer in ("https://evil.test", None, log_ins.provider.issuer + "/", ""):
            browser = log_ins.site.browser()
            way = log_ins.provider.come_back(await begin(browser), Person(), iss=issuer)
            answer = await browser.client.get(way, headers=HTML)
            await refused(log_ins, answer, browser, "provider_distrusted")
        assert "/token" not in log_ins.provider.asked
        log_ins.provider.change_configuration = lambda given: without(
            given, "authorization_response_iss_parameter_supported"
        )
        log_ins.site.clock.pass_(4000)
        browser = log_ins.site.browser()
        way = log_ins.provider.come_back(await begin(browser), Person(), iss=None)
        let_in(await browser.client.get(way))

    async def test_the_provider_says_no(self, log_ins: LogIns) -> None:
        browser = log_ins.site.browser()
        way = log_ins.provider.come_back(
            await begin(browser),
            Person(),
            code=None,
            error="access_denied",
            error_description="<b>",
        )
        answer = await browser.client.get(way, headers=HTML)
        await refused(log_ins, answer, browser, "provider_refused")
        # From nowhere nobody is told anything of it
        answer = await browser.client.get(f"{CALLBACK}?error=access_denied", headers=HTML)
        await refused(log_ins, answer, browser, "log_in_not_begun")

    async def test_parameters_that_are_missing_or_there_twice(self, log_ins: LogIns) -> None:
        browser = log_ins.site.browser()
        for query in ("", "?code=a", "?state=", "?state=s&code=", "?%00=%ff", "?state=%ff%fe"):
            answer = await browser.client.get(f"{CALLBACK}{query}")
            assert code(answer, 3) == "log_in_not_begun"
            assert "begin again" in refusal(answer, 3)
        for name in ("code", "state", "iss"):
            way = log_ins.provider.come_back(await begin(browser), Person())
            answer = await browser.client.get(f"{way}&{name}=other")
            assert code(answer, 1) == "repeated_argument"
        way = log_ins.provider.come_back(await begin(browser), Person(), code=None)
        assert code(await browser.client.get(way), 3) == "provider_refused"
        many = "&".join(f"a{n}=" for n in range(200))
        assert code(await browser.client.get(f"{CALLBACK}?{many}"), 1) == "invalid_argument"

    async def test_what_a_browser_keeps_may_be_anything(self, log_ins: LogIns) -> None:
        for kept in ("", "login", "login.a.b.c", "admin." + ".".join(["a" * 43] * 3), "%00" * 99):
            browser = log_ins.site.browser(headers={"Cookie": f"oidcattempt={kept}"})
            answer = await browser.client.get(f"{CALLBACK}?state=a&code=b")
            assert code(answer, 3) == "log_in_not_begun"
        own = log_ins.site.browser()
        way = log_ins.provider.come_back(await begin(own), Person())
        two = f"oidcattempt={own.client.cookies['oidcattempt']}; oidcattempt=another"
        planted = log_ins.site.browser(headers={"Cookie": two})
        assert code(await planted.client.get(way), 3) == "log_in_not_begun"

    async def test_nobody_is_sent_anywhere_else(self, log_ins: LogIns) -> None:
        browser = log_ins.site.browser()
        sent = await browser.client.get(f"{LOG_IN}?next=https://evil.test&redirect_uri=//evil")
        assert sent.headers["location"].startswith(f"{log_ins.provider.issuer}/authorize?")
        way = log_ins.provider.come_back(sent.headers["location"], Person())
        let_in(await browser.client.get(f"{way}&next=https://evil.test"))

    async def test_a_program_reaches_none_of_it(self, log_ins: LogIns) -> None:
        """Contract: 9.3."""
        program = await log_ins.site.program(await log_ins.site.person())
        for path in (LOG_IN, CALLBACK):
            assert code(await program.client.get(path), 3) == "missing_scope"
        for path in (LINK, UNLINK):
            assert code(await program.post(path, link="a"), 3) == "missing_scope"

    async def test_other_methods_do_nothing(self, log_ins: LogIns) -> None:
        browser = log_ins.site.browser()
        for path in (LOG_IN, CALLBACK):
            assert code(await browser.post(path), 8, status=405) == "wrong_method"
        for path in (LINK, UNLINK):
            assert code(await browser.client.get(path), 8, status=405) == "wrong_method"


class TestLinks:
    """Contract: 9.6."""

    async def test_who_has_a_password_logs_in_by_the_university_as_well(
        self, log_ins: LogIns
    ) -> None:
        anna, person = Person(), await log_ins.site.person("anna", display_name="Анна")
        let_in(await link(log_ins, person, anna), "/#/access")
        (shown,) = await links_of(person)
        assert set(shown) == {"link", "issuer", "linked_at"}
        assert (shown["issuer"], shown["linked_at"]) == (log_ins.provider.issuer, now_of(log_ins))
        assert anna.subject not in str(shown)
        phone = log_ins.site.browser()
        let_in(await log_in(log_ins, phone, anna))
        assert await user_id_of(phone) == person.user_id
        assert (await profile_of(phone))["display_name"] == "Анна"  # their own name stays

    async def test_it_needs_proof(self, log_ins: LogIns) -> None:
        person = await log_ins.site.person()
        assert code(await person.post(LINK, password="wrong password"), 3) == "wrong_password"
        assert code(await person.post(LINK), 2) == "missing_argument"
        stranger = log_ins.site.browser()
        refusal(await stranger.post(LINK, password=PASSWORD), 7, status=401)
        bare = await person.client.post(LINK, json={"password": PASSWORD})
        assert code(bare, 8, status=403) == "csrf_failed"

    async def test_who_has_no_password_has_just_logged_in(self, log_ins: LogIns) -> None:
        """Contract: 9.1."""
        browser, another = log_ins.site.browser(), Person()
        let_in(await log_in(log_ins, browser, Person()))
        log_ins.site.clock.pass_(PROOF_SECONDS - 1)
        way = log_ins.provider.come_back(await begin_link(browser), another)
        let_in(await browser.client.get(way), "/#/access")
        assert len(await links_of(browser)) == 2
        log_ins.site.clock.pass_(1)
        assert code(await browser.post(LINK), 3) == "log_in_again"

    async def test_done_again_it_is_no_error(self, log_ins: LogIns) -> None:
        anna, person = Person(), await log_ins.site.person()
        for _ in range(2):
            let_in(await link(log_ins, person, anna), "/#/access")
        assert len(await links_of(person)) == 1

    async def test_of_one_subject_there_is_one_account(self, log_ins: LogIns) -> None:
        anna, one, other = Person(), await log_ins.site.person(), await log_ins.site.person()
        let_in(await link(log_ins, one, anna), "/#/access")
        let_in(await link(log_ins, other, anna), "/#/oidc/linked_to_another")
        assert await links_of(other) == [] and await user_id_of(other) == other.user_id
        first = log_ins.site.browser()
        newcomer = Person()
        let_in(await log_in(log_ins, first, newcomer))
        let_in(await link(log_ins, other, newcomer), "/#/oidc/linked_to_another")

    async def test_two_people_who_link_one_subject_at_once(self, log_ins: LogIns) -> None:
        anna, people = Person(), [await log_ins.site.person() for _ in range(4)]
        ways = [
            log_ins.provider.come_back(await begin_link(each, password=PASSWORD), anna)
            for each in people
        ]
        answers = await asyncio.gather(
            *(each.client.get(way, headers=HTML) for each, way in zip(people, ways, strict=True))
        )
        where = sorted(each.headers["location"] for each in answers)
        assert where == ["/#/access", *["/#/oidc/linked_to_another"] * 3]

    async def test_it_is_finished_where_it_was_begun(self, log_ins: LogIns) -> None:
        """Neither another browser of the same person's nor another person finishes it."""
        person, mallory = await log_ins.site.person(), await log_ins.site.person()
        way = log_ins.provider.come_back(await begin_link(mallory, password=PASSWORD), Person())
        let_in(await person.client.get(way, headers=HTML), "/#/oidc/log_in_not_begun")
        # What a browser keeps can be planted; what was proven cannot
        kept = mallory.client.cookies["oidcattempt"]
        person.client.cookies["oidcattempt"] = kept
        let_in(await person.client.get(way, headers=HTML), "/#/oidc/log_in_not_begun")
        phone = log_ins.site.browser()
        given = {"username": mallory.username, "password": PASSWORD}
        response(await phone.post("/accounts/login/", **given))
        phone.client.cookies["oidcattempt"] = kept
        let_in(await phone.client.get(way, headers=HTML), "/#/oidc/log_in_not_begun")
        nobody = log_ins.site.browser()
        nobody.client.cookies["oidcattempt"] = kept
        assert code(await nobody.client.get(way), 7, status=401) == "not_logged_in"
        assert await links_of(person) == await links_of(mallory) == []
        assert "/token" not in log_ins.provider.asked

    async def test_a_log_in_is_no_link_whatever_the_browser_keeps(self, log_ins: LogIns) -> None:
        person = await log_ins.site.person()
        way = log_ins.provider.come_back(await begin(person), Person())
        kept = person.client.cookies["oidcattempt"].replace("login.", "link.")
        del person.client.cookies["oidcattempt"]
        person.client.cookies["oidcattempt"] = kept
        let_in(await person.client.get(way, headers=HTML), "/#/oidc/log_in_not_begun")
        assert await links_of(person) == []

    async def test_it_is_finished_within_some_minutes(self, log_ins: LogIns) -> None:
        person = await log_ins.site.person()
        way = log_ins.provider.come_back(await begin_link(person, password=PASSWORD), Person())
        log_ins.site.clock.pass_(LINK_REQUEST_SECONDS)
        let_in(await person.client.get(way, headers=HTML), "/#/oidc/log_in_not_begun")
        await log_ins.site.attendance.use_cases.forget_link_requests()
        observe = log_ins.site.attendance.use_cases.get_ways_in.observe
        user_id = UserId(person.user_id)
        assert await observe(lambda unit: unit.link_requests.find(user_id)) is None

    async def test_who_unlinks_it_is_let_in_by_it_no_more(self, log_ins: LogIns) -> None:
        anna, person = Person(), await log_ins.site.person()
        let_in(await link(log_ins, person, anna), "/#/access")
        (shown,) = await links_of(person)
        other = await log_ins.site.person()
        for browser, name in ((other, shown["link"]), (person, "another"), (person, "\ud800")):
            answer = await browser.send(UNLINK, **escaped({"link": name}))
            assert envelope(answer)["error"] in (0, 1)
        assert len(await links_of(person)) == 1
        for _ in range(2):
            response(await person.post(UNLINK, link=shown["link"]))
        assert await links_of(person) == []
        phone = log_ins.site.browser()
        let_in(await log_in(log_ins, phone, anna))
        assert await user_id_of(phone) != person.user_id

    async def test_the_only_way_in_stays(self, log_ins: LogIns) -> None:
        browser = log_ins.site.browser()
        let_in(await log_in(log_ins, browser, Person()))
        (only,) = await links_of(browser)
        assert code(await browser.post(UNLINK, link=only["link"]), 3) == "only_way_in"
        response(await browser.post("/accounts/password/", new_password=PASSWORD))
        # A password without a user name lets nobody in
        assert code(await browser.post(UNLINK, link=only["link"]), 3) == "only_way_in"
        url = await begin_link(browser, password=PASSWORD)
        let_in(await browser.client.get(log_ins.provider.come_back(url, Person())), "/#/access")
        response(await browser.post(UNLINK, link=only["link"]))
        assert len(await links_of(browser)) == 1

    async def test_a_person_has_so_many_at_most(self, log_ins: LogIns) -> None:
        person = await log_ins.site.person()
        for _ in range(MAX_LINKS):
            let_in(await link(log_ins, person, Person()), "/#/access")
        let_in(await link(log_ins, person, Person()), "/#/oidc/too_many_links")
        assert len(await links_of(person)) == MAX_LINKS

    async def test_they_go_with_the_account(self, log_ins: LogIns) -> None:
        """Contract: POST /accounts/delete/."""
        anna, person = Person(), await log_ins.site.person()
        let_in(await link(log_ins, person, anna), "/#/access")
        await begin_link(person, password=PASSWORD)
        response(await person.post("/accounts/delete/", password=PASSWORD))
        browser = log_ins.site.browser()
        let_in(await log_in(log_ins, browser, anna))
        assert await user_id_of(browser) != person.user_id
        observe = log_ins.site.attendance.use_cases.get_ways_in.observe
        user_id = UserId(person.user_id)
        assert await observe(lambda unit: unit.link_requests.find(user_id)) is None

    async def test_what_an_older_version_leaves_of_a_deleted_person_is_nobodys(
        self, log_ins: LogIns
    ) -> None:
        anna, one, other = Person(), await log_ins.site.person(), await log_ins.site.person()
        let_in(await link(log_ins, one, anna), "/#/access")

        transact = log_ins.site.attendance.use_cases.unlink_provider.transact

        def erase(person: Browser, unit: Any) -> None:
            unit.accounts.lock(UserId(person.user_id))
            unit.accounts.erase(UserId(person.user_id))

        await transact(partial(erase, one))
        let_in(await link(log_ins, other, anna), "/#/access")
        await transact(partial(erase, other))
        browser = log_ins.site.browser()
        let_in(await log_in(log_ins, browser, anna))
        assert await user_id_of(browser) not in (None, one.user_id, other.user_id)

    async def test_who_comes_back_without_their_password_has_none_left(
        self, log_ins: LogIns
    ) -> None:
        """Whoever had found the password may have linked an account of their own."""
        mallory, person = Person(), await log_ins.site.person()
        let_in(await link(log_ins, person, mallory), "/#/access")
        use_cases = log_ins.site.attendance.use_cases
        token = await use_cases.make_reset_link(username=person.username)
        browser = log_ins.site.browser()
        given = {"token": token, "new_password": "battery staple horse"}
        response(await browser.post("/accounts/reset/", **given))
        assert await links_of(browser) == []

    async def test_who_has_no_user_name_keeps_theirs(self, log_ins: LogIns) -> None:
        browser = log_ins.site.browser()
        let_in(await log_in(log_ins, browser, Person()))
        use_cases, user_id = log_ins.site.attendance.use_cases, UserId(await user_id_of(browser))
        username = await use_cases.get_username(actor=user_id)
        token = await use_cases.make_reset_link(username=username)
        given = {"token": token, "new_password": "battery staple horse"}
        response(await browser.post("/accounts/reset/", **given))
        assert len(await links_of(browser)) == 1


class TestTicks:
    """Contract: 9.7."""

    async def confirmation(self, browser: Browser) -> str:
        found = await profile_of(browser)
        assert found["confirmed"] is (found["confirmation"] == "approved")
        said: str = found["confirmation"]
        return said

    async def test_who_is_confirmed_under_their_name_has_it(self, log_ins: LogIns) -> None:
        anna, browser = Person(name="Анна  ПЁТРОВА", more={CLAIM: True}), log_ins.site.browser()
        let_in(await log_in(log_ins, browser, anna))
        assert await self.confirmation(browser) == "approved"
        log = response(await browser.get("/api/profile/GetConfirmationLog"))["entries"]
        assert [(each["what"], each["by"]) for each in log] == [("approved", "service")]
        person = await log_ins.site.person(display_name="анна петрова")
        let_in(
            await link(log_ins, person, Person(name="Анна Пётрова", more={CLAIM: True})),
            "/#/access",
        )
        assert await self.confirmation(person) == "approved"

    async def test_nobody_else_has(self, log_ins: LogIns) -> None:
        for said in (False, None, "true", 1, [True]):
            browser = log_ins.site.browser()
            let_in(await log_in(log_ins, browser, Person(more={CLAIM: said})))
            assert await self.confirmation(browser) == "none"
        person = await log_ins.site.person(display_name="Борис")
        let_in(await link(log_ins, person, Person(more={CLAIM: True})), "/#/access")
        assert await self.confirmation(person) == "none"
        browser = log_ins.site.browser()
        let_in(await log_in(log_ins, browser, Person(name=None, more={CLAIM: True})))
        assert await self.confirmation(browser) == "none"

    async def test_it_is_judged_at_every_log_in(self, log_ins: LogIns) -> None:
        anna, browser = Person(more={CLAIM: True}), log_ins.site.browser()
        let_in(await log_in(log_ins, browser, anna))
        anna.more[CLAIM] = False
        assert await self.confirmation(browser) == "approved"
        for said, state in ((False, "none"), (True, "approved")):
            anna.more[CLAIM] = said
            let_in(await log_in(log_ins, browser, anna))
            assert await self.confirmation(browser) == state
        anna.name = "Анна Иванова"  # she has married
        let_in(await log_in(log_ins, browser, anna))
        assert await self.confirmation(browser) == "none"
        response(await browser.post("/api/profile/UpdateProfileInfo", display_name="Анна Иванова"))
        let_in(await log_in(log_ins, browser, anna))
        assert await self.confirmation(browser) == "approved"

    async def test_a_new_name_and_a_new_scan_take_it_away(self, log_ins: LogIns) -> None:
        """Contract: 3.7, 9.10."""
        browser = log_ins.site.browser()
        anna = Person(more={CLAIM: True})
        let_in(await log_in(log_ins, browser, anna))
        response(await browser.post("/api/profile/UpdateProfileInfo", display_name="Другая"))
        assert await self.confirmation(browser) == "none"
        let_in(await log_in(log_ins, browser, anna))
        assert await self.confirmation(browser) == "none"
        response(await browser.post("/api/profile/UpdateProfileInfo", display_name=anna.name))
        let_in(await log_in(log_ins, browser, anna))
        assert await self.confirmation(browser) == "approved"
        files = {"image": ("a.png", picture())}
        response(await browser.send("/api/profile/UploadProfileConfirmation", files=files))
        assert await self.confirmation(browser) == "pending"
        anna.more[CLAIM] = False
        let_in(await log_in(log_ins, browser, anna))
        assert await self.confirmation(browser) == "pending"
        anna.more[CLAIM] = True
        let_in(await log_in(log_ins, browser, anna))
        assert await self.confirmation(browser) == "approved"  # and nobody need look any more
        waiting = await log_ins.site.attendance.use_cases.get_pending_scans()
        assert await user_id_of(browser) not in [each.user_id for each in waiting]

    async def test_one_that_came_by_a_scan_is_none_of_its_business(self, log_ins: LogIns) -> None:
        person = await log_ins.site.person(display_name="Анна")
        files = {"image": ("a.png", picture())}
        response(await person.send("/api/profile/UploadProfileConfirmation", files=files))
        observe = log_ins.site.attendance.use_cases.get_ways_in.observe
        user_id = UserId(person.user_id)
        scan = await observe(lambda unit: unit.scans.find(user_id))
        assert scan is not None
        judge = log_ins.site.attendance.use_cases.judge_scan
        await judge(user_id=user_id, file=scan.file, approve=True)
        let_in(await link(log_ins, person, Person(more={CLAIM: False})), "/#/access")
        assert await self.confirmation(person) == "approved"
        (shown,) = await links_of(person)
        response(await person.post(UNLINK, link=shown["link"]))
        assert await self.confirmation(person) == "approved"

    async def test_it_ends_with_the_link_that_gave_it(self, log_ins: LogIns) -> None:
        """So an account elsewhere confirms one person here, and not one after the other."""
        person = await log_ins.site.person(display_name="Анна Петрова")
        let_in(await link(log_ins, person, Person(more={CLAIM: True})), "/#/access")
        assert await self.confirmation(person) == "approved"
        (shown,) = await links_of(person)
        response(await person.post(UNLINK, link=shown["link"]))
        assert await self.confirmation(person) == "none"


class TestNoProvider:
    """Contract: 9.5, where it is not configured."""

    async def test_it_is_said_that_there_is_none(self, log_ins: LogIns) -> None:
        async with opened_site(None) as site:
            person = await site.person()
            for path in (LOG_IN, CALLBACK):
                answer = await person.client.get(path)
                assert envelope(answer)["error"] in (3, 5)
            assert code(await person.client.get(LOG_IN), 5) == "no_provider"
            assert code(await person.post(LINK, password=PASSWORD), 5) == "no_provider"
            let_in(await person.client.get(LOG_IN, headers=HTML), "/#/oidc/no_provider")
            told = response(await person.get("/api/auth/GetCurrentUserId"))
            assert told == {"user_id": person.user_id}
