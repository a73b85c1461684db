"""Makes the pictures that are kept out of what `test_screens.py` has left in ./artefacts: the
README's, and those that are shown to whoever is asked to install the page.

python -m tests.browser.pictures
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from attendance_web.static_files import FOLDER
from tests.browser.faults import ARTEFACTS, ROOT

README_FOLDER = ROOT / "docs/screenshots"
INSTALL_PROMPT_FOLDER = FOLDER / "screenshots"
KEPT = {
    README_FOLDER: [
        *(f"360x740/en/{each}" for each in ("event", "marking", "holding", "marked")),
        *(f"1280x800/en/{each}" for each in ("sheet", "board")),
    ],
    INSTALL_PROMPT_FOLDER: ["360x740/ru/waiting", "360x740/ru/marked", "1280x800/ru/marking"],
}
COLOURS = 256  # enough for flat surfaces and smooth letters, and a fraction of the bytes


def keep(screen: str, folder: Path) -> Path:
    """Makes one picture, small enough to be kept with the source."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{Path(screen).name}.png"
    with Image.open(ARTEFACTS / f"{screen}-light.png") as taken:
        reduced = taken.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    reduced.save(path, optimize=True)
    return path


if __name__ == "__main__":
    for folder, screens in KEPT.items():
        for screen in screens:
            made = keep(screen, folder)
            print(f"{made.relative_to(ROOT)}: {made.stat().st_size / 1000:.1f} kB")
