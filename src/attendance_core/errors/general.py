"""What every refusal has, and the refusals that any call may give. Contract: 1."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import ClassVar, Literal

Language = Literal["en", "ru"]


class RefusalKind(Enum):
    """What sort of no it is. Contract: 1, the envelope."""

    INVALID = auto()
    MISSING = auto()
    FORBIDDEN = auto()
    NOT_FOUND = auto()
    TAKEN = auto()
    NOT_LOGGED_IN = auto()


class Refusal(Exception):
    """The caller may not have this; the words given fill the blanks of its texts."""

    kind: ClassVar[RefusalKind] = RefusalKind.FORBIDDEN
    code: ClassVar[str] = "refusal"
    about: ClassVar[str | None] = None  # the argument, where it is always the same one
    en: ClassVar[str]
    ru: ClassVar[str]

    def __init_subclass__(cls) -> None:
        if "code" not in cls.__dict__:
            cls.code = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def __init__(self, **words: object) -> None:
        self.words = words
        super().__init__(self.text("en"))

    def text(self, language: Language) -> str:
        """Writes what a person is told."""
        return (self.en if language == "en" else self.ru).format(**self.words)


class TooManyRequests(Refusal):
    """More, or more often, than one caller may, or than there is room for.

    ``seconds`` says when to try again.
    """

    en = "Too many requests, try again in {seconds} s"
    ru = "Слишком много запросов, повторите через {seconds} с"


class Unavailable(Exception):
    """We cannot answer now, and cannot say whether it was done: try again."""

    code: ClassVar[str] = "unavailable"
    en: ClassVar[str] = "The service is not available just now, please try again"
    ru: ClassVar[str] = "Сервис сейчас недоступен, попробуйте ещё раз"

    def text(self, language: Language) -> str:
        """Writes what a person is told."""
        return self.en if language == "en" else self.ru


class InvalidArgument(Refusal):
    """An argument of the wrong type or form, or out of range; ``field`` names it."""

    kind = RefusalKind.INVALID
    en = "The argument «{field}» is not valid"
    ru = "Аргумент «{field}» указан неверно"


class OutOfRange(InvalidArgument):
    """A number that is none, has a fraction, or is out of range; ``field`` names it."""

    code = "invalid_argument"
    en = "«{field}» must be a whole number from {least} to {most}"
    ru = "«{field}»: нужно целое число от {least} до {most}"


class NotATime(OutOfRange):
    """A time that is none in UNIX seconds; ``field`` names it."""

    code = "invalid_argument"
    en = "«{field}» must be a time in UNIX seconds (not milliseconds), from {least} to {most}"
    ru = "«{field}»: нужно время в секундах UNIX (не в миллисекундах), от {least} до {most}"


class MissingArgument(Refusal):
    """An argument that is needed is not there; ``field`` names it."""

    kind = RefusalKind.MISSING
    en = "The argument «{field}» is missing"
    ru = "Не указан аргумент «{field}»"


class NothingGiven(MissingArgument):
    """At least one of some arguments is needed, and none is there; ``fields`` names them."""

    code = "missing_argument"
    en = "At least one of these arguments is needed: {fields}"
    ru = "Нужен хотя бы один из аргументов: {fields}"


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
