"""`python -m tests.chaos.attacks NAME URL`: harm that one person can do, from a few connections.

Each is a beginning, and bytes that follow it over and over, as fast as they are taken. Whoever is
cut comes back. It is a process of its own that yields to others, and ends by itself.
"""

from __future__ import annotations

import argparse
import json
import os
import select
import signal
import socket
import ssl
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Event
from typing import Final

from tests.chaos.attack import (
    Attack,
    Foothold,
    chunked,
    frame,
    logged_in,
    not_logged_in,
    sized,
    unfinished,
)

BEGUN: Final = "begun"
NICE: Final = 5
AGAIN_SECONDS: Final = 0.01  # from a cut to the next connection
PIECE_BYTES: Final = 256 * 1024  # handed over together
HANDSHAKE_ANSWERED: Final = b"\r\n\r\n"  # a handshake that was answered
REFUSED_CLOSE: Final = (4401).to_bytes(2, "big")  # in a Close frame
PING: Final = frame(0x9)
TEXT: Final = frame(0x1, b'{"message":"ping"}')
TRAILER: Final = b"X-1: aaaaaaaaaaaaaaaa\r\n"
HEALTH_CALL: Final = b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n"
LOG_IN_HEAD: Final = chunked("/accounts/login/")
CALL: Final = "/api/auth/GetCurrentUserId"
PICTURE: Final = "/api/profile/UpdateProfilePicture"
BYTE_CHUNK: Final = b"1\r\na\r\n"
FIRST_FRAGMENT: Final = frame(0x1, fin=False)

ATTACKS: Final[dict[str, Attack]] = {
    "pings": Attack("empty pings", logged_in, PING, HANDSHAKE_ANSWERED, reads=True),
    "pings-unread": Attack("empty pings, no pong is read", logged_in, PING, HANDSHAKE_ANSWERED),
    "pongs": Attack(
        "pongs nobody asked for", logged_in, frame(0xA), HANDSHAKE_ANSWERED, reads=True
    ),
    "fragments": Attack(
        "a text in empty fragments",
        logged_in,
        frame(0x0, fin=False),
        HANDSHAKE_ANSWERED,
        FIRST_FRAGMENT,
        reads=True,
    ),
    "texts": Attack("small texts", logged_in, TEXT, HANDSHAKE_ANSWERED, reads=True),
    "texts-unread": Attack("small texts, no answer is read", logged_in, TEXT, HANDSHAKE_ANSWERED),
    "refused": Attack("pings after a refusal", not_logged_in, PING, REFUSED_CLOSE, connections=4),
    "trailers": Attack(
        "trailers without end",
        chunked(CALL),
        TRAILER,
        begins=b"0\r\n",
        connections=4,
    ),
    "headers": Attack("a head of ever more lines", unfinished, b"a: b\r\n", connections=4),
    "header": Attack(
        "a head with one endless line", unfinished, b"a" * 64, begins=b"X-1: ", connections=4
    ),
    "calls": Attack("calls in a row", lambda _: HEALTH_CALL, HEALTH_CALL, reads=True),
    "calls-unread": Attack("calls in a row, no answer is read", lambda _: HEALTH_CALL, HEALTH_CALL),
    "chunks": Attack("a body of one-byte chunks", LOG_IN_HEAD, BYTE_CHUNK),
    "uploads": Attack("pictures of 16 MiB of nobody", sized(PICTURE), b"a" * 16384),
    "upload-chunks": Attack("a picture of one-byte chunks", chunked(PICTURE), BYTE_CHUNK),
    "refused-body": Attack(
        "a terabyte that is refused", sized(CALL, 2**40), b"a" * 16384, connections=4
    ),
    "refused-trailers": Attack(
        "trailers without end where nothing is",
        chunked("/schema"),
        TRAILER,
        begins=b"0\r\n",
        connections=4,
    ),
    "extensions": Attack(
        "a body of chunks with long extensions", LOG_IN_HEAD, b"1;" + b"a" * 16384 + b"\r\na\r\n"
    ),
}


@dataclass
class Done:
    """How much of it there was."""

    connections: int = 0
    sent: int = 0  # bytes
    heard: int = 0  # bytes


class Attacker:
    """One of the connections, again and again."""

    def __init__(self, attack: Attack, foothold: Foothold, over: Event, began: Event) -> None:
        self.done = Done()
        self._attack = attack
        self._target = foothold
        self._over = over
        self._began = began
        self._piece = memoryview(attack.forever * (PIECE_BYTES // len(attack.forever) + 1))

    def live(self) -> Done:
        """Attacks until it is over."""
        while not self._over.is_set():
            with suppress(OSError), self._target.connected(reads=self._attack.reads) as connection:
                self.done.connections += 1
                if self._begins(connection):
                    self._began.set()
                    connection.setblocking(False)
                    self._goes_on(connection)
            self._over.wait(AGAIN_SECONDS)
        return self.done

    def _begins(self, connection: socket.socket) -> bool:
        connection.sendall(self._attack.head(self._target))
        heard = b""
        while self._attack.awaits not in heard:
            told = connection.recv(4096)
            if not told:
                return False
            heard += told
        connection.sendall(self._attack.begins)
        return True

    def _goes_on(self, connection: socket.socket) -> None:
        at, reads = 0, [connection] if self._attack.reads else []
        while not self._over.is_set():
            try:
                if reads:
                    self._hears(connection)
                sent = connection.send(self._piece[at:])
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                select.select(reads, [connection], [], 0.1)
            else:
                self.done.sent += sent
                at = (at + sent) % len(self._piece)

    def _hears(self, connection: socket.socket) -> None:
        """Reads all that is there. Raises OSError at its end."""
        with suppress(BlockingIOError, ssl.SSLWantReadError):
            while told := connection.recv(65536):
                self.done.heard += len(told)
            raise ConnectionResetError


def carried_out(attack: Attack, foothold: Foothold, seconds: float) -> Done:
    """Attacks for so many seconds, or until SIGTERM; says when it has begun."""
    over, began = Event(), Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    attackers = [Attacker(attack, foothold, over, began) for _ in range(attack.connections)]
    until = time.monotonic() + seconds
    with ThreadPoolExecutor(len(attackers)) as threads:
        living = [threads.submit(each.live) for each in attackers]
        began.wait(seconds)
        print(BEGUN, flush=True)
        over.wait(max(0.0, until - time.monotonic()))
        over.set()
        done = [each.result() for each in living]
    return Done(*(sum(getattr(each, name) for each in done) for name in asdict(Done())))


def main(arguments: Sequence[str] | None = None) -> int:
    """Attacks; answers 0, whatever it did."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.attacks", description=__doc__)
    parser.add_argument("name", choices=ATTACKS)
    parser.add_argument("url")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--token", default="", help="of a session")
    parser.add_argument("--event", default="", help="whose sheet is opened")
    parser.add_argument("--certificate", type=Path, help="what to trust where the URL is https")
    given = parser.parse_args(arguments)
    os.nice(NICE)
    foothold = Foothold(given.url, given.token, given.event, given.certificate)
    print(json.dumps(asdict(carried_out(ATTACKS[given.name], foothold, given.seconds))), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
