"""Every way the product says no.

A `Refusal` is the caller's doing: its text is for a person, its ``code`` for a program, its
``kind`` for the adapter that gives it a number. A refused use case has changed nothing.
`Unavailable` is our doing and says only to try again. Any other exception is a bug.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import ClassVar, Literal

Language = Literal["en", "ru"]


class Kind(Enum):
    """What sort of no it is. Contract: 1, the envelope."""

    INVALID = auto()
    MISSING = auto()
    FORBIDDEN = auto()
    NOT_FOUND = auto()
    TAKEN = auto()
    NOT_LOGGED_IN = auto()


class Refusal(Exception):
    """The caller may not have this; the words given fill the blanks of its texts."""

    kind: ClassVar[Kind] = Kind.FORBIDDEN
    code: ClassVar[str] = "refusal"
    en: ClassVar[str]
    ru: ClassVar[str]

    def __init_subclass__(cls) -> None:
        if "code" not in cls.__dict__:
            cls.code = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def __init__(self, **words: object) -> None:
        self.words = words
        super().__init__(self.text("en"))

    def text(self, language: Language) -> str:
        """What to tell a person."""
        return (self.en if language == "en" else self.ru).format(**self.words)


class TooManyRequests(Refusal):
    """Faster than a person; ``seconds`` says when to try again."""

    en = "Too many requests, try again in {seconds} s"
    ru = "Слишком много запросов, повторите через {seconds} с"


class Unavailable(Exception):
    """We cannot answer now, and cannot say whether it was done: try again."""

    code: ClassVar[str] = "unavailable"
    en: ClassVar[str] = "The service is not available just now, please try again"
    ru: ClassVar[str] = "Сервис сейчас недоступен, попробуйте ещё раз"

    def text(self, language: Language) -> str:
        """What to tell a person."""
        return self.en if language == "en" else self.ru


# Arguments


class InvalidArgument(Refusal):
    """An argument of the wrong type or form, or out of range; ``field`` names it."""

    kind = Kind.INVALID
    en = "The argument «{field}» is not valid"
    ru = "Аргумент «{field}» указан неверно"


class MissingArgument(Refusal):
    """An argument that is needed is not there; ``field`` names it."""

    kind = Kind.MISSING
    en = "The argument «{field}» is missing"
    ru = "Не указан аргумент «{field}»"


class BadLength(InvalidArgument):
    """A text too short or too long, in code points, after trimming and normalising."""

    en = "«{field}» must have from {least} to {most} characters"
    ru = "Длина «{field}» должна быть от {least} до {most} символов"


class TooShort(InvalidArgument):
    """A part of a name that would fit too many, in code points, after trimming and folding."""

    en = "«{field}» must have at least {least} characters"
    ru = "«{field}»: не меньше {least} символов"


class BadCharacters(InvalidArgument):
    """A text with control or direction-changing characters."""

    en = "«{field}» has characters that are not allowed"
    ru = "В «{field}» есть недопустимые символы"


class BadUsername(InvalidArgument):
    """A user name of other than 1-64 letters, digits, '.', '_' and '-'."""

    en = "«username» must be 1 to 64 letters, digits, dots, underscores or hyphens"
    ru = "«username»: от 1 до 64 букв, цифр, точек, подчёркиваний или дефисов"


class CommonPassword(InvalidArgument):
    """A password that everybody tries first."""

    en = "This «password» is too common, please choose another"
    ru = "Этот «password» слишком распространён, выберите другой"


class BadTimes(InvalidArgument):
    """An event that ends before it starts, or has ended."""

    en = (
        "«time_from» (the start) must come before «time_to» (the end), which must lie in the future"
    )
    ru = "«time_from» (начало) должно быть раньше «time_to» (конца), а конец: в будущем"


class BadPicture(InvalidArgument):
    """A file that is no whole JPEG, PNG or WebP picture."""

    en = "«image» must be a JPEG, PNG or WebP picture"
    ru = "«image» должно быть картинкой JPEG, PNG или WebP"


class HeicPicture(BadPicture):
    """A picture as iPhones keep theirs, which most browsers cannot show."""

    en = (
        "«image» is a HEIC picture, which browsers cannot show. Send a JPEG: choose "
        "Settings, Camera, Formats, Most Compatible on an iPhone, or take a screenshot of it"
    )
    ru = (
        "«image» это картинка HEIC, которую браузеры не показывают. Пришлите JPEG: выберите "
        "на айфоне Настройки, Камера, Форматы, Наиболее совместимые или сделайте снимок экрана"
    )


class PictureTooLarge(InvalidArgument):
    """A picture of more than 10 MiB or 40 megapixels."""

    en = "«image» may have at most 10 MiB and 40 megapixels"
    ru = "«image»: не больше 10 МиБ и 40 мегапикселей"


# Accounts, profiles and friends


class NotLoggedIn(Refusal):
    """No session, or one that has ended."""

    kind = Kind.NOT_LOGGED_IN
    en = "Please log in"
    ru = "Войдите, пожалуйста"


class UsernameTaken(Refusal):
    """Somebody has this user name already, in whatever case."""

    kind = Kind.TAKEN
    en = "This user name is taken"
    ru = "Это имя пользователя занято"


class WrongCredentials(Refusal):
    """The user name or the password is wrong: which of them is not told."""

    en = "Wrong user name or password"
    ru = "Неверное имя пользователя или пароль"


class PersonNotFound(Refusal):
    """No person has this id."""

    kind = Kind.NOT_FOUND
    en = "There is no such person"
    ru = "Такого человека нет"


class ScanNotFound(Refusal):
    """This person has no scan waiting, or it is no longer the one that was looked at."""

    kind = Kind.NOT_FOUND
    en = "There is no such scan"
    ru = "Такого скана нет"


class FriendOfOneself(Refusal):
    """Friendship takes two."""

    en = "You cannot be a friend of yourself"
    ru = "Нельзя дружить с самим собой"


# Events


class EventNotFound(Refusal):
    """No event has this id."""

    kind = Kind.NOT_FOUND
    en = "There is no such event"
    ru = "Такого события нет"


class EventNameTaken(Refusal):
    """An event has this name already, in whatever case."""

    kind = Kind.TAKEN
    en = "There is an event of this name already"
    ru = "Событие с таким названием уже есть"


class TooManyEvents(Refusal):
    """One person has ``most`` events that have not ended."""

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


class SomebodyWasMarked(Refusal):
    """An event in which somebody was marked is a record and stays."""

    en = "Somebody has been marked at this event, so it cannot be deleted"
    ru = "На этом событии уже кого-то отметили, удалить его нельзя"


class SomebodyTookPart(Refusal):
    """An event that has ended, and that others joined, is a record and stays."""

    en = "The event is over and others took part in it, so it cannot be deleted"
    ru = "Событие закончилось, и в нём участвовали другие, удалить его нельзя"


# Marking. Contract: 6, the codes of error frames


class Yourself(Refusal):
    """Nobody marks themselves."""

    en = "You cannot mark yourself"
    ru = "Нельзя отметить самого себя"


class YouAreWaiting(Refusal):
    """While one waits to be marked one cannot mark."""

    en = "You are waiting to be marked yourself"
    ru = "Вы сами ждёте отметки"


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


class NobodyHeld(Refusal):
    """The marker holds nobody, or no longer."""

    en = "You have not chosen anybody, or your choice has expired"
    ru = "Вы никого не выбрали, или время выбора истекло"


class NotHeld(Refusal):
    """The marker holds somebody, but not this person."""

    en = "This is not the person you have chosen"
    ru = "Вы выбрали другого человека"


class TooManySockets(Refusal):
    """One person has too many sockets open in this event, wherever."""

    en = "You have this event open in too many places: close one of them first"
    ru = "Это событие открыто у вас слишком во многих местах: закройте одно из них"


class LeftEvent(Refusal):
    """One has left the event, so its sockets close."""

    en = "You have left this event"
    ru = "Вы покинули это событие"


class LeaseLost(Exception):
    """This process was taken for dead: its connections are no longer counted."""
