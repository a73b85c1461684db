"""The page that people use: its files as they are, without a build. Decision 0007.

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
from typing import Any, Final

from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from attendance_web.http.packing import accepts_gzip
from attendance_web.pictures import KEPT_FOR_EVER
from attendance_web.static_files import FOLDER, TYPES, contents_of, version_of
from attendance_web.wire.credentials import is_secure
from attendance_web.wire.headers import RawHeaders, header
from attendance_web.wire.refusals import UnknownPath
from attendance_web.wire.values import UUID_FORM

COMPRESSED_TYPES: Final = frozenset({".html", ".css", ".js", ".svg", ".webmanifest"})
# Asked for under the same address for ever: the first page, and what a browser looks up itself
FIXED_ADDRESSES: Final = {
    "index.html": "/",
    "board.html": "/board",
    "sw.js": "/sw.js",
    "board/sw.js": "/board/sw.js",
    "manifest.webmanifest": "/app.webmanifest",
}
BEGIN_WITH: Final = {"index.html": "app.js", "board.html": "board/board.js"}
SHOWN_BEFORE: Final = "screenshots/"  # to whoever is asked to install it, and never again
# A screen in a hall, which a worker of its own keeps: nobody's phone does
OF_BOARD: Final = ("board.html", "board/", "style/board.css")
# Beside its modules
SEEN_ON_BOARD: Final = (
    *("board.html", "first.js", "icon.svg"),
    *("style/base.css", "style/board.css"),
)
# Kept, but asked whether it is still so before each use; private, since it may set a cookie
ASKED_AGAIN: Final = "private, no-cache"
IMPORT: Final = re.compile(r'^(?:import|export|\} from)\b[^;"]*"(\.[^"]+)";$', re.MULTILINE)
# A link whose `#` was written as `%23` on its way: where it leads is known all the same
MISWRITTEN: Final = "/#"
SCREEN_PATH: Final = re.compile(r"/[0-9A-Za-z/-]{0,99}")
HOST: Final = re.compile(r"[0-9A-Za-z.\-\[\]:]{1,255}")


@dataclass(frozen=True)
class File:
    """One file of the page, ready to be sent."""

    address: str
    content: bytes
    is_packed: bool
    media_type: str
    etag: str
    cache_control: str

    @cached_property
    def gzipped(self) -> bytes | None:
        """Packs it when somebody first asks for it: all of them take 3 % of a start."""
        return gzip.compress(self.content, 9, mtime=0) if self.is_packed else None


def policy(host: str, *, secure: bool) -> str:
    """Says what the page may load and do.

    Sockets are named, since not every browser counts them as the page's own.
    """
    socket = f" {'wss' if secure else 'ws'}://{host}" if HOST.fullmatch(host) else ""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        f"connect-src 'self'{socket}; manifest-src 'self'; worker-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def files_of(folder: Path) -> dict[str, File]:
    """Reads the files of the page by address."""
    contents = contents_of(folder)
    version = version_of(contents)
    addresses = {name: FIXED_ADDRESSES.get(name, f"/static/{version}/{name}") for name in contents}
    shell = [
        address
        for name, address in addresses.items()
        if name != "sw.js" and not name.startswith((SHOWN_BEFORE, *OF_BOARD))
    ]
    board = sorted({*_needed_by(BEGIN_WITH["board.html"], contents), *SEEN_ON_BOARD} & {*contents})
    words = {
        "{{base}}": f"/static/{version}",
        "{{version}}": version,
        "{{shell}}": json.dumps(shell),
        "{{board}}": json.dumps([addresses[name] for name in board]),
    }

    def served(name: str) -> bytes:
        if name not in FIXED_ADDRESSES:
            return contents[name]
        needed = sorted(_needed_by(BEGIN_WITH[name], contents)) if name in BEGIN_WITH else []
        links = [f'<link rel="modulepreload" href="{addresses[each]}">' for each in needed]
        return _filled(contents[name], {**words, "{{modules}}": "\n".join(links)})

    return {addresses[name]: file_of(addresses[name], name, served(name)) for name in contents}


def _needed_by(name: str, contents: dict[str, bytes]) -> set[str]:
    """Lists a module and all it imports, those that these import, too; not what is loaded later."""
    found, left = set[str](), [name]
    while left:
        module = left.pop()
        if module in found or module not in contents:
            continue
        found.add(module)
        folder = posixpath.dirname(module)
        for target in IMPORT.findall(contents[module].decode()):
            left.append(posixpath.normpath(posixpath.join(folder, target)))
    return found


def _filled(content: bytes, words: dict[str, str]) -> bytes:
    text = content.decode()
    for word, meant in words.items():
        text = text.replace(word, meant)
    return text.encode()


def file_of(address: str, name: str, content: bytes) -> File:
    """Makes what is in a file ready to be sent."""
    suffix = Path(name).suffix
    return File(
        address,
        content,
        suffix in COMPRESSED_TYPES,
        TYPES[suffix],
        f'"{hashlib.sha256(content).hexdigest()[:20]}"',
        ASKED_AGAIN if name in FIXED_ADDRESSES else KEPT_FOR_EVER,
    )


FILES: Final = files_of(FOLDER)


async def page_file(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Serves a file of the page. Raises UnknownPath."""
    file = FILES.get(request.scope["path"])
    if file is None:
        raise UnknownPath
    return answer_with(file, request)


def answer_with(
    file: File, request: Request[Any, Any, Any], status_code: int = 200
) -> Response[bytes]:
    """Sends a file, unless the browser has it."""
    headers: RawHeaders = request.scope["headers"]
    own = {
        "Cache-Control": file.cache_control,
        "ETag": file.etag,
        "Vary": "Accept-Encoding",
    }
    if file.cache_control == ASKED_AGAIN:  # what runs by itself: documents, and the service worker
        host = header(headers, "host") or ""
        own["Content-Security-Policy"] = policy(host, secure=is_secure(request.scope))
    if status_code == 200 and file.etag in (header(headers, "if-none-match") or ""):
        return Response(b"", status_code=304, headers=own, media_type=file.media_type)
    content = file.content
    if file.gzipped is not None and accepts_gzip(headers):
        own["Content-Encoding"] = "gzip"
        content = file.gzipped
    return Response(content, status_code=status_code, headers=own, media_type=file.media_type)


async def board(request: Request[Any, Any, Any], event_id: FromPath[str]) -> Response[bytes]:
    """Serves the page of a board, to anybody: what it shows is asked for with a session, or with
    the secret that stays behind the `#`. Raises UnknownPath.
    """
    if not UUID_FORM.fullmatch(event_id):
        raise UnknownPath
    answer = answer_with(FILES["/board"], request)
    answer.set_header("Referrer-Policy", "no-referrer")
    return answer


async def miswritten_link(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Sends whoever comes by such a link to where it leads. Raises UnknownPath."""
    screen = request.scope["path"].removeprefix(MISWRITTEN)
    if not SCREEN_PATH.fullmatch(screen):
        raise UnknownPath
    headers = {"Location": f"{MISWRITTEN}{screen}", "Cache-Control": "no-store"}
    return Response(b"", status_code=302, media_type="text/plain", headers=headers)


ROUTES: Final = [
    # A route for each of a hundred files would be the most of what a start makes
    HTTPRouteHandler(
        [*FIXED_ADDRESSES.values(), "/static/{file:path}"],
        http_method="GET",
        include_in_schema=False,
    )(page_file),
    HTTPRouteHandler("/board/{event_id:str}", http_method="GET", include_in_schema=False)(board),
    HTTPRouteHandler(f"{MISWRITTEN}/{{screen:path}}", http_method="GET", include_in_schema=False)(
        miswritten_link
    ),
]
