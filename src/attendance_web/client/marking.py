"""The socket of one who marks others: the list, folded, and commands. Contract: 6."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec

from attendance_core.vocabulary import Instant, Seconds, UserId
from attendance_web.client.errors import NotAnswered, Refused
from attendance_web.client.frames import Frame, UserJoined
from attendance_web.client.link import PING, Address, read_params
from attendance_web.client.room import Room
from attendance_web.client.waiting import Pauses
from attendance_web.structs.frames import Hold, Mark, MarkingList, OneUser
from attendance_web.structs.people import PersonSummary
from attendance_web.wire.allowance import Allowance

PREPARE, CONFIRM, REFUSE = "prepare_to_mark", "confirm_marking", "refuse_to_mark"
COMMAND_OF: Final = {"prepared": PREPARE, "marked": CONFIRM, "refused": REFUSE}
# Of what closes a socket as well: only the next thing that is heard tells which it was
MAY_CLOSE: Final = frozenset(
    {"too_many_frames", "event_over", "not_logged_in", "left_event", "may_not_mark"}
)
# What a socket may say at once, and then in a second, without being closed for it; a bit less
FRAMES_AT_ONCE, FRAMES_A_SECOND = 50, 15


class Asker(msgspec.Struct, frozen=True):
    """Somebody who can be marked, since when, and as whom they are known, where that is at hand."""

    user_id: UserId
    asked_at: Instant
    person: PersonSummary | None


class _Said:
    """A command, and its answer to come."""

    def __init__(self, message: str, user_id: UserId | None) -> None:
        self.message = message
        self.user_id = user_id
        self.answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.times = 0  # that it was said
        self.is_said = False  # on the socket that there is now
        params = {} if user_id is None else {"user_id": user_id}
        self.text = json.dumps({"message": message, "params": params})


class Marking(Room[tuple[Asker, ...]]):
    """Is ready to mark others, for as long as the block lasts; yields the list as it changes.

    `prepare`, `confirm` and `refuse` answer once the service has said what came of it. Where the
    connection is lost meanwhile they are said again on the next one: each of them said twice is
    like said once, and nobody is marked, or paid, twice.
    """

    def __init__(
        self, address: Address, *, patience: Seconds, is_known: Callable[[], bool]
    ) -> None:
        super().__init__(address, patience=patience, is_known=is_known)
        self.waiting: tuple[Asker, ...] = ()  # in the order of asking, whom one holds among them
        self.held: UserId | None = None
        self._said: list[_Said] = []  # in the order they are answered in
        self._turn = asyncio.Lock()  # to say something
        self._allowance = Allowance(FRAMES_AT_ONCE, FRAMES_A_SECOND)
        self._unsure: tuple[Refused, int] | None = None  # until so many pings are answered

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

    def _known(self) -> tuple[Asker, ...]:
        return self.waiting

    async def _ask(self, message: str, user_id: UserId | None) -> Any:
        pauses, until = Pauses(), time.monotonic() + self._patience
        times = 0
        while True:
            if (end := self._failure()) is not None:
                raise self._as_answer(end, may_be_done=times > 0)
            said = _Said(message, user_id)
            self._said.append(said)
            await self._say_all()
            try:
                return await said.answer
            except Refused as refusal:
                times += said.times
                if message == REFUSE and times > 1 and refusal.code == "nobody_held":
                    return None  # it was given back when that was said before
                pause = pauses.next()
                if refusal.code != "unavailable" or time.monotonic() + pause > until:
                    raise
            await asyncio.sleep(pause)

    async def _say_all(self) -> None:
        """Says what this socket was not told yet, in order, and no faster than it may."""
        async with self._turn:
            while self._let_in.is_set():
                said = next((each for each in self._said if not each.is_said), None)
                if said is None:
                    return
                while not self._allowance.take():
                    await asyncio.sleep(self._allowance.seconds_to_next)
                if self._let_in.is_set() and not said.is_said:
                    said.is_said = True
                    said.times += 1
                    await self._link.say(said.text)

    def opened(self) -> None:
        """Has to say everything again that nobody has answered; forgets what nobody waits for."""
        self._said = [each for each in self._said if not each.answer.done()]
        for each in self._said:
            each.is_said = False
        self._allowance = Allowance(FRAMES_AT_ONCE, FRAMES_A_SECOND)
        self._unsure = None

    async def hear(self, frame: Frame) -> None:
        """Folds the list; gives a command its answer."""
        match frame.message:
            case "marking_list":
                self._begin(read_params(MarkingList, frame))
                await self._say_all()
            case "user_joined":
                joined = read_params(UserJoined, frame)
                self._remove(joined.user_id)
                asker = Asker(joined.user_id, joined.asked_at, joined.user)
                self._set((*self.waiting, asker))
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
            case "pong" if self._unsure is not None and self._link.pongs >= self._unsure[1]:
                refusal, _ = self._unsure
                self._unsure = None
                self._refuse(refusal)

    async def hear_no(self, refusal: Refused) -> None:
        """Refuses the command that is next, unless the socket is to be closed."""
        if refusal.code not in MAY_CLOSE:
            self._refuse(refusal)
        elif self._said:
            self._unsure = refusal, self._link.pings + 1
            await self._link.say(PING)

    def _begin(self, said: MarkingList) -> None:
        people = {each.user_id: each for each in said.users}
        self.held = None  # until it is told, right behind the list
        self._set(
            Asker(user_id, asked_at, people.get(user_id))
            for user_id, asked_at in zip(said.marking_list, said.asked_at, strict=True)
        )
        self._let_in.set()

    def _remove(self, user_id: UserId) -> None:
        self._set(each for each in self.waiting if each.user_id != user_id)

    def _set(self, waiting: Iterable[Asker]) -> None:
        """Keeps the order of asking: whoever is given back to the list has an old place in it."""
        self.waiting = tuple(sorted(waiting, key=lambda each: (each.asked_at, each.user_id)))
        self._note_change()

    def _hold(self, user_id: UserId | None) -> None:
        if user_id != self.held:
            self.held = user_id
            self._note_change()

    def _end_hold(self, user_id: UserId) -> None:
        """Has it that this person is held no more: whoever is held else still is."""
        if self.held == user_id:
            self._hold(None)

    def _answer(self, message: str, answer: object, user_id: UserId | None) -> None:
        """Answers the command that is next, if it is this one: a hold is told of unasked, too."""
        said = self._next()
        if said is None or said.message != message or user_id not in (None, said.user_id):
            return
        self._said.remove(said)
        if not said.answer.done():
            said.answer.set_result(answer)

    def _refuse(self, refusal: Refused) -> None:
        said = self._next()
        if said is not None:
            self._said.remove(said)
            if not said.answer.done():
                said.answer.set_exception(refusal)

    def _next(self) -> _Said | None:
        return next((each for each in self._said if each.is_said), None)

    def _end(self, running: asyncio.Task[None]) -> None:
        """Tells whoever waits for an answer that none will come."""
        super()._end(running)
        end = self._failure() or StopAsyncIteration()
        for said in self._said:
            if not said.answer.done():
                said.answer.set_exception(self._as_answer(end, may_be_done=said.times > 0))
        self._said = []

    @staticmethod
    def _as_answer(end: BaseException, *, may_be_done: bool) -> BaseException:
        """Says it of a command: a refusal of the socket does not tell what came of that."""
        if isinstance(end, Refused) and not may_be_done:
            return end
        why = "the socket was left" if isinstance(end, StopAsyncIteration) else str(end)
        failure = NotAnswered(why, may_be_done=may_be_done)
        failure.__cause__ = None if isinstance(end, StopAsyncIteration) else end
        return failure
