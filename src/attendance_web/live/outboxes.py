"""The open sockets of one room: each frame is written once and put in the outboxes it is for."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Iterable
from contextvars import Context
from functools import cache, partial
from typing import Final

from attendance_core.errors import Language, Refusal, Unavailable
from attendance_core.marking.connections import Connection, Role
from attendance_core.marking.endings import Ending, FindEnding
from attendance_core.marking.frames import Closing, Confirmed, Delivery, WasMarked
from attendance_core.vocabulary import ConnectionId, EventId, Seconds
from attendance_web.live.close_codes import ENDING_CODES, MARKED, RESTART
from attendance_web.live.messages import encode, encode_error
from attendance_web.live.outbox import Outbox
from attendance_web.live.person_cache import PersonCache
from attendance_web.live.text_frame import TextFrame
from attendance_web.wire.step_turns import StepTurns

logger = logging.getLogger(__name__)


# A mark may be committed in the moment in which its event ends: its marker is to hear of it, but
# nobody's socket stays open for long behind the end. Contract: 6.9, 5 s
MAX_ANSWER_SECONDS: Final[Seconds] = 2.0


def close_for(outbox: Outbox, ending: Ending) -> None:
    """Closes an open socket with its error frame, where there is one, and its code.

    A command that is being carried out is answered before, or has no answer.
    """
    code, last = ENDING_CODES[ending], _error_frame(ending, outbox.language)
    outbox.close_when_answered(code, last)
    if not outbox.is_closing:
        asyncio.get_running_loop().call_later(MAX_ANSWER_SECONDS, outbox.close, code, last)


@cache  # an event that ends tells hundreds the same
def _error_frame(ending: Ending, language: Language) -> TextFrame | None:
    error = ending.as_error()
    return encode_error(error, language) if isinstance(error, Refusal) else None


class Outboxes:
    """Finds the sockets that a frame is for, and closes those that are over."""

    def __init__(
        self,
        event_id: EventId,
        people: PersonCache,
        find_ending: FindEnding,
        ending_turns: StepTurns,
    ) -> None:
        self._event_id = event_id
        self._people = people
        self._find_ending = find_ending
        self._ending_turns = ending_turns
        self._outboxes: dict[ConnectionId, Outbox] = {}
        self._asking: set[asyncio.Task[None]] = set()  # why connections have gone

    @property
    def roles_of_sockets(self) -> Iterable[Role]:
        """What each socket is for."""
        return (outbox.connection.role for outbox in self._outboxes.values())

    def add(self, outbox: Outbox) -> None:
        """Takes in that of a socket which is open and stored."""
        self._outboxes[outbox.connection.connection_id] = outbox

    def remove(self, connection: Connection) -> None:
        """Forgets that of a socket which has gone."""
        self._outboxes.pop(connection.connection_id, None)

    def put(self, delivery: Delivery) -> bool:
        """Has a frame told, with the names that are known; tells whether anybody is here for it."""
        frame = delivery.frame
        outboxes = [
            self._outboxes[connection_id]
            for connection_id in delivery.connection_ids
            if connection_id in self._outboxes
        ]
        if isinstance(frame, Closing):
            for outbox in outboxes:
                self._end(outbox, frame.ending)
        elif isinstance(frame, Confirmed):
            for outbox in outboxes:
                outbox.put(encode(frame, outbox.language))
        elif outboxes:
            encoded = encode(frame, "en", self._people.spelt)  # the same in every language
            for outbox in outboxes:
                if isinstance(frame, WasMarked):
                    outbox.close(MARKED, encoded)
                else:
                    outbox.put(encoded)
        return bool(outboxes)

    def close_for_restart(self, within: Seconds) -> None:
        """Closes each at an instant of its own, once its command is answered."""
        loop = asyncio.get_running_loop()
        for outbox in self._outboxes.values():
            pause = random.uniform(0, within)
            loop.call_later(pause, outbox.close_when_answered, RESTART)

    def stop_asking(self) -> None:
        """Ends what is asked for them, once nobody is here any more."""
        for task in self._asking:
            task.cancel()

    def _end(self, outbox: Outbox, ending: Ending | None) -> None:
        if ending is not None:
            close_for(outbox, ending)
            return
        self._ending_turns.ask(self._event_id, partial(self._begin_to_ask_why, outbox))

    def _begin_to_ask_why(self, outbox: Outbox) -> bool:
        if self._outboxes.get(outbox.connection.connection_id) is not outbox:
            return False  # it has gone
        # Of its own, or its logs would tell the frame of whoever has it asked
        task = asyncio.create_task(self._ask_why(outbox), context=Context())
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)
        return True

    async def _ask_why(self, outbox: Outbox) -> None:
        try:
            ending = await self._find_ending(connection=outbox.connection)
        except Exception as error:
            if not isinstance(error, Unavailable):
                logger.exception("why a connection has gone could not be found out")
            ending = Ending.FORGOTTEN
        close_for(outbox, ending)
