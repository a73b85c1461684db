"""What writes sheets down as files."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Literal, NamedTuple, Protocol

from attendance_core.errors import Language

if TYPE_CHECKING:
    from attendance_core.attendance import SheetReading

SheetFormat = Literal["xlsx", "csv", "json"]
"""As what file a sheet is written."""


class SheetStyle(NamedTuple):
    """How a sheet is written down: as what file, in which time zone (IANA), in which words."""

    format: SheetFormat
    zone: str
    language: Language


class Sheets(Protocol):
    """Writes sheets down as files that people hand on."""

    async def write(self, reading: SheetReading, style: SheetStyle) -> BinaryIO:
        """Writes a file, all of it or none, and answers it, open at its beginning.

        It is nowhere once it is closed. Raises InvalidArgument for a zone that there is not,
        Unavailable, and what the reading raises.
        """
        ...
