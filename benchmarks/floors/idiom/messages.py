"""What goes over the wire, and from process to process."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, Field, TypeAdapter


class UserRef(BaseModel):
    """Whom a command is about."""

    user_id: int


class PrepareToMark(BaseModel):
    """I choose this person."""

    message: Literal["prepare_to_mark"]
    params: UserRef


class ConfirmMarking(BaseModel):
    """I mark whom I have chosen."""

    message: Literal["confirm_marking"]


COMMANDS: Final[TypeAdapter[PrepareToMark | ConfirmMarking]] = TypeAdapter(
    Annotated[PrepareToMark | ConfirmMarking, Field(discriminator="message")]
)


class Frame(BaseModel):
    """What a client is told."""

    result: Literal["ok", "error"] = "ok"
    message: str
    params: dict[str, Any] = {}


class Announcement(BaseModel):
    """What processes tell each other."""

    frame: Frame
    asker: int | None = None  # whom alone it is for; all markers where there is none
    excluded: str = ""  # the connection that knows already


def frame(message: str, **params: Any) -> Frame:
    """Says that this has happened."""
    return Frame(message=message, params=params)
