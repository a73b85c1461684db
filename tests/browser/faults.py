"""What keeps people out of a page: axe-core looks for what breaks WCAG 2.2 A and AA."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.async_api import Page

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


async def faults(page: Page) -> list[Any]:
    """What somebody could not read, reach or hit on what the page shows now."""
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(AXE)
    found = list(await page.evaluate(LOOK, RULES))
    found += [f"too small: {each}" for each in await page.evaluate(SMALL, LEAST_TARGET)]
    if await page.evaluate(WIDER) > 0:
        found.append("it has to be scrolled sideways")
    return found
