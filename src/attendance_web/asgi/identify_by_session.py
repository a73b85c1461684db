"""Finds who opens a socket, where people log in by this service's own sessions and tokens.

Each look in the store takes a turn. The turns go round by address, which all of a lecture hall may
have in common, and by person for those whose session was seen before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from attendance_core.accounts import Actor, CredentialKind
from attendance_core.errors import Unavailable
from attendance_web.live import opening_turns
from attendance_web.wire.callers import Caller, address_of, caller_of
from attendance_web.wire.credentials import credential_from, is_secure
from attendance_web.wire.seen_sessions import SeenSessions
from attendance_web.wire.turns import FairTurns

MAX_OF_ONE_ADDRESS: Final = 16  # looks at once: half of all, so that others have one, too


class FindActor(Protocol):
    """Finds, as `Identify` does, who shows a credential."""

    async def __call__(self, *, token: str, kind: CredentialKind) -> Actor | None: ...


class IdentifyBySession:
    """Finds who shows a session or a token of ours; while the process drains it is unavailable."""

    def __init__(
        self, find_actor: FindActor, seen: SeenSessions, is_draining: Callable[[], bool]
    ) -> None:
        self._find_actor = find_actor
        self._seen = seen
        self._is_draining = is_draining
        self._turns_of_addresses = FairTurns(
            at_once=opening_turns.MAX_AT_ONCE,
            of_one=MAX_OF_ONE_ADDRESS,
            waiting=opening_turns.MAX_WAITING,
            waiting_of_one=opening_turns.MAX_WAITING,
        )
        self._turns_of_people = opening_turns.turns_of_people()

    async def __call__(self, scope: Mapping[str, Any]) -> Actor | None:
        """Answers None where nothing is shown, or what nobody has. Raises NoTurn, Unavailable."""
        credential = credential_from(scope["headers"], secure=is_secure(scope))
        if credential is None:
            return None
        if self._is_draining():  # it might end before the store has answered
            raise Unavailable
        user_id = self._seen.user_id_of(credential)
        turns = self._turns_of_addresses if user_id is None else self._turns_of_people
        caller = caller_of(user_id, address_of(scope))
        async with turns.turn(caller, opening_turns.TURN_WAIT_SECONDS):
            actor = await self._find_actor(token=credential.token, kind=credential.kind)
        if actor is not None:
            self._seen.note(actor)
        return actor

    def caller_of(self, scope: Mapping[str, Any]) -> Caller:
        """Tells by whom a socket takes its turn to be refused."""
        return self._seen.caller_of(scope)
