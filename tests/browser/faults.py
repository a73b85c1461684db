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
  .filter((each) => each.checkVisibility() && !each.matches(".skip, [type=radio], [type=checkbox]"))
  .filter((each) => {
    const { width, height } = each.getBoundingClientRect();
    return width < least - 0.5 || height < least - 0.5;
  })
  .map((each) => each.outerHTML.slice(0, 120))
"""
# What has the focus must not lie below what stays in its place: the sections, the head of a list
COVERED = """
() => {
  if (document.querySelector("dialog[open]")) return [];
  const before = document.activeElement;
  const covered = [...document.querySelectorAll("main :is(button, a, input, select, textarea)")]
    .filter((each) => each.checkVisibility() && !each.matches("[type=file]"))
    .filter((each) => {
      each.focus();
      const { left, right, top, bottom } = each.getBoundingClientRect();
      const seen = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
      if (seen?.closest(".notice")) return false; // it goes by itself
      return !each.contains(seen) && !each.closest("label")?.contains(seen);
    });
  before?.focus({ preventScroll: true });
  scrollTo(0, 0);
  return covered.map((each) => each.outerHTML.slice(0, 120));
}
"""
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


async def faults(page: Page) -> list[Any]:
    """What somebody could not read, reach or hit on what the page shows now."""
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(AXE)
    return list(await page.evaluate(LOOK, RULES)) + await misplaced(page)


async def misplaced(page: Page) -> list[str]:
    """What is too small, below something else, or beside the screen, on what is shown now."""
    found = [f"too small: {each}" for each in await page.evaluate(SMALL, LEAST_TARGET)]
    found += [f"covered: {each}" for each in await page.evaluate(COVERED)]
    if await page.evaluate(WIDER) > 0:
        found.append("it has to be scrolled sideways")
    return found
