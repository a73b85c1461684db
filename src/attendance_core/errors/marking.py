"""Why somebody is not marked, and why a socket is closed.

Contract: 6, the codes of error frames.
"""

from __future__ import annotations

from attendance_core.errors.general import Refusal


class Yourself(Refusal):
    """Nobody marks themselves."""

    en = "You cannot mark yourself"
    ru = "Нельзя отметить самого себя"


class YouAreWaiting(Refusal):
    """While one waits to be marked one cannot mark."""

    en = "You are waiting to be marked yourself"
    ru = "Вы сами ждёте отметки"


class MayNotMark(Refusal):
    """The event lets confirmed people, or its organisers, mark, and one is none of them."""

    en = "The organisers of this event have not let you mark others"
    ru = "Организаторы этого события не разрешили вам отмечать других"


class NoLongerMarks(MayNotMark):
    """One was let in to mark, and is not any more: so one's sockets close."""

    code = "may_not_mark"
    en = "The organisers of this event do not let you mark others any more"
    ru = "Организаторы этого события больше не разрешают вам отмечать других"


class HoldingSomebody(Refusal):
    """While one holds somebody one cannot wait."""

    en = "You are about to mark somebody: finish that first"
    ru = "Вы уже выбрали кого-то для отметки: сначала закончите"


class AlreadyHolding(Refusal):
    """A marker holds at most one person."""

    en = "You have chosen somebody else already"
    ru = "Вы уже выбрали другого человека"


class AlreadyMarked(Refusal):
    """A person is marked at most once at an event."""

    en = "This person has been marked already"
    ru = "Этого человека уже отметили"


class Taken(Refusal):
    """Another marker holds this person."""

    en = "Somebody else is marking this person"
    ru = "Этого человека уже отмечает кто-то другой"


class NotWaiting(Refusal):
    """This person does not wait to be marked."""

    en = "This person is not waiting to be marked"
    ru = "Этот человек не ждёт отметки"


class TooSoon(Refusal):
    """One who had this person last gives others ``seconds`` to choose them."""

    en = "You have just had this person: give others a chance, {seconds} s more"
    ru = "Вы только что выбирали этого человека: дайте другим ещё {seconds} с"


class NobodyHeld(Refusal):
    """The marker holds nobody, or no longer."""

    en = "You have not chosen anybody, or your choice has expired"
    ru = "Вы никого не выбрали, или время выбора истекло"


class NotHeld(Refusal):
    """The marker holds somebody, but not this person."""

    en = "This is not the person you have chosen"
    ru = "Вы выбрали другого человека"


class TooManySockets(Refusal):
    """One person has too many sockets open, in this event wherever, or in all at this process."""

    en = "You have events open in too many places: close one of them first"
    ru = "У вас открыто слишком много окон с событиями: закройте лишние"


class LeftEvent(Refusal):
    """One has left the event, so its sockets close."""

    en = "You have left this event"
    ru = "Вы покинули это событие"


class LeaseLost(Exception):
    """The store has forgotten the connections of this process, which it may have taken for dead."""
