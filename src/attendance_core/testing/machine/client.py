"""What a client knows: it folds the frames of its socket exactly as the contract says (6.10)."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf

from attendance_core.marking.connections import Connection, Role
from attendance_core.marking.frames import (
    Closing,
    Confirmed,
    Frame,
    GivenBack,
    HeldBy,
    LetGo,
    MarkingList,
    Prepared,
    ReservationExpired,
    UserJoined,
    UserLeft,
    WasMarked,
    YourPosition,
)
from attendance_core.vocabulary import Instant, UserId


@dataclass
class Command:
    """What a marker said and has no answer to yet."""

    name: str  # prepare, confirm or refuse
    user_id: UserId | None  # whom it is about; once it is committed, whom it was about
    # Whom it lost meanwhile, from the list or from its hold
    lost_before_answer: set[UserId] = field(default_factory=set)


@dataclass(eq=False)
class Client:
    """One socket's other end. It takes nothing that the contract does not promise."""

    connection: Connection
    announced_count_at_opening: int = 0
    closed: bool = False
    connection_ended: bool = False  # it counts no more: no place is kept for it
    lost_at: Instant | None = None
    marked_by: UserId | None = None
    listed: list[UserId] | None = None
    held: set[UserId] = field(default_factory=set)  # whom it was told ``prepared`` for
    command: Command | None = None
    hears_news: bool = False
    held_by: UserId | None = None
    your_position: YourPosition | None = None
    your_position_at: Instant = -inf  # when it was told of it last
    takes_commands: bool = True  # one is under way at a time
    frames: list[Frame] = field(default_factory=list)

    @property
    def user_id(self) -> UserId:
        return self.connection.user_id

    def takes(self, frame: Frame) -> None:
        """Takes one frame, and nothing once it is closed."""
        if self.closed:
            return
        self.frames.append(frame)
        if isinstance(frame, Closing):
            self.closed = True
        elif self.connection.role is Role.MARK_ME:
            self._takes_as_asker(frame)
        else:
            self._takes_as_marker(frame)

    def _takes_as_asker(self, frame: Frame) -> None:
        """Takes what one who waits is told of themselves. Contract: 8.9."""
        match frame:
            case WasMarked(user_id):
                self.closed, self.marked_by = True, user_id
            case HeldBy(user_id, expires_in) if self.hears_news:
                assert expires_in > 0
                self.held_by = user_id
            case YourPosition() if self.hears_news:
                assert frame != self.your_position, "told what it knows"
                self.your_position = frame
            case LetGo() if self.hears_news:
                assert self.held_by is not None, "let go by nobody"
                self.held_by = None
            case _:
                raise AssertionError(f"one who waits is sent {frame}")

    def _takes_as_marker(self, frame: Frame) -> None:
        """Folds what a marker is told of others. Contract: 6.10."""
        if isinstance(frame, MarkingList):
            assert self.listed is None, "the list comes once a socket"
            order = [(each.asked_at, each.user_id) for each in frame.listed]
            assert order == sorted(order), "in the order of asking"
            self.listed = []
            for each in frame.listed:
                self._joins(each.user_id)
            return
        assert self.listed is not None, "the list comes first"
        match frame:
            case UserJoined(user_id):
                self._joins(user_id)
            case UserLeft(user_id):
                self._leaves(user_id)
            case Prepared(user_id):
                if self.command is None:
                    assert isinstance(self.frames[-2], MarkingList), "it has not asked"
                else:
                    assert self._takes_answer("prepare") == user_id, "it chose somebody else"
                assert self.held <= {user_id}, "one marker holds one person"
                self.held.add(user_id)
            case GivenBack():
                self.held.discard(self._takes_answer("refuse"))
            case Confirmed():
                marked = self._takes_answer("confirm")
                if marked in self.listed:
                    self.listed.remove(marked)
                self.held.discard(marked)
            case ReservationExpired(user_id):
                self.held.remove(user_id)
                if self.command is not None and self.command.name != "prepare":
                    self.command.lost_before_answer.add(user_id)
            case _:
                raise AssertionError(f"a marker is sent {frame}")

    def _joins(self, user_id: UserId) -> None:
        assert self.listed is not None
        assert user_id != self.user_id, "nobody marks themselves"
        assert user_id not in self.listed, f"{user_id} is on the list already"
        self.listed.append(user_id)

    def _leaves(self, user_id: UserId) -> None:
        assert self.listed is not None
        assert user_id in self.listed, f"{user_id} is not on the list"
        self.listed.remove(user_id)
        if self.command is not None:
            self.command.lost_before_answer.add(user_id)

    def _takes_answer(self, name: str) -> UserId:
        """Takes the answer to its command, and tells about whom it was."""
        assert self.command is not None and self.command.name == name, f"it did not say {name}"
        command, self.command = self.command, None
        assert command.user_id is not None
        was_lost = command.user_id in command.lost_before_answer
        assert not was_lost, "its own word was told to it as another's"
        return command.user_id
