"""The ways to say no that only a request or a frame can meet. Contract: 1 and 6."""

from __future__ import annotations

from attendance_core.errors import InvalidArgument, Refusal

# Both


class OtherPerson(Refusal):
    """Somebody else is logged in than the one it is meant for."""

    en = "Somebody else is logged in now, please reload the page"
    ru = "Сейчас вошёл другой человек, обновите страницу"


# Calls


class UnsupportedMediaType(Refusal):
    """A body that is neither JSON nor a form."""

    en = "The body must be JSON (application/json) or a form (urlencoded or multipart)"
    ru = "Тело должно быть JSON (application/json) или формой (urlencoded или multipart)"


class BadBody(InvalidArgument):
    """A body that cannot be read as what it says it is."""

    en = "The «body» cannot be read: it is broken, or nested too deeply"
    ru = "Тело запроса («body») не читается: оно испорчено или вложено слишком глубоко"


class RepeatedArgument(InvalidArgument):
    """An argument that was given more than once; ``field`` names it."""

    en = "The argument «{field}» is given more than once"
    ru = "Аргумент «{field}» указан больше одного раза"


class ClientLeft(Refusal):
    """Whoever asked has hung up, or says no more, before it was begun or done."""

    en = "You have hung up, so this was not done"
    ru = "Вы закрыли соединение, поэтому запрос не выполнен"


class BadRequest(Refusal):
    """A request that is no HTTP we understand, like one with a malformed Host."""

    en = "This request cannot be understood"
    ru = "Запрос не удалось понять"


class CsrfFailed(Refusal):
    """A POST by cookie whose header `X-CSRFToken` does not say what the cookie `csrftoken` does."""

    about = "X-CSRFToken"
    en = "This page is out of date, please reload it"
    ru = "Страница устарела, обновите её"


class UnknownPath(Refusal):
    """No call has this path."""

    en = "There is no such call"
    ru = "Такого вызова нет"


class WrongMethod(Refusal):
    """The call has this path, but not this method; the header `Allow` has those it has."""

    en = "This call needs another method"
    ru = "Этому вызову нужен другой метод"


class HeadTooLarge(Refusal):
    """Headers that no browser sends."""

    en = "The headers are too large"
    ru = "Заголовки слишком велики"


class BodyTooSlow(Refusal):
    """A body that comes more slowly than we can wait for."""

    en = "The body came too slowly, please try again"
    ru = "Тело запроса шло слишком медленно, попробуйте ещё раз"


class BodyTooLarge(Refusal):
    """More than the call can need."""

    en = "The body is too large"
    ru = "Тело слишком велико"


# Sockets


class BadFrame(Refusal):
    """Not JSON, not an object, no message, or binary."""

    en = "This message cannot be read"
    ru = "Сообщение не читается"


class UnknownMessage(Refusal):
    """A message this socket has no use for."""

    en = "There is no such message here"
    ru = "Такого сообщения здесь нет"


class BadParams(Refusal):
    """Parameters that are missing or wrong."""

    en = "The parameters of this message are missing or wrong"
    ru = "Параметры сообщения не указаны или указаны неверно"


class BadAddress(BadParams):
    """The address of a socket says for whom it is, and that is no id."""

    code = "bad_params"
    en = "The address may have one «as»: the user_id of the person it is for"
    ru = "В адресе может быть один «as»: user_id того, для кого он"


class TooManyFrames(Refusal):
    """Faster than a person."""

    en = "Too many messages"
    ru = "Слишком много сообщений"


class BadEventId(InvalidArgument):
    """The address of a socket without one well-formed event id."""

    en = "The address needs one «event_id» of 36 characters"
    ru = "В адресе нужен один «event_id» из 36 символов"


class ForeignOrigin(Refusal):
    """A page of another site.

    ``named_in`` tells the log where those are named that may ask.
    """

    en = "This page may not use the service"
    ru = "Этой странице нельзя пользоваться сервисом"
