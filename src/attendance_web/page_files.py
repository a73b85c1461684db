"""The files of the page that people use, as they are, without a build. Decision 0007.

Every file but the first has a version in its address, made of all their contents: a browser keeps
it for ever, and a page and its modules are always of one version. The first page announces the
modules that anything is seen with; a screen's own, and its styles, are loaded with it. Links
between screens are behind the `#`, so that there is one page to serve, and to keep for a phone
without signal. A board is a page of its own, since whoever opens one sees nothing else.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import posixpath
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from attendance_web.pictures import KEPT_FOR_EVER
from attendance_web.static_files import FOLDER, MEDIA_TYPES, contents_of, version_of

PACKED_TYPES: Final = frozenset({".html", ".css", ".js", ".svg", ".webmanifest"})
ETAG_LETTERS: Final = 20
# Asked for under the same address for ever: the first page, and what a browser looks up itself
FIXED_ADDRESSES: Final = {
    "index.html": "/",
    "board.html": "/board",
    "sw.js": "/sw.js",
    "board/sw.js": "/board/sw.js",
    "manifest.webmanifest": "/app.webmanifest",
}
FIRST_MODULES: Final = {"index.html": "app.js", "board.html": "board/board.js"}
SCREENSHOTS: Final = "screenshots/"  # for whoever is asked to install it, and never again
# A screen in a hall, which a worker of its own keeps: nobody's phone does
OF_BOARD: Final = ("board.html", "board/", "style/board.css")
# Beside its modules
SEEN_ON_BOARD: Final = (
    *("board.html", "first.js", "icon.svg"),
    *("style/base.css", "style/board.css"),
)
# Kept, but asked whether it is still so before each use; private, since it may set a cookie
ASKED_AGAIN: Final = "private, no-cache"
# What a module says it imports from another of ours
IMPORT: Final = re.compile(r'^(?:import|export|\} from)\b[^;"]*"(\.[^"]+)";$', re.MULTILINE)


@dataclass(frozen=True)
class PageFile:
    """One file of the page, ready to be sent."""

    address: str
    content: bytes
    may_be_packed: bool
    media_type: str
    etag: str
    cache_control: str

    @cached_property
    def gzipped(self) -> bytes | None:
        """Its content, packed when somebody first asks: all of them take 3 % of a start."""
        return gzip.compress(self.content, 9, mtime=0) if self.may_be_packed else None


def files_of(folder: Path) -> dict[str, PageFile]:
    """Reads the files of the page by address."""
    contents = contents_of(folder)
    version = version_of(contents)
    addresses = {name: FIXED_ADDRESSES.get(name, f"/static/{version}/{name}") for name in contents}
    shell = [
        address
        for name, address in addresses.items()
        if name != "sw.js" and not name.startswith((SCREENSHOTS, *OF_BOARD))
    ]
    needed_by_board = _needed_by(FIRST_MODULES["board.html"], contents)
    board = sorted({*needed_by_board, *SEEN_ON_BOARD} & {*contents})
    values = {
        "{{base}}": f"/static/{version}",
        "{{version}}": version,
        "{{shell}}": json.dumps(shell),
        "{{board}}": json.dumps([addresses[name] for name in board]),
    }

    def fill_in(name: str) -> bytes:
        """Fills in what is served under a fixed address; the rest is as it lies there."""
        if name not in FIXED_ADDRESSES:
            return contents[name]
        needed = sorted(_needed_by(FIRST_MODULES[name], contents)) if name in FIRST_MODULES else []
        links = [f'<link rel="modulepreload" href="{addresses[each]}">' for each in needed]
        return _filled(contents[name], {**values, "{{modules}}": "\n".join(links)})

    return {addresses[name]: file_of(addresses[name], name, fill_in(name)) for name in contents}


def _needed_by(name: str, contents: dict[str, bytes]) -> set[str]:
    """Finds a module, all that it imports, and all that those import; not what is loaded later."""
    found, to_look_at = set[str](), [name]
    while to_look_at:
        module = to_look_at.pop()
        if module in found or module not in contents:
            continue
        found.add(module)
        folder = posixpath.dirname(module)
        for target in IMPORT.findall(contents[module].decode()):
            to_look_at.append(posixpath.normpath(posixpath.join(folder, target)))
    return found


def _filled(content: bytes, values: dict[str, str]) -> bytes:
    """Puts values where their placeholders stand."""
    text = content.decode()
    for placeholder, value in values.items():
        text = text.replace(placeholder, value)
    return text.encode()


def file_of(address: str, name: str, content: bytes) -> PageFile:
    """Makes what is in a file ready to be sent."""
    suffix = Path(name).suffix
    return PageFile(
        address=address,
        content=content,
        may_be_packed=suffix in PACKED_TYPES,
        media_type=MEDIA_TYPES[suffix],
        etag=f'"{hashlib.sha256(content).hexdigest()[:ETAG_LETTERS]}"',
        cache_control=ASKED_AGAIN if name in FIXED_ADDRESSES else KEPT_FOR_EVER,
    )


FILES: Final = files_of(FOLDER)
