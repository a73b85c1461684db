"""What the head of a request may be: its bounds, and what it must say of itself. No I/O.

What uvicorn 0.54 with httptools 0.9 leaves open, and is judged here:

- llhttp ends a request at its head when it has `Connection: Upgrade` and any `Upgrade`, or the
  method CONNECT; uvicorn passes over an upgrade that it does not know, and parses what was the
  body as another request. See `upgrade_is_sound`.
- uvicorn opens a socket on a connection whose earlier request is still unanswered, at any path.
  See `upgrade_is_sound` and `names_socket`.
- More than one Host, none, or one that is no host, is served; so is `HTTP/2.0`.
  See `head_is_sound`.
- Heads, their headers, and the lines between chunks have no bound. The bounds are here; what is
  read is held to them in `http_protocol`.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote_to_bytes

from attendance_web.asgi.application import ROLES
from attendance_web.wire.urls import SOCKETS_PATH

# Contract: 1.23. Requests that wait keep their heads, of thousands of connections
MAX_HEAD_BYTES: Final = 12 * 1024
MAX_LINES_BYTES: Final = 64 * 1024  # of the lines between chunks, beyond what these have
MAX_PATH_BYTES: Final = 512  # more than any of ours; Litestar remembers the last thousand
MAX_QUERY_BYTES: Final = 4 * 1024  # the name of an event, of 128 letters, takes up to 1 536
MAX_HEADER_LINE_BYTES: Final = 8 * 1024  # of a header; what reads a handshake takes no longer ones
MAX_HEADERS: Final = 64  # of a head; a browser sends 20, a proxy adds some
# Between cookies, options and the like, in all headers of a head: each of those is looked at by
# itself, and 28 000 took up to 34 ms. A browser sends 180 cookies to one site at most, some with
# lists in them
MAX_SEPARATORS: Final = 1024
SOCKET_PATHS: Final = frozenset(f"{SOCKETS_PATH}{path}".encode() for path in ROLES)

_HOST_FORM: Final = re.compile(rb"(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?", re.IGNORECASE)

Head = list[tuple[bytes, bytes]]  # names in lower case


def address_is_bounded(url: bytes) -> bool:
    """Tells whether an address, or what has come of it, is no longer than one may be."""
    path, _, query = url.partition(b"?")
    return len(path) <= MAX_PATH_BYTES and len(query) <= MAX_QUERY_BYTES


def header_is_bounded(name: bytes, value: bytes) -> bool:
    """Tells whether a header's line, with its colon, space and end, is short enough."""
    return len(name) + len(value) <= MAX_HEADER_LINE_BYTES - 4


def separator_count_of(value: bytes) -> int:
    """Counts the commas and semicolons between what a header lists."""
    return value.count(b",") + value.count(b";")


def head_is_sound(method: bytes, version: str, url: bytes, head: Head) -> bool:
    """Tells whether a request is one that can be served, whatever upgrade it asks for."""
    return (
        method != b"CONNECT"
        and version in ("1.0", "1.1")
        and host_is_sound(head)
        and address_is_ours(url, head)
        and not (version == "1.0" and any(name == b"transfer-encoding" for name, _ in head))
    )


def host_is_sound(head: Head) -> bool:
    """Tells whether a request names one host, in the form of one."""
    hosts = [value for name, value in head if name == b"host"]
    return len(hosts) == 1 and _HOST_FORM.fullmatch(hosts[0]) is not None


def address_is_ours(url: bytes, head: Head) -> bool:
    """Tells whether an address is a path, or begins with the one Host that the head names."""
    if url.startswith(b"/"):
        return True
    (host,) = (value for name, value in head if name == b"host")
    scheme, _, rest = url.partition(b"://")
    authority, slash, _ = rest.partition(b"/")
    return scheme.lower() in (b"http", b"https") and authority == host and slash == b"/"


def upgrade_is_sound(method: bytes, head: Head, *, nothing_is_due: bool) -> bool:
    """Tells whether a request that the parser has ended at its head, for an upgrade, may end there.

    It may ask for a socket where every request before it has its answer: ``nothing_is_due``. It
    may ask for `h2c`, too, which is passed over.
    """
    asked_for = upgrade_of(head)
    if has_body(head) or asked_for not in (b"websocket", b"h2c"):
        return False
    return asked_for == b"h2c" or (method == b"GET" and nothing_is_due)


def names_socket(url: bytes) -> bool:
    """Tells whether an address is that of a socket: elsewhere a handshake is a plain request."""
    return unquote_to_bytes(url.partition(b"?")[0]) in SOCKET_PATHS


def has_body(head: Head) -> bool:
    """Tells whether a request says that a body follows."""
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value.strip(b"0") != b"")
        for name, value in head
    )


def upgrade_of(head: Head) -> bytes:
    """Finds the protocol that a request asks for; several are one that nobody knows."""
    return b", ".join(value.strip().lower() for name, value in head if name == b"upgrade")
