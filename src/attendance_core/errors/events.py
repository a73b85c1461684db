"""Why an event is not made, joined, found or deleted. Contract: 5."""

from __future__ import annotations

from attendance_core.errors.general import InvalidArgument, Refusal, RefusalKind


class BadTimes(InvalidArgument):
    """An event that ends before it starts, or has ended.

    Its texts say `time_from` and `time_to`, as calls do: those are ``starts_at`` and ``ends_at``.
    """

    en = (
        "«time_from» (the start) must come before «time_to» (the end), which must lie in the future"
    )
    ru = "«time_from» (начало) должно быть раньше «time_to» (конца), а конец: в будущем"


class EventNotFound(Refusal):
    """No event has this id."""

    kind = RefusalKind.NOT_FOUND
    en = "There is no such event"
    ru = "Такого события нет"


class EventNameTaken(Refusal):
    """An event has this name already, in whatever case."""

    about = "name"
    kind = RefusalKind.TAKEN
    en = "There is an event of this name already"
    ru = "Событие с таким названием уже есть"


class TooManyEvents(Refusal):
    """One person has as many events that have not ended as anybody may have.

    ``most`` says how many.
    """

    en = "You have {most} events that have not ended: no more can be made for now"
    ru = "У вас уже {most} событий, которые не закончились: больше пока создать нельзя"


class EventOver(Refusal):
    """The event has ended."""

    en = "The event is over"
    ru = "Событие уже закончилось"


class EventDeleted(EventOver):
    """The event was deleted while one was in it."""

    code = "event_over"
    en = "The event was deleted"
    ru = "Событие удалено"


class EventNotStarted(Refusal):
    """Nobody marks before the start."""

    en = "The event has not started yet"
    ru = "Событие ещё не началось"


class AlreadyJoined(Refusal):
    """One is in the event already."""

    en = "You have joined this event already"
    ru = "Вы уже присоединились к этому событию"


class NotJoined(Refusal):
    """One is not in the event."""

    en = "You are not in this event"
    ru = "Вы не состоите в этом событии"


class NotTheCreator(Refusal):
    """Only the person who created the event may do this."""

    en = "Only the creator of the event may do this"
    ru = "Это может только создатель события"


class NotAnOrganiser(Refusal):
    """Only the creator of the event and its helpers may do this."""

    en = "Only the organisers of the event may do this"
    ru = "Это могут только организаторы события"


class EventStarted(Refusal):
    """The start of an event that has begun is a record and stays."""

    about = "time_from"
    en = "The event has started, so its start cannot be changed"
    ru = "Событие уже началось, его начало изменить нельзя"


class HelperOfOneself(Refusal):
    """Whoever created an event organises it as it is."""

    en = "You organise this event as it is"
    ru = "Вы и так организатор этого события"


class TooManyHelpers(Refusal):
    """One event has as many helpers as any may have.

    ``most`` says how many.
    """

    en = "An event has at most {most} helpers: remove one of them first"
    ru = "У события не больше {most} помощников: сначала уберите одного из них"


class SomebodyWasMarked(Refusal):
    """An event in which somebody was marked is a record and stays."""

    en = "Somebody has been marked at this event, so it cannot be deleted"
    ru = "На этом событии уже кого-то отметили, удалить его нельзя"


class SomebodyTookPart(Refusal):
    """An event that has ended, and that others joined, is a record and stays."""

    en = "The event is over and others took part in it, so it cannot be deleted"
    ru = "Событие закончилось, и в нём участвовали другие, удалить его нельзя"
