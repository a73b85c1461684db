"""The page as it is served: its modules, its version, and the tags of its first file."""

from __future__ import annotations

from html.parser import HTMLParser

from attendance_web.page_files import FILES
from attendance_web.static_files import FOLDER

MODULES = {
    path.relative_to(FOLDER).as_posix(): path.read_text("utf-8") for path in FOLDER.rglob("*.js")
}
MAX_FIRST_LOAD_BYTES = 100_000  # over the wire
REQUEST_OVERHEAD_BYTES = 600  # of each request, and of the headers of its answer, about
VERSION = next(address for address in FILES if address.endswith("/app.js")).split("/")[2]


class Tags(HTMLParser):
    """What a page loads, and what it has that our policy forbids."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.inline: list[str] = []
        self._in = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in = tag
        for name, value in attrs:
            if name in ("src", "href"):
                self.loads.append(value or "")
            if name == "style" or name.startswith("on"):
                self.inline.append(f"{tag} {name}")

    def handle_data(self, data: str) -> None:
        if self._in in ("script", "style") and data.strip():
            self.inline.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._in = ""
