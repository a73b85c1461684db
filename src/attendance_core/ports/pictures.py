"""What makes safe pictures of uploads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from attendance_core.vocabulary import UserId


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture made of fresh pixels, with nothing in it of the file it came from."""

    content: bytes
    media_type: str
    extension: str


class Pictures(Protocol):
    """Makes safe pictures of what people upload."""

    async def clean(self, data: bytes, *, owner: UserId, max_side: int) -> Picture:
        """Makes fresh pixels, at most ``max_side`` wide and high, for one of an owner at a time.

        Raises BadPicture, HeicPicture, PictureTooLarge; Unavailable where too many wait.
        """
        ...
