"""Why nobody is let in, or no account is made. Contract: 2."""

from __future__ import annotations

from attendance_core.errors.general import InvalidArgument, Refusal, RefusalKind


class BadUsername(InvalidArgument):
    """A user name of other than 1-64 letters, digits, '.', '_' and '-'."""

    en = "«username» must be 1 to 64 letters, digits, dots, underscores or hyphens"
    ru = "«username»: от 1 до 64 букв, цифр, точек, подчёркиваний или дефисов"


class CommonPassword(InvalidArgument):
    """A password that everybody tries first."""

    en = "This «{field}» is too common, please choose another"
    ru = "Этот «{field}» слишком распространён, выберите другой"


class LogInAgain(Refusal):
    """Somebody without a password who has not just logged in; ``minutes`` says how long ago."""

    en = "Please log in again: you logged in more than {minutes} minutes ago"
    ru = "Войдите ещё раз: с последнего входа прошло больше {minutes} минут"


class NotLoggedIn(Refusal):
    """No session, or one that has ended."""

    kind = RefusalKind.NOT_LOGGED_IN
    en = "Please log in"
    ru = "Войдите, пожалуйста"


class MissingScope(Refusal):
    """A token that is not for this, or something that no token is for."""

    en = "This token may not do that"
    ru = "Этому токену это не разрешено"


class TooManyTokens(Refusal):
    """One person has `most` tokens that have not expired."""

    en = "You have {most} tokens already, please revoke one first"
    ru = "У вас уже {most} токенов, сначала отзовите какой-нибудь"


class UsernameTaken(Refusal):
    """Somebody has this user name already, in whatever case."""

    kind = RefusalKind.TAKEN
    en = "This user name is taken"
    ru = "Это имя пользователя занято"


class WrongCredentials(Refusal):
    """The user name or the password is wrong: which of them is not told."""

    en = "Wrong user name or password"
    ru = "Неверное имя пользователя или пароль"


class WrongPassword(WrongCredentials):
    """The password that was to prove who asks is wrong. Contract: 9.1."""

    en = "Wrong password"
    ru = "Неверный пароль"


class WrongRecoveryCode(WrongCredentials):
    """The user name or the recovery code is wrong, or the code was used: which is not told."""

    en = "Wrong user name or recovery code; each code works once"
    ru = "Неверное имя пользователя или код восстановления; каждый код действует один раз"


class WrongResetLink(Refusal):
    """A link for a new password that there is not, or that was used, or whose day is over."""

    en = "This link lets nobody in any more, please ask for a new one"
    ru = "Эта ссылка больше не действует, попросите новую"
