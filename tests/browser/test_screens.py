"""Every screen, in both languages, on a phone, its side, a tablet and a desk: whether everybody can
use it.

axe-core looks for what breaks WCAG 2.2 A and AA, in light and in dark; pictures of what it looked
at are left in ./artefacts.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Literal

import pytest

from tests.browser.faults import ARTEFACTS, faults, misplaced
from tests.browser.screens import Tour
from tests.browser.visitor import DESK, ON_ITS_SIDE, PHONE, TABLET, Door

SIZES = (TABLET, ON_ITS_SIDE, DESK, PHONE)
SCHEMES: tuple[Literal["dark", "light"], ...] = ("dark", "light")

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.timeout(900)
@pytest.mark.parametrize("language", ["en", "ru"])
async def test_everybody_can_use_every_screen(door: Door, language: str, tmp_path: Path) -> None:
    wrong = {}
    ways = [*itertools.product(enumerate(SIZES), enumerate(SCHEMES))]
    number = 0
    async for screen in Tour(door, language, tmp_path).screens():
        page = screen.page
        number += 1
        for (at, (width, height)), (which, scheme) in ways:
            await page.set_viewport_size({"width": width, "height": height})
            await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            folder = ARTEFACTS / f"{width}x{height}" / language
            await page.screenshot(path=folder / f"{screen.name}-{scheme}.png")
            # Closely at every size, by turns in one of the schemes: axe-core takes the most time
            look = faults if (number + at + which) % 2 else misplaced
            if found := await look(page):
                wrong[screen.name, width, scheme] = found
    assert not wrong, "\n".join(
        f"{where}: {each}" for where, all_ in wrong.items() for each in all_
    )
