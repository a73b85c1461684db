"""The socket of one who marks others: the list, folded, and commands. Contract: 6."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

import msgspec

from attendance_core.vocabulary import Instant, Seconds, UserId
from attendance_web.client.errors import NotAnswered, Refused
from attendance_web.client.event_socket import EventSocket
from attendance_web.client.frames import Frame, UserJoined, read_params
from attendance_web.client.pauses import Pauses
from attendance_web.client.reopening import PING, Address
from attendance_web.structs.frames import Hold, Mark, MarkingList, OneUser
from attendance_web.structs.people import PersonSummary
from attendance_web.wire.allowance import Allowance

PREPARE, CONFIRM, REFUSE = "prepare_to_mark", "confirm_marking", "refuse_to_mark"
# Of what closes a socket as well: only the next thing that is heard tells which it was
CODES_THAT_MAY_CLOSE: Final = frozenset(
    {"too_many_frames", "event_over", "not_logged_in", "left_event", "may_not_mark"}
)
# What may be sent on a socket at once, and then in a second; a bit less than what closes it
FRAMES_AT_ONCE, FRAMES_A_SECOND = 50, 15


class Asker(msgspec.Struct, frozen=True):
    """Somebody who can be marked, since when, and as whom they are known, where that is at hand."""

    user_id: UserId
    asked_at: Instant
    person: PersonSummary | None


class _Command:
    """Holds a command, and its answer to come."""

    def __init__(self, message: str, user_id: UserId | None) -> None:
        self.message = message
        self.user_id = user_id
        self.answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.sent_count = 0  # on any socket
        self.is_sent = False  # on the socket that there is now
        params = {} if user_id is None else {"user_id": user_id}
        self.text = json.dumps({"message": message, "params": params})


class _Doubt(NamedTuple):
    """Holds a refusal that may be of a command, or of the socket, which it closes then."""

    refusal: Refused
    awaited_pong_count: int  # so many, and it was of the command: the socket is still there


class Marking(EventSocket[tuple[Asker, ...]]):
    """Is ready to mark others, for as long as the block lasts; yields the list as it changes.

    `prepare`, `confirm` and `refuse` answer once the service has said what came of it. Where the
    connection is lost meanwhile they are sent again on the next one: each of them sent twice is
    like sent once, and nobody is marked, or paid, twice.
    """

    def __init__(
        self, address: Address, *, patience: Seconds, has_ever_answered: Callable[[], bool]
    ) -> None:
        super().__init__(address, patience=patience, has_ever_answered=has_ever_answered)
        self.waiting: tuple[Asker, ...] = ()  # in the order of asking, whom one holds among them
        self.held: UserId | None = None
        self._commands: list[_Command] = []  # in the order they are answered in
        self._send_lock = asyncio.Lock()
        self._allowance = Allowance(FRAMES_AT_ONCE, FRAMES_A_SECOND)
        self._doubt: _Doubt | None = None

    async def prepare(self, user_id: int) -> Hold:
        """Chooses somebody, whom nobody else can choose then. Raises Refused, NotAnswered."""
        hold: Hold = await self._ask(PREPARE, UserId(user_id))
        return hold

    async def confirm(self, user_id: int) -> Mark:
        """Marks whom one holds. Raises Refused; NotAnswered, after which nobody knows."""
        mark: Mark = await self._ask(CONFIRM, UserId(user_id))
        return mark

    async def refuse(self, user_id: int | None = None) -> None:
        """Gives back whom one holds. Raises Refused, NotAnswered."""
        await self._ask(REFUSE, self.held if user_id is None else UserId(user_id))

    def _current_value(self) -> tuple[Asker, ...]:
        return self.waiting

    async def _ask(self, message: str, user_id: UserId | None) -> Any:
        pauses, until = Pauses(), time.monotonic() + self._patience
        sent_count = 0
        while True:
            if (end := self._exception_at_end()) is not None:
                raise self._as_answer(end, may_be_done=sent_count > 0)
            command = _Command(message, user_id)
            self._commands.append(command)
            await self._send_all()
            try:
                return await command.answer
            except Refused as refusal:
                sent_count += command.sent_count
                if message == REFUSE and sent_count > 1 and refusal.code == "nobody_held":
                    return None  # it was given back when that was sent before
                pause = pauses.next()
                if refusal.code != "unavailable" or time.monotonic() + pause > until:
                    raise
            await asyncio.sleep(pause)

    async def _send_all(self) -> None:
        """Sends what was not sent on this socket yet, in order, and no faster than it may."""
        async with self._send_lock:
            while self._let_in.is_set():
                command = next((each for each in self._commands if not each.is_sent), None)
                if command is None:
                    return
                while not self._allowance.take():
                    await asyncio.sleep(self._allowance.seconds_to_next)
                if self._let_in.is_set() and not command.is_sent:
                    command.is_sent = True
                    command.sent_count += 1
                    await self._socket.send(command.text)

    def opened(self) -> None:
        """Has to send everything again that nobody has answered; forgets what nobody waits for."""
        self._commands = [command for command in self._commands if not command.answer.done()]
        for command in self._commands:
            command.is_sent = False
        self._allowance = Allowance(FRAMES_AT_ONCE, FRAMES_A_SECOND)
        self._doubt = None

    async def hear(self, frame: Frame) -> None:
        """Folds the list; gives a command its answer."""
        match frame.message:
            case "marking_list":
                self._begin_anew(read_params(MarkingList, frame))
                await self._send_all()
            case "user_joined":
                joined = read_params(UserJoined, frame)
                self._remove(joined.user_id)
                asker = Asker(joined.user_id, joined.asked_at, joined.user)
                self._set_waiting((*self.waiting, asker))
            case "user_left":
                self._remove(read_params(OneUser, frame).user_id)
            case "reservation_expired":
                self._end_hold(read_params(OneUser, frame).user_id)
            case "prepared":
                hold = read_params(Hold, frame)
                self._hold(hold.user_id)
                self._answer(PREPARE, hold, hold.user_id)
            case "marked":
                mark = read_params(Mark, frame)
                self._remove(mark.user_id)
                self._end_hold(mark.user_id)
                self._answer(CONFIRM, mark, mark.user_id)
            case "refused":
                self._hold(None)
                self._answer(REFUSE, None, None)
            case "pong" if (doubt := self._doubt) is not None:
                if self._socket.pong_count >= doubt.awaited_pong_count:
                    self._doubt = None
                    self._refuse(doubt.refusal)

    async def hear_no(self, refusal: Refused) -> None:
        """Refuses the command that is next, unless the socket is to be closed."""
        if refusal.code not in CODES_THAT_MAY_CLOSE:
            self._refuse(refusal)
        elif self._commands:
            self._doubt = _Doubt(refusal, self._socket.ping_count + 1)
            await self._socket.send(PING)

    def _begin_anew(self, told: MarkingList) -> None:
        people = {each.user_id: each for each in told.users}
        self.held = None  # until it is told, right behind the list
        self._set_waiting(
            Asker(user_id, asked_at, people.get(user_id))
            for user_id, asked_at in zip(told.marking_list, told.asked_at, strict=True)
        )
        self._let_in.set()

    def _remove(self, user_id: UserId) -> None:
        self._set_waiting(each for each in self.waiting if each.user_id != user_id)

    def _set_waiting(self, waiting: Iterable[Asker]) -> None:
        """Keeps the order of asking: whoever is given back to the list has an old place in it."""
        self.waiting = tuple(sorted(waiting, key=lambda each: (each.asked_at, each.user_id)))
        self._note_change()

    def _hold(self, user_id: UserId | None) -> None:
        if user_id != self.held:
            self.held = user_id
            self._note_change()

    def _end_hold(self, user_id: UserId) -> None:
        """Notes that this person is held no more; somebody else who is held still is."""
        if self.held == user_id:
            self._hold(None)

    def _answer(self, message: str, answer: object, user_id: UserId | None) -> None:
        """Answers the command that is next, if it is this one: a hold is told of unasked, too."""
        command = self._next_to_answer()
        if command is None or command.message != message:
            return
        if user_id not in (None, command.user_id):
            return
        self._commands.remove(command)
        if not command.answer.done():
            command.answer.set_result(answer)

    def _refuse(self, refusal: Refused) -> None:
        command = self._next_to_answer()
        if command is not None:
            self._commands.remove(command)
            if not command.answer.done():
                command.answer.set_exception(refusal)

    def _next_to_answer(self) -> _Command | None:
        return next((each for each in self._commands if each.is_sent), None)

    def _note_end(self, running: asyncio.Task[None]) -> None:
        """Tells whoever waits for an answer that none will come."""
        super()._note_end(running)
        end = self._exception_at_end() or StopAsyncIteration()
        for command in self._commands:
            if not command.answer.done():
                failure = self._as_answer(end, may_be_done=command.sent_count > 0)
                command.answer.set_exception(failure)
        self._commands = []

    @staticmethod
    def _as_answer(end: BaseException, *, may_be_done: bool) -> BaseException:
        """Makes the answer to a command, once the socket has ended so.

        A refusal of the socket does not tell what came of a command that was sent.
        """
        if isinstance(end, Refused) and not may_be_done:
            return end
        why = "the socket was left" if isinstance(end, StopAsyncIteration) else str(end)
        failure = NotAnswered(why, may_be_done=may_be_done)
        failure.__cause__ = None if isinstance(end, StopAsyncIteration) else end
        return failure
