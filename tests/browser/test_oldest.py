"""The oldest browsers that are let in: what they do not have is taken away, and all of it works."""

from __future__ import annotations

import pytest
from playwright.async_api import Route, expect

from tests.browser.screens import PUT_NOTICE_AWAY
from tests.browser.visitor import Door, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")
# Of what has come since Safari 15.4, Chrome 92 and Firefox 102, each in one of them at least
TAKE_AWAY = """
(() => {
  const lacks = [
    [URLSearchParams.prototype, "size"], [AbortSignal, "timeout"], [AbortSignal, "any"],
    [AbortSignal.prototype, "throwIfAborted"], [Object, "hasOwn"], [Object, "groupBy"],
    [Array, "fromAsync"], [Promise, "withResolvers"], [Promise, "try"], [URL, "canParse"],
    [Navigator.prototype, "wakeLock"], [Navigator.prototype, "userActivation"],
    [Navigator.prototype, "share"], [Navigator.prototype, "connection"],
    [HTMLElement.prototype, "popover"], [HTMLElement.prototype, "showPopover"],
    [HTMLElement.prototype, "hidePopover"], [HTMLElement.prototype, "togglePopover"],
    [HTMLElement.prototype, "inert"], [HTMLDialogElement.prototype, "requestClose"],
    [Element.prototype, "checkVisibility"], [Element.prototype, "setHTML"],
    [Document.prototype, "startViewTransition"], [Document.prototype, "adoptedStyleSheets"],
    [Response, "json"], [Headers.prototype, "getSetCookie"], [Intl, "Segmenter"],
    [Intl, "DurationFormat"], [CSSStyleSheet.prototype, "replaceSync"],
  ];
  const names = ["findLast", "findLastIndex", "toSorted", "toReversed", "toSpliced", "with"];
  for (const name of names) lacks.push([Array.prototype, name]);
  for (const name of ["isWellFormed", "toWellFormed"]) lacks.push([String.prototype, name]);
  for (const name of ["union", "intersection", "difference"]) lacks.push([Set.prototype, name]);
  const own = [
    "structuredClone", "navigation", "scheduler", "requestIdleCallback", "BroadcastChannel",
    "OffscreenCanvas", "CompressionStream", "PressureObserver", "reportError", "CookieStore",
    "cookieStore", "trustedTypes", "Iterator", "documentPictureInPicture",
  ];
  for (const name of own) lacks.push([globalThis, name]);
  globalThis.left = [];
  for (const [owner, name] of lacks) {
    delete owner[name];
    if (name in owner) left.push(name);
  }
})();
"""
BLOCK_STORAGE = """
(() => {
  const blocked = { get() { throw new DOMException("blocked", "SecurityError"); } };
  Object.defineProperty(globalThis, "localStorage", blocked);
  Object.defineProperty(globalThis, "sessionStorage", blocked);
})();
"""
ODD_LANGUAGES = """
Object.defineProperty(Navigator.prototype, "languages", {
  get: () => ["ru_RU", "en_US", "en-US@posix", "en"],
});
"""
NO_MODULES = "delete HTMLScriptElement.prototype.noModule;"


async def enter_in_old_browser(door: Door, name: str) -> Visitor:
    visitor = await door.enter(name, language="en", keeps_page=True)
    await visitor.context.add_init_script(TAKE_AWAY)
    return visitor


async def test_the_whole_story_in_the_oldest(door: Door) -> None:
    marker = await enter_in_old_browser(door, "Old Marker")
    await marker.open()
    assert await marker.page.evaluate("() => left") == []
    await marker.sign_up("old-marker")
    link = await marker.create_event("Of old")
    event_id = marker.page.url.rpartition("/")[2]
    await marker.begin_marking()
    asker = await enter_in_old_browser(door, "Old Asker")
    await asker.open(link)
    await asker.sign_up("old-asker")
    await asker.wait()
    await marker.hold(asker)
    await marker.at("not-now").click()
    await expect(marker.at("held")).to_be_hidden()
    third = await enter_in_old_browser(door, "Third Old")
    await third.open(link)
    await third.sign_up("third-old")
    await third.wait()
    await marker.hold(third)
    await marker.at("marked").click()
    await third.expect_state("marked")
    await marker.at("tab-events").click()
    board = await marker.context.new_page()
    await board.goto(f"{marker.url}/board/{event_id}")
    await expect(board.get_by_test_id("marked")).to_have_text("1 / 2")
    await expect(board.get_by_test_id("pace")).to_contain_text("Marks a minute")
    await expect(board.get_by_test_id("board")).to_have_attribute("data-state", "open")
    await expect(board.get_by_test_id("code").get_by_role("img")).to_be_visible()
    assert await board.evaluate("() => left") == []
    await board.close()
    await marker.at("search").fill("of old")
    await expect(marker.at("found").get_by_role("link")).to_have_count(1)
    await marker.open_people()
    await marker.at("search").fill("third old")
    await expect(marker.at("found").get_by_role("link")).to_have_count(1)
    await marker.at("tab-me").click()
    await marker.at("info").locator("[name=bio]").fill("Group 1")
    await marker.at("save").click()
    await expect(marker.at("notice")).to_contain_text("Saved")


async def test_blocked_storage_and_odd_languages_keep_nobody_out(door: Door) -> None:
    visitor = await door.enter("Blocked", language="en")
    await visitor.context.add_init_script(BLOCK_STORAGE)
    await visitor.context.add_init_script(ODD_LANGUAGES)
    await visitor.open()
    await visitor.sign_up("blocked")
    await visitor.create_event("With nothing kept")
    await visitor.wait()


async def test_what_fails_before_anything_is_seen_is_said(door: Door) -> None:
    visitor = await door.enter("Broken", language="en")

    async def fails(route: Route) -> None:
        whole = await (await route.fetch()).text()
        await route.fulfill(
            content_type="text/javascript", body=f"{whole}\nthrow new RangeError('at import');"
        )

    await visitor.page.route("**/texts.js", fails)
    await visitor.open()
    await expect(visitor.page.get_by_text("This page did not open")).to_be_visible()
    await visitor.page.unroute("**/texts.js")
    await visitor.page.reload()
    await expect(visitor.at("sign-up")).to_be_visible()
    await expect(visitor.page.locator("#broken")).to_have_count(0)
    assert all("at import" in each for each in visitor.watch.wrong)
    visitor.watch.wrong.clear()


async def test_what_nobody_foresaw_is_said_in_words_of_the_page(door: Door) -> None:
    """Where it is thrown, and where a promise is refused."""
    visitor = await door.enter("Unforeseen", language="en")
    await visitor.open()
    await expect(visitor.at("sign-up")).to_be_visible()
    for fails in (
        "setTimeout(() => not.there)",
        "void Promise.reject(new TypeError('undefined.then'))",
    ):
        await visitor.page.evaluate(PUT_NOTICE_AWAY)
        await expect(visitor.at("notice")).to_be_empty()
        await visitor.page.evaluate(f"() => {{ {fails} }}")
        await expect(visitor.at("notice")).to_have_text("Something broke on our side. Try again")
    visitor.watch.wrong.clear()


async def test_a_browser_without_modules_is_told_to_be_too_old(door: Door) -> None:
    visitor = await door.enter("Ancient", language="en")
    await visitor.context.add_init_script(NO_MODULES)
    await visitor.context.route("**/app.js", lambda route: route.abort())
    visitor.watch.may_lose_connection = True
    await visitor.open()
    await expect(visitor.page.get_by_text("Safari 15.4")).to_be_visible()
