"""A message as it goes over the wire: spelt once, framed once, for any number of sockets."""

from __future__ import annotations


class TextFrame:
    """Holds the JSON of one message; the server that sends it may leave its framing here."""

    __slots__ = ("framed", "payload")

    def __init__(self, payload: bytes) -> None:
        self.payload = payload  # UTF-8
        self.framed: bytes | None = None  # as it goes to a client; the same for each of them

    @property
    def text(self) -> str:
        """What it says, decoded for a server that frames by itself."""
        return self.payload.decode()

    def __repr__(self) -> str:
        return f"TextFrame({self.payload!r})"
