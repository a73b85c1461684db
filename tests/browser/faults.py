"""What keeps people out of a page: axe-core looks for what breaks WCAG 2.2 A and AA."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.async_api import Locator, Page

ROOT = Path(__file__).parents[2]
ARTEFACTS = ROOT / "artefacts"
AXE = (ROOT / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
MIN_SIDE_PX = 44  # of what is pressed; links within a text may be smaller
FIND_VIOLATIONS = """
async (rules) => {
  const { violations } = await axe.run(document, { runOnly: rules, resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`));
}
"""
FIND_SMALL = """
(least) => [...document.querySelectorAll("button, a, input, textarea")]
  .filter((each) => each.checkVisibility() && !each.matches(".skip, [type=radio], [type=checkbox]"))
  .filter((each) => {
    const { width, height } = each.getBoundingClientRect();
    return width < least - 0.5 || height < least - 0.5;
  })
  .map((each) => each.outerHTML.slice(0, 120))
"""
# What has the focus must not lie below what stays in its place: the sections, the head of a list
FIND_COVERED = """
() => {
  if (document.querySelector("dialog[open]")) return [];
  const before = document.activeElement;
  const covered = [...document.querySelectorAll("main :is(button, a, input, select, textarea)")]
    .filter((each) => each.checkVisibility() && !each.matches("[type=file]"))
    .filter((each) => {
      each.blur(); // what has the focus already would not be scrolled to
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
# The least contrast of all that is written in it, with what fades it and its ancestors taken in
LEAST_CONTRAST = """
(element) => {
  const parsed = (colour) => {
    const [red, green, blue, alpha = 1] = colour.match(/[\\d.]+/g).map(Number);
    return { rgb: [red, green, blue], alpha };
  };
  const over = (upper, alpha, lower) =>
    upper.map((each, at) => each * alpha + lower[at] * (1 - alpha));
  const luminance = (rgb) => {
    const [red, green, blue] = rgb.map((each) => {
      const part = each / 255;
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const around = (each) => (each ? [each, ...around(each.parentElement)] : []);
  const behind = (each) =>
    around(each).reverse().reduce((below, one) => {
      const { rgb, alpha } = parsed(getComputedStyle(one).backgroundColor);
      return over(rgb, alpha, below);
    }, [255, 255, 255]);
  const contrast = (each) => {
    const ground = behind(each);
    const opacity = around(each).reduce((all, one) => all * getComputedStyle(one).opacity, 1);
    const { rgb, alpha } = parsed(getComputedStyle(each).color);
    const lights = [luminance(over(rgb, alpha * opacity, ground)), luminance(ground)].sort();
    return (Math.max(...lights) + 0.05) / (Math.min(...lights) + 0.05);
  };
  const isWritten = (each) =>
    each.checkVisibility({ visibilityProperty: true }) &&
    [...each.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const written = [...element.querySelectorAll("*")].filter(isWritten);
  return written.length ? Math.min(...written.map(contrast)) : 0;
}
"""
# What is told in passing lies above no heading, which says where one is and of whom
IS_HEADING_COVERED = """
() => {
  const heading = document.querySelector("dialog[open] h2") ?? document.querySelector("h1");
  if (!heading) return false; // which is said by itself
  const { left, right, top, bottom } = heading.getBoundingClientRect();
  return [...document.querySelectorAll(".notice > div")]
    .map((each) => each.getBoundingClientRect())
    .filter((told) => told.left < right && told.right > left)
    .some((told) => told.top < bottom && told.bottom > top);
}
"""
# What a screen is called, for those who hear it: one heading of the first level, with a name
COUNT_HEADINGS = """
() => [...document.querySelectorAll("h1")]
  .filter((each) => each.checkVisibility() && each.textContent.trim() !== "").length
"""
WIDTH_BEYOND_SCREEN = (
    "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
)


async def faults(page: Page) -> list[Any]:
    """Finds what somebody could not read, reach or hit on what the page shows now."""
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(AXE)
    return list(await page.evaluate(FIND_VIOLATIONS, RULES)) + await misplaced(page)


async def least_contrast(what: Locator) -> float:
    """Measures what is hardest to read in it; axe-core passes over what cannot be pressed."""
    return float(await what.evaluate(LEAST_CONTRAST))


async def misplaced(page: Page) -> list[str]:
    """Finds what is too small, below something else, or beside the screen, as it is now."""
    found = [f"too small: {each}" for each in await page.evaluate(FIND_SMALL, MIN_SIDE_PX)]
    found += [f"covered: {each}" for each in await page.evaluate(FIND_COVERED)]
    if await page.evaluate(IS_HEADING_COVERED):
        found.append("a notice lies above the heading")
    if (heading_count := await page.evaluate(COUNT_HEADINGS)) != 1:
        found.append(f"{heading_count} headings say what it is")
    if await page.evaluate(WIDTH_BEYOND_SCREEN) > 0:
        found.append("it has to be scrolled sideways")
    return found
