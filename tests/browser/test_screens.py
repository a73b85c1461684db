"""Every screen, in both languages, on a phone and on a desk: whether everybody can use it.

axe-core looks for what breaks WCAG 2.2 A and AA, in light and in dark; pictures of what it looked
at are left in ./artefacts.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser.screens import Tour
from tests.browser.visitor import DESK, PHONE, Door

ROOT = Path(__file__).parents[2]
ARTEFACTS = ROOT / "artefacts"
AXE = (ROOT / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LEAST_TARGET = 44  # pixels a side; links within a text may be smaller
LOOK = """
async (rules) => {
  const { violations } = await axe.run(document, { runOnly: rules, resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`));
}
"""
SMALL = """
(least) => [...document.querySelectorAll("button, a, input, textarea")]
  .filter((each) => each.checkVisibility() && !each.matches(".skip, [type=radio]"))
  .filter((each) => {
    const { width, height } = each.getBoundingClientRect();
    return width < least - 0.5 || height < least - 0.5;
  })
  .map((each) => each.outerHTML.slice(0, 120))
"""
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def faults(page: Page) -> list[Any]:
    """What somebody could not read, reach or hit on what the page shows now."""
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(AXE)
    found = list(await page.evaluate(LOOK, RULES))
    found += [f"too small: {each}" for each in await page.evaluate(SMALL, LEAST_TARGET)]
    if await page.evaluate(WIDER) > 0:
        found.append("it has to be scrolled sideways")
    return found


@pytest.mark.timeout(300)
@pytest.mark.parametrize("language", ["en", "ru"])
async def test_everybody_can_use_every_screen(door: Door, language: str, tmp_path: Path) -> None:
    wrong = {}
    async for screen in Tour(door, language, tmp_path).screens():
        page = screen.page
        for (width, height), scheme in itertools.product((DESK, PHONE), ("dark", "light")):
            await page.set_viewport_size({"width": width, "height": height})
            await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            folder = ARTEFACTS / f"{width}x{height}" / language
            await page.screenshot(path=folder / f"{screen.name}-{scheme}.png")
            if found := await faults(page):
                wrong[screen.name, width, scheme] = found
    assert not wrong, "\n".join(
        f"{where}: {each}" for where, all_ in wrong.items() for each in all_
    )
