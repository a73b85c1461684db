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
    taken_from_it: set[UserId] = field(default_factory=set)  # before the answer


@dataclass(eq=False)
class Client:
    """One socket's other end. It takes nothing that the contract does not promise."""

    connection: Connection
    first_announcement: int = 0  # the number of the first that was made after it was opened
    closed: bool = False
    ended: bool = False  # nothing of it counts any more
    lost_at: Instant | None = None
    marked_by: UserId | None = None
    listed: list[UserId] | None = None
    held: set[UserId] = field(default_factory=set)  # whom it was told ``prepared`` for
    said: Command | None = None
    hears_news: bool = False
    held_by: UserId | None = None
    place: YourPosition | None = None
    place_at: Instant = -inf  # when it was told of it last
    takes_commands: bool = True  # one is under way at a time
    frames: list[Frame] = field(default_factory=list)

    @property
    def user_id(self) -> UserId:
        return self.connection.user_id

    def takes(self, frame: Frame) -> None:
        """Folds one frame."""
        if self.closed:
            return
        self.frames.append(frame)
        if isinstance(frame, Closing):
            self.closed = True
        elif self.connection.role is Role.MARK_ME:
            self._is_told(frame)
        else:
            self._folds(frame)

    def _is_told(self, frame: Frame) -> None:
        """What one who waits is told of themselves. Contract: 8.9."""
        match frame:
            case WasMarked(user_id):
                self.closed, self.marked_by = True, user_id
            case HeldBy(user_id, expires_in) if self.hears_news:
                assert expires_in > 0
                self.held_by = user_id
            case YourPosition() if self.hears_news:
                assert frame != self.place, "told what it knows"
                self.place = frame
            case LetGo() if self.hears_news:
                assert self.held_by is not None, "let go by nobody"
                self.held_by = None
            case _:
                raise AssertionError(f"one who waits is sent {frame}")

    def _folds(self, frame: Frame) -> None:
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
                if self.said is None:
                    assert isinstance(self.frames[-2], MarkingList), "it has not asked"
                else:
                    assert self._done("prepare") == user_id, "it chose somebody else"
                assert self.held <= {user_id}, "one marker holds one person"
                self.held.add(user_id)
            case GivenBack():
                self.held.discard(self._done("refuse"))
            case Confirmed():
                marked = self._done("confirm")
                if marked in self.listed:
                    self.listed.remove(marked)
                self.held.discard(marked)
            case ReservationExpired(user_id):
                self.held.remove(user_id)
                if self.said is not None and self.said.name != "prepare":
                    self.said.taken_from_it.add(user_id)
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
        if self.said is not None:
            self.said.taken_from_it.add(user_id)

    def _done(self, name: str) -> UserId:
        """Its command is answered: about whom it was."""
        assert self.said is not None and self.said.name == name, f"it did not say {name}"
        said, self.said = self.said, None
        assert said.user_id is not None
        assert said.user_id not in said.taken_from_it, "its own word was told to it as another's"
        return said.user_id
