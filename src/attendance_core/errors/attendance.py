"""Why a record is not shown, exported or put right. Contract: 8."""

from __future__ import annotations

from attendance_core.errors.general import Refusal, RefusalKind


class BoardNotFound(Refusal):
    """No event has a board with this secret, or its time is up."""

    kind = RefusalKind.NOT_FOUND
    en = "This link leads to no board any more, please ask for a new one"
    ru = "По этой ссылке больше нет табло, попросите новую"


class MayNotAnnul(Refusal):
    """A mark that is not, or no longer, this person's to annul, if there is one."""

    en = (
        "A mark is annulled by the organisers of the event, by whoever made it within 15 minutes, "
        "or by the person marked, who says it is not them"
    )
    ru = (
        "Отметку отменяют организаторы события, тот, кто отметил, в течение 15 минут, "
        "или сам отмеченный, если это не он"
    )


class RecordChanged(Refusal):
    """The mark that somebody speaks of does not stand, or not any more."""

    code = "changed"
    en = "The record has changed meanwhile: look at it again"
    ru = "Запись тем временем изменилась: посмотрите ещё раз"


class TooManyRows(Refusal):
    """A file would have more rows than any may have.

    ``most`` says how many.
    """

    en = "There are more than {most} people in the event: no file can be made of them"
    ru = "В событии больше {most} человек: файл с ними сделать нельзя"
