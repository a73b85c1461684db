"""How many sockets one person has in this process, whatever the event. Contract: 1.10."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from attendance_core.errors import TooManySockets
from attendance_core.vocabulary import UserId

# Contract: 1.10, counted by each process, whose memory and pings they are. A person may be in
# hundreds of events, with sixteen sockets in each
MAX_IN_ALL: Final = 64


class PersonSockets:
    """Counts the open sockets of each person, those on their way in or out, too."""

    def __init__(self) -> None:
        self._counts = Counter[UserId]()

    @contextmanager
    def one_more(self, user_id: UserId) -> Iterator[None]:
        """Counts another one while it is being served. Raises TooManySockets."""
        if self._counts[user_id] >= MAX_IN_ALL:
            raise TooManySockets
        self._counts[user_id] += 1
        try:
            yield
        finally:
            self._counts[user_id] -= 1
            if not self._counts[user_id]:
                del self._counts[user_id]

    @property
    def people_count(self) -> int:
        """How many people have sockets; of others nothing is kept."""
        return len(self._counts)
