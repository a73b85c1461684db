"""Why a call or a socket came to nothing: refused, not answered, or none of ours."""

from __future__ import annotations

from attendance_core.vocabulary import Seconds


class Refused(Exception):
    """The service says no, and nothing has changed.

    ``code`` never changes and is for programs, ``text`` is for a person, in the client's language.
    ``number`` is a call's `error`, or what a socket was closed with; None where it stays open.
    """

    def __init__(
        self,
        code: str,
        number: int | None,
        text: str,
        *,
        field: str | None = None,
        retry_after: Seconds | None = None,
    ) -> None:
        super().__init__(code, number, text)
        self.code = code
        self.number = number
        self.text = text
        self.field = field  # the argument that it is about
        self.retry_after = retry_after  # when to try again, where the service says so

    def __str__(self) -> str:
        return self.text if self.number is None else f"{self.text} ({self.code}, {self.number})"


class Unavailable(Refused):
    """The service could not answer: what was asked for may have been done, or not."""


class NotAnswered(ConnectionError):
    """Nobody answered, for as long as the client has patience.

    ``may_be_done`` says whether what was asked for can have been done all the same.
    """

    def __init__(self, what: str, *, may_be_done: bool) -> None:
        super().__init__(what)
        self.may_be_done = may_be_done


class NotAttendance(Exception):
    """The address is not that of a service, or what answers there is none."""
