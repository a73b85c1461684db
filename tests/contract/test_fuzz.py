"""Whatever is asked, it is answered, and as the description says. Contract: 1.3, 1.13.

`make fuzz` asks far more, by another seed each time; FUZZ_SEED repeats one.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from typing import Any

import httpx
import pytest

from tests.support.described_answers import fault_of, fits
from tests.support.fuzz import Fuzz, Request
from tests.support.site import Browser, Site, opened_site

REQUEST_COUNT = int(os.environ.get("FUZZ_REQUESTS", "300"))
SEED = int(os.environ.get("FUZZ_SEED") or (1 if REQUEST_COUNT <= 300 else random.randrange(2**32)))
REQUESTS_A_PERSON = 150  # nobody has more than a burst


async def answer_to(browser: Browser, made: Request, logged_in: bool) -> httpx.Response:
    """Makes one request, by a client that has the cookies of a person or none at all."""
    client = browser.client
    headers = dict(made.how["headers"])
    cookies = {"csrftoken": client.cookies["csrftoken"]}
    if logged_in:
        cookies["sessionid"] = str(browser.session)
    if made.method != "GET":
        headers.setdefault("X-CSRFToken", cookies["csrftoken"])
    headers.setdefault("Cookie", "; ".join(f"{name}={each}" for name, each in cookies.items()))
    how = {**made.how, "headers": headers}
    kept = httpx.Cookies(client.cookies)
    client.cookies.clear()
    try:
        return await client.request(made.method, made.path, **how)
    finally:
        client.cookies = kept


async def new_person(site: Site, fuzz: Fuzz) -> Browser:
    """Adds another person, whose event is known from now on."""
    browser = await site.add_person()
    fuzz.known["event_id"].append(await browser.create_event())
    fuzz.known["user_id"].append(browser.user_id)
    return browser


@pytest.mark.timeout(60 + REQUEST_COUNT)
async def test_every_answer_is_one_that_is_described() -> None:
    chance = random.Random(SEED)
    wrong: dict[str, str] = {}
    statuses: Counter[int] = Counter()
    is_over = False  # nobody is logged in any more
    async with opened_site(None) as site:
        document: dict[str, Any] = (await site.browser().get("/schema/openapi.json")).json()
        fuzz = Fuzz(document, SEED)
        for number in range(REQUEST_COUNT):
            if number % REQUESTS_A_PERSON == 0 or is_over:
                await site.forget_tallies()
                browser = await new_person(site, fuzz)
            made = fuzz.request()
            answer = await answer_to(browser, made, logged_in=chance.random() < 0.8)
            statuses[answer.status_code] += 1
            is_over = made.path.startswith("/accounts/") and '"error":0' in answer.text
            problem = fault_of(answer, made.operation, document)
            if problem is not None:
                name = made.operation["operationId"] if made.operation else made.method
                wrong.setdefault(f"{name} {problem[:40]}", f"{made}\n  {problem}")
    assert not wrong, f"FUZZ_SEED={SEED}\n" + "\n".join(wrong.values())
    assert statuses[200] > REQUEST_COUNT / 3, statuses  # much of it is heard
    assert {400, 401, 403, 404, 405} & statuses.keys()


@pytest.mark.parametrize(
    ("value", "schema"),
    [
        ("1", {"type": "integer"}),
        (True, {"type": "integer"}),
        ({}, {"type": "object", "required": ["a"]}),
        ({"a": [1, "b"]}, {"properties": {"a": {"items": {"type": "integer"}}}}),
        (0, {"type": "integer", "not": {"const": 0}}),
        (None, {"anyOf": [{"type": "string"}, {"type": "integer"}]}),
    ],
)
def test_what_is_described_otherwise_is_found(value: object, schema: dict[str, Any]) -> None:
    assert not fits(value, schema, {})
