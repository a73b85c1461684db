"""Every screen, in both languages, on a phone, its side, a tablet and a desk: whether everybody can
use it.

axe-core looks for what breaks WCAG 2.2 A and AA, in light and in dark; whoever has colours of their
own, letters twice as large, or a screen enlarged four times has to reach everything, too. Pictures
of every screen in light, and of whatever is wrong, are left in ./artefacts.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.async_api import Page

from attendance_web.static_files import FOLDER
from tests.browser.faults import ARTEFACTS, faults, misplaced
from tests.browser.screens import Tour
from tests.browser.visitor import LAPTOP, ON_ITS_SIDE, PHONE, TABLET, Door

SIZES = (TABLET, ON_ITS_SIDE, LAPTOP, PHONE)
PICTURED_SIZES = (LAPTOP, PHONE)  # a picture costs as much as a look
LANGUAGES = ("en", "ru")
SCHEMES: tuple[Literal["dark", "light"], ...] = ("dark", "light")


async def set_own_colours(page: Page) -> None:
    await page.emulate_media(forced_colors="active")


async def set_page_colours(page: Page) -> None:
    await page.emulate_media(forced_colors="none")


async def double_letters(page: Page) -> None:
    await page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")


async def reset_letters(page: Page) -> None:
    await page.evaluate("() => { document.documentElement.style.fontSize = ''; }")


async def enlarge(page: Page) -> None:
    """Shows it as at a laptop at 400 %: everything is four times as large."""
    await page.set_viewport_size({"width": 320, "height": 200})


async def set_phone_size(page: Page) -> None:
    width, height = PHONE
    await page.set_viewport_size({"width": width, "height": height})


# What somebody sets for themselves, and takes back; on the phone, which comes last
NEEDS = {
    "own-colours": (set_own_colours, set_page_colours),
    "large-letters": (double_letters, reset_letters),
    "enlarged": (enlarge, set_phone_size),
}

DARK = re.compile(r"@media \(prefers-color-scheme: dark\) \{(.*?)\n\}", re.DOTALL)
DECLARATION = re.compile(r"([\w-]+): ([^;]+);")
COLOURED = re.compile(r"(--[\w-]+|color|background)")
COLOUR = re.compile(r"#[0-9a-f]{6}|(rgb|hsl)\([^;]+\)")

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_dark_changes_colours_alone() -> None:
    """So what is in its place in the light is so in the dark, where it is not looked at again."""
    whole = "".join(each.read_text() for each in FOLDER.rglob("*.css"))
    said = [each for block in DARK.findall(whole) for each in DECLARATION.findall(block)]
    assert len(said) > 20 and whole.count("prefers-color-scheme") == len(DARK.findall(whole))
    assert [(n, v) for n, v in said if not (COLOURED.fullmatch(n) and COLOUR.fullmatch(v))] == []


@pytest.mark.timeout(900)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_everybody_can_use_every_screen(door: Door, language: str, tmp_path: Path) -> None:
    wrong: dict[tuple[str, int, str], list[Any]] = {}
    number = LANGUAGES.index(language)
    async for screen in Tour(door, language, tmp_path).screens():
        page = screen.page
        number += 1
        for at, (width, height) in enumerate(SIZES):
            await page.set_viewport_size({"width": width, "height": height})
            picture = ARTEFACTS / f"{width}x{height}" / language / screen.name
            if (width, height) in PICTURED_SIZES:
                await page.emulate_media(color_scheme="light")
                await page.screenshot(path=f"{picture}-light.png")
            # axe-core takes the most time: in each scheme at one size, by turns, and in the other
            # language at the other two
            turn = (number + at) % len(SIZES)
            scheme = SCHEMES[turn // 2]
            await page.emulate_media(color_scheme=scheme)
            if found := await (faults if turn % 2 == 0 else misplaced)(page):
                wrong[screen.name, width, scheme] = found
                await page.screenshot(path=f"{picture}-{scheme}.png")
        for need, (begin, end) in NEEDS.items():
            await begin(page)
            if found := await misplaced(page):
                wrong[screen.name, PHONE[0], need] = found
                picture = ARTEFACTS / "needs" / language / screen.name
                await page.screenshot(path=f"{picture}-{need}.png")
            await end(page)
    assert not wrong, "\n".join(
        f"{where}: {each}" for where, all_ in wrong.items() for each in all_
    )
