"""Whose a session was when it was shown last: for nothing but turns, since the store knows what it
is worth by now.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final

from attendance_core.accounts import Actor
from attendance_core.vocabulary import SessionId, UserId
from attendance_web.wire.callers import Caller, address_of, caller_of
from attendance_web.wire.credentials import Credential, credential_from, is_secure

MAX_SEEN: Final = 20_000  # sessions


class SeenSessions:
    """Keeps the sessions that were shown to this process last, each with its person."""

    def __init__(self) -> None:
        self._people: OrderedDict[SessionId, UserId] = OrderedDict()

    def note(self, actor: Actor) -> None:
        """Notes whose a session is."""
        self._people[actor.session_id] = actor.user_id
        self._people.move_to_end(actor.session_id)
        if len(self._people) > MAX_SEEN:
            self._people.popitem(last=False)

    def user_id_of(self, credential: Credential) -> UserId | None:
        """Finds whose a session was; None where it was not seen lately."""
        return self._people.get(credential.session_id)

    def caller_of(self, scope: Mapping[str, Any]) -> Caller:
        """Tells by whom a request takes its turn: the person whose session it shows, where that
        is known, else the network.
        """
        credential = credential_from(scope["headers"], secure=is_secure(scope))
        user_id = None if credential is None else self.user_id_of(credential)
        return caller_of(user_id, address_of(scope))
