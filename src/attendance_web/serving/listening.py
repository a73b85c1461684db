"""Opens the socket a service listens at, makes room for its connections, and tells where it is."""

from __future__ import annotations

import errno
import os
import socket
import sys
from contextlib import suppress
from typing import Final

from attendance_core.vocabulary import Seconds

# Connections that wait to be accepted, as many as Linux allows by itself: whoever finds no place
# among them tries again after a second
BACKLOG: Final = 4096
UNREAD_SECONDS: Final[Seconds] = 15  # what we sent may stay unacknowledged so long

# What the system takes, and Linux twice as much, of an answer that is not read; by itself it takes
# up to 4 MiB. A phone that is 0.1 s away still reads 2.5 MB a second. Contract: 1.22
SEND_BUFFER_BYTES: Final = 256 * 1024


class CannotListen(Exception):
    """The address cannot be listened at; one line says why."""


def listening_socket(host: str, port: int) -> socket.socket:
    """Opens a socket that listens, so that a taken port shows at once. Raises CannotListen."""
    where = f"{host}:{port}"
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError:
        raise CannotListen(f"cannot listen at {where}: there is no host {host}") from None
    family, _, _, _, address = min(found, key=lambda each: each[0] != socket.AF_INET)
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Accepted sockets inherit this and the next
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            # uvicorn alone never gets rid of one who does not read
            milliseconds = int(UNREAD_SECONDS * 1000)
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise CannotListen(f"cannot listen at {where}: {_reason_of(error)}") from None
    return listener


def allow_many_files() -> None:
    """Has this process, and those it starts, open as many files as the system lets it.

    Each connection is one; what a shell allows unless told otherwise is soon full.
    """
    if sys.platform != "win32":
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        with suppress(OSError, ValueError):  # some systems have a limit beyond that one
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _reason_of(error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return "the port is taken; stop what listens there or set ATTENDANCE_PORT"
        case errno.EACCES:
            return "not permitted; ports below 1024 are the administrator's"
        case errno.EADDRNOTAVAIL:
            return "this machine has no such address; set ATTENDANCE_HOST"
        case _:
            return os.strerror(error.errno or 0)


def print_address(host: str, listener: socket.socket) -> None:
    """Prints where it serves, for whoever started it, or waits for it."""
    print(f"attendance is at {_url(host, listener)} (Ctrl-C stops it)", flush=True)


def _url(host: str, listener: socket.socket) -> str:
    port = listener.getsockname()[1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
