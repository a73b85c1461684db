"""Calls begin in turns, so that of those who ask as fast as they can nobody waits but themselves.

A cheap call takes one step of the event loop, a command ten. If three hundred calls began at once,
all of them would run between two steps of a command. Decision 0016.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

from attendance_core.errors import Refusal
from attendance_core.vocabulary import Seconds
from attendance_web.http.head_method import Application
from attendance_web.http.left_requests import LeftRequests
from attendance_web.wire.callers import is_network
from attendance_web.wire.client_gone import follow_client_of, wait_while_there
from attendance_web.wire.log_fields import log_fields_of, note_caller
from attendance_web.wire.refusal_pace import RefusalPace
from attendance_web.wire.refusals import ClientLeft
from attendance_web.wire.rests import Rests
from attendance_web.wire.seen_sessions import SeenSessions
from attendance_web.wire.turns import FairTurns, NoTurn

MAX_AT_ONCE: Final = 16  # Decision 0016
MAX_OF_ONE: Final = 4  # of a person; of a network, for whoever has not been here before
MAX_WAITING: Final = 20_000  # a hall that opens the page, with six connections each
TURN_WAIT_SECONDS: Final[Seconds] = 3.0  # whoever has waited for so long begins all the same
# Of those who begin without a turn, each for their step: thousands need seconds, and would begin
# together where they did not wait for all of it
LATE_WAIT_SECONDS: Final[Seconds] = 60.0
# What takes longer waits for the store, and is in nobody's way
MAX_TURN_SECONDS: Final[Seconds] = 0.02
# Contract: 1.11. Of one caller's turns; a cheap one takes 0.3 ms alone, and 1 ms in a crowd
FREE_SECONDS, FREE_A_SECOND = 0.2, 0.2
REST_FACTOR: Final = 7.0  # with four turns they have half of the time
MAX_REST_SECONDS: Final[Seconds] = 0.01  # what takes longer waits for the store
HEALTH_PATH: Final = "/health/"
PAGE_FILES_PATH: Final = "/static/"
FIRST_REFUSED_STATUS: Final = 400  # and beyond: also a page that says so in its own words
NOT_READY_STATUS: Final = 503
CAME_EXTENSION: Final = "attendance.came_at"
REFUSAL_EXTENSION: Final = "attendance.refusal"


def came_at(scope: Mapping[str, Any]) -> Seconds:
    """Tells when a request came, by the event loop's clock, before it waited for its turn."""
    came: Seconds | None = scope.get("extensions", {}).get(CAME_EXTENSION)
    return asyncio.get_running_loop().time() if came is None else came


def note_refusal(scope: Any, refusal: Refusal) -> None:
    """Notes with what a request is refused, which is told when it is time."""
    scope.setdefault("extensions", {})[REFUSAL_EXTENSION] = refusal


class RequestTurns:
    """Has requests begin in turns: by person where their session is known, else by network.

    Those of whoever is refused often end a little later, and those of whoever leaves often before
    they are answered begin a little later.
    """

    def __init__(
        self,
        seen_sessions: SeenSessions,
        refusal_pace: RefusalPace,
        stopwatch: Callable[[], Seconds] = time.monotonic,
    ) -> None:
        self._seen_sessions = seen_sessions
        self._refusal_pace = refusal_pace
        self._turns = FairTurns(
            at_once=MAX_AT_ONCE,
            of_one=MAX_OF_ONE,
            waiting=MAX_WAITING,
            waiting_of_one=MAX_WAITING,
            rests=Rests(
                free_seconds=FREE_SECONDS,
                free_a_second=FREE_A_SECOND,
                factor=REST_FACTOR,
                max_seconds=MAX_REST_SECONDS,
                stopwatch=stopwatch,
            ),
        )
        self._late_turns = FairTurns(
            at_once=MAX_OF_ONE, of_one=MAX_OF_ONE, waiting=MAX_WAITING, waiting_of_one=MAX_WAITING
        )
        self._left_requests = LeftRequests(stopwatch)

    async def serve(self, application: Application, scope: Any, receive: Any, send: Any) -> None:
        """Serves one request in its turn; those about our own health wait for each other alone."""
        follow_client_of(scope)  # or it would follow the one in whose context it was read
        extensions = scope.setdefault("extensions", {})
        came = extensions[CAME_EXTENSION] = asyncio.get_running_loop().time()
        caller = self._seen_sessions.caller_of(scope)
        note_caller(scope, caller)
        whose = (HEALTH_PATH, caller) if scope["path"].startswith(HEALTH_PATH) else caller
        request = self._left_requests.follow(whose, is_network=is_network(caller), scope=scope)
        end_turn: Callable[[], None] | None = None

        async def send_in_time(message: Any) -> None:
            if message["type"] == "http.response.start":
                refusal = extensions.get(REFUSAL_EXTENSION)
                status = message["status"]
                is_health = (
                    whose is not caller and status == NOT_READY_STATUS
                )  # which a balancer acts on
                if (refusal is not None or status >= FIRST_REFUSED_STATUS) and not is_health:
                    seconds = self._refusal_pace.note(refusal, caller, came)
                    await self._wait_without_turn(seconds, end_turn)
                request.note_answer()
            await send(message)

        try:
            await request.wait()
            try:
                # The page is fifty files, which a hall that opens it anew may ask for at once
                may_rest = not scope["path"].startswith(PAGE_FILES_PATH)
                end_turn = await self._turns.begin(whose, TURN_WAIT_SECONDS, may_rest=may_rest)
            except NoTurn:
                await self._begin_late()
                await application(scope, receive, send_in_time)
            else:
                ending = asyncio.get_running_loop().call_later(MAX_TURN_SECONDS, end_turn)
                try:
                    await application(scope, receive, send_in_time)
                    # The next one begins a step later, though this one may not suspend at all
                    await asyncio.sleep(0)
                finally:
                    ending.cancel()
                    end_turn()
        except ClientLeft:  # before it began: there is nobody to be told
            log_fields_of(scope)["code"] = ClientLeft.code
        finally:
            request.end()

    @staticmethod
    async def _wait_without_turn(seconds: Seconds, end_turn: Callable[[], None] | None) -> None:
        """Gives the turn up, which lasts for a step all the same, and waits."""
        if seconds:
            await asyncio.sleep(0)
            if end_turn is not None:
                end_turn()
            await wait_while_there(seconds)

    async def _begin_late(self) -> None:
        """Waits until it may begin without a turn: all of a flood are late at once, and a few begin
        at each step.
        """
        with suppress(NoTurn):
            async with self._late_turns.turn(None, LATE_WAIT_SECONDS):
                await asyncio.sleep(0)
