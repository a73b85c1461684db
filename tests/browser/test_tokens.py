"""Tokens that people give to programs of theirs: made, shown once, listed, and revoked.

Contract: 9.1, 9.3.
"""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Route, expect

from tests.browser.faults import ARTEFACTS, faults, misplaced
from tests.browser.keys import tab_to, tab_to_and_press
from tests.browser.visitor import LAPTOP, PASSWORD, PHONE, Door, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

LIST = "**/api/auth/GetTokens"
MAKE = "**/api/auth/CreateToken"
SERVICE_MESSAGE = "what the service says of it"


async def open_tokens(visitor: Visitor) -> None:
    await visitor.open(f"{visitor.url}/#/access")
    await expect(visitor.at("tokens")).not_to_be_empty()


async def fill(visitor: Visitor, name: str, *scopes: str, days: str = "30") -> None:
    """Fills the form of a new token, up to its last button."""
    form = visitor.at("token-form")
    await form.locator("[name=name]").fill(name)
    for scope in scopes:
        await form.locator(f"[value={scope}]").check()
    await form.locator("[name=days]").fill(days)
    await form.locator("[type=password]").fill(PASSWORD)


async def submit(visitor: Visitor) -> None:
    await visitor.at("token-form").get_by_test_id("submit").click()


async def ask_with(visitor: Visitor, secret: str) -> dict[str, Any]:
    """Asks as a program that shows this token, and has nobody's cookie; answers the envelope."""
    program = await visitor.context.browser.new_context()  # type: ignore[union-attr]
    answer = await program.request.get(
        f"{visitor.url}/api/events/GetJoinedEvents?limit=1",
        headers={"Authorization": f"Bearer {secret}"},
    )
    told: dict[str, Any] = await answer.json()
    await program.close()
    return told


async def refuse_call(visitor: Visitor, call: str, code: str, error: int = 3) -> None:
    """Has this call refused from now on, whatever the service would say."""
    answer = {"error": error, "error_msg": SERVICE_MESSAGE, "code": code}
    await visitor.page.unroute_all()
    await visitor.page.route(call, lambda route: route.fulfill(json=answer))


async def test_a_token_lets_a_program_in_until_it_is_revoked(door: Door) -> None:
    permissions = ["clipboard-read", "clipboard-write"]
    visitor = await door.let_student_in(
        "Token Maker", "token-maker", language="en", permissions=permissions
    )
    await open_tokens(visitor)
    await expect(visitor.at("tokens")).to_have_text("No tokens")
    await visitor.at("make-token").click()
    await fill(visitor, "A script", "read", "export")
    await submit(visitor)
    secret = await visitor.at("token-secret").inner_text()
    assert secret.startswith("att_")
    await visitor.page.keyboard.press("Escape")
    await expect(visitor.at("token-secret")).to_be_visible()  # it is not shown again
    await visitor.at("copy").click()
    await expect(visitor.at("notice")).to_contain_text("copied")
    assert await visitor.page.evaluate("() => navigator.clipboard.readText()") == secret
    await visitor.at("token-kept").click()
    await expect(visitor.at("token-secret")).to_have_count(0)
    row = visitor.at("token")
    for text in ("A script", "read, export", "not used yet", "Expires"):
        await expect(row).to_contain_text(text)
    assert (await ask_with(visitor, secret))["error"] == 0
    await visitor.page.reload()
    await expect(row).to_contain_text("last used")
    await visitor.at("revoke").click()
    await visitor.at("no").click()
    assert (await ask_with(visitor, secret))["error"] == 0
    await visitor.at("revoke").click()
    await visitor.at("yes").click()
    await expect(visitor.at("notice")).to_contain_text("revoked")
    await expect(visitor.at("tokens")).to_have_text("No tokens")
    await expect(visitor.at("make-token")).to_be_focused()
    assert (await ask_with(visitor, secret))["error"] == 7


async def test_what_is_wrong_is_said_beside_its_field(door: Door) -> None:
    visitor = await door.let_student_in("Token Slips", "token-slips", language="en")
    await open_tokens(visitor)
    await visitor.at("make-token").click()
    await submit(visitor)
    await expect(visitor.at("wrong-name")).to_have_text("Fill in this field")
    await fill(visitor, "A script")
    await submit(visitor)
    await expect(visitor.at("wrong-scopes")).to_have_text("Choose at least one")
    first = visitor.at("token-form").locator("[value=read]")
    await expect(first).to_be_focused()
    await visitor.at("token-form").locator("[value=mark]").check()
    await expect(visitor.at("wrong-scopes")).to_be_hidden()
    for days in ("0", "366", "1.5"):
        await visitor.at("token-form").locator("[name=days]").fill(days)
        await submit(visitor)
        await expect(visitor.at("wrong-days")).to_have_text("From 1 to 365")
    await visitor.at("token-form").locator("[name=days]").fill("365")
    await visitor.at("token-form").locator("[type=password]").fill("not that one")
    await submit(visitor)
    await expect(visitor.at("wrong-password")).to_have_text("Wrong password")


@pytest.mark.parametrize(
    ("language", "too_many", "again", "alone"),
    [
        ("en", "You have too many tokens", "Log in again for this", "Log in yourself for this"),
        ("ru", "У вас слишком много токенов", "Для этого войдите ещё раз", "Здесь нужно войти"),
    ],
)
async def test_a_refusal_is_said_in_the_words_of_the_page(
    door: Door, language: str, too_many: str, again: str, alone: str
) -> None:
    name = f"token-refused-{language}"
    visitor = await door.let_student_in("Token Refused", name, language=language)
    await open_tokens(visitor)
    await visitor.at("make-token").click()
    await fill(visitor, "A script", "read")
    for code, text in (("too_many_tokens", too_many), ("log_in_again", again)):
        await refuse_call(visitor, MAKE, code)
        await submit(visitor)
        await expect(visitor.at("form-error").last).to_contain_text(text)
    await refuse_call(visitor, LIST, "missing_scope")  # outside any form, and at once
    await visitor.page.reload()
    await expect(visitor.at("tokens")).to_contain_text(alone)
    await visitor.page.unroute_all()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("language", ["en", "ru"])
async def test_everybody_can_use_it(door: Door, language: str) -> None:
    visitor = await door.let_student_in("Token Looks", f"token-looks-{language}", language=language)
    await open_tokens(visitor)
    for number in range(2):
        await visitor.at("make-token").click()
        await fill(visitor, f"Program {number} " + "of a long name " * 3, "read", "mark")
        await submit(visitor)
        await visitor.at("token-kept").click()
        await expect(visitor.at("token")).to_have_count(number + 1)

    async def first_has_expired(route: Route) -> None:
        answer = await route.fetch()
        told = await answer.json()
        told["response"]["tokens"][0]["expires_at"] -= 31 * 86_400
        await route.fulfill(response=answer, json=told)

    await visitor.page.route(LIST, first_has_expired)
    await visitor.page.reload()
    await expect(visitor.at("expired-token")).to_have_count(1)
    await expect(visitor.at("expired-token").get_by_role("button")).to_have_count(0)
    wrong = {}
    for name, size in (("phone", PHONE), ("laptop", LAPTOP)):
        await visitor.page.set_viewport_size({"width": size[0], "height": size[1]})
        folder = ARTEFACTS / f"{size[0]}x{size[1]}" / language
        await visitor.at("expired-token").scroll_into_view_if_needed()
        await visitor.page.screenshot(path=folder / "tokens.png")
        wrong[f"list, {name}"] = await faults(visitor.page)
        # From here on without a pointer
        await tab_to_and_press(visitor, "make-token")
        form = visitor.at("token-form")
        await visitor.page.keyboard.type("Keys alone")
        await tab_to(visitor, form.locator("[value=events]"))
        await visitor.page.keyboard.press("Space")
        await visitor.page.screenshot(path=folder / "tokens-form.png")
        wrong[f"form, {name}"] = await faults(visitor.page)
        await tab_to(visitor, form.locator("[type=password]"))
        await visitor.page.keyboard.type(PASSWORD)
        await visitor.page.keyboard.press("Enter")
        await expect(visitor.at("token-secret")).to_be_focused()
        await visitor.page.screenshot(path=folder / "token-made.png")
        wrong[f"made, {name}"] = await misplaced(visitor.page)
        await tab_to_and_press(visitor, "token-kept")
        await expect(visitor.at("make-token")).to_be_focused()
    assert not any(wrong.values()), wrong
    await visitor.page.unroute_all()
