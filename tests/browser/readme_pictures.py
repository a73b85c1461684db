"""Makes the README's pictures of the page out of what `test_screens.py` has left in ./artefacts.

python -m tests.browser.readme_pictures
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from tests.browser.faults import ARTEFACTS, ROOT

TAKEN = ARTEFACTS / "360x740/en"
SHOWN = ROOT / "docs/screenshots"
SCREENS = ("event", "marking", "holding", "marked")
COLOURS = 256  # enough for flat surfaces and smooth letters, and a fraction of the bytes


def make(screen: str) -> Path:
    """One picture, small enough to be kept with the source."""
    SHOWN.mkdir(parents=True, exist_ok=True)
    path = SHOWN / f"{screen}.png"
    with Image.open(TAKEN / f"{screen}-light.png") as taken:
        few = taken.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
    return path


if __name__ == "__main__":
    for screen in SCREENS:
        made = make(screen)
        print(f"{made.relative_to(ROOT)}: {made.stat().st_size / 1000:.1f} kB")
