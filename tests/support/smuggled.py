"""Requests that have another one hidden in them, and the statuses of all that is answered."""

from __future__ import annotations

CALL = "/api/auth/GetCurrentUserId"
GET = f"GET {CALL} HTTP/1.1\r\nHost: x\r\n".encode()
POST = b"POST /accounts/logout/ HTTP/1.1\r\nHost: x\r\n"
ELSEWHERE = "203.0.113.7"  # where a smuggled request says that it comes from
# What would be answered, if a body were parsed as a request
INNER = GET + f"X-Forwarded-For: {ELSEWHERE}\r\n\r\n".encode()
SEGMENT_SECONDS = 0.01  # after which what is sent next is another segment
UPGRADE_TO = b"Connection: Upgrade\r\nUpgrade: "


def with_length(head: bytes, body: bytes) -> bytes:
    """Writes a request whose body is as long as it says."""
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


SMUGGLED = {
    "an unknown upgrade": [with_length(POST + UPGRADE_TO + b"foo\r\n", b"\r\n\r\n" + INNER)],
    "cut behind its head": [
        POST + UPGRADE_TO + b"foo\r\nContent-Length: %d\r\n\r\n" % (4 + len(INNER)),
        b"\r\n\r\n" + INNER,
    ],
    "behind 200 kB": [
        POST + UPGRADE_TO + b"foo\r\nContent-Length: %d\r\n\r\n" % (200_000 + len(INNER)),
        b"\r\n" * 100_000,
        INNER,
    ],
    "two upgrades": [with_length(GET + UPGRADE_TO + b"websocket\r\nUpgrade: foo\r\n", INNER)],
    "two Connection headers": [
        with_length(GET + UPGRADE_TO + b"websocket\r\nConnection: keep-alive\r\n", INNER)
    ],
    "a socket by POST": [
        with_length(
            b"POST /ws/marking HTTP/1.1\r\nHost: x\r\n" + UPGRADE_TO + b"websocket\r\n", INNER
        )
    ],
    "a socket with a body": [
        with_length(
            b"GET /ws/marking HTTP/1.1\r\nHost: x\r\n" + UPGRADE_TO + b"websocket\r\n", INNER
        )
    ],
    "a socket where there is none": [GET + UPGRADE_TO + b"websocket\r\n\r\n" + INNER],
    "a request behind a handshake": [
        b"GET /ws/marking HTTP/1.1\r\nHost: x\r\n" + UPGRADE_TO + b"websocket\r\n\r\n" + INNER
    ],
    "h2c with a body": [with_length(POST + UPGRADE_TO + b"h2c\r\n", INNER)],
    "h2c in chunks": [
        POST + UPGRADE_TO + b"h2c\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n" % len(INNER) + INNER
    ],
    "CONNECT": [b"CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n" + INNER],
    "HTTP/2": [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + INNER],
    "a length beside chunks": [
        with_length(POST + b"Transfer-Encoding: chunked\r\n", b"0\r\n\r\n" + INNER)
    ],
    "chunks of HTTP/1.0": [
        b"POST /accounts/logout/ HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + INNER
    ],
    "a trailer": [POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX-CSRFToken: x\r\n\r\n" + INNER],
}


def statuses(received: bytes) -> list[int]:
    """Finds the status of each answer that has come."""
    return [int(each[:3]) for each in received.split(b"HTTP/1.1 ")[1:]]
