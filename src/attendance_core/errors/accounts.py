"""Why nobody is let in, or no account is made. Contract: 2."""

from __future__ import annotations

from attendance_core.errors.general import InvalidArgument, Refusal, RefusalKind


class BadUsername(InvalidArgument):
    """A user name of other than 1-64 letters, digits, '.', '_' and '-'."""

    about = "username"
    en = "«username» must be 1 to 64 letters, digits, dots, underscores or hyphens"
    ru = "«username»: от 1 до 64 букв, цифр, точек, подчёркиваний или дефисов"


class CommonPassword(InvalidArgument):
    """A password that everybody tries first."""

    en = "This «{field}» is too common, please choose another"
    ru = "Этот «{field}» слишком распространён, выберите другой"


class LogInAgain(Refusal):
    """Somebody without a password who has not just logged in.

    ``minutes`` says how long ago one may have.
    """

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
    """One person has as many tokens that have not expired as anybody may have.

    ``most`` says how many.
    """

    en = "You have {most} tokens already, please revoke one first"
    ru = "У вас уже {most} токенов, сначала отзовите какой-нибудь"


class UsernameTaken(Refusal):
    """Somebody has this user name already, in whatever case."""

    about = "username"
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


class NoProvider(Refusal):
    """Nobody logs in by another service here."""

    kind = RefusalKind.NOT_FOUND
    en = "There is no log-in by a university here"
    ru = "Входа через университет здесь нет"


class LogInNotBegun(Refusal):
    """Whoever comes back from the provider has not left from this browser, or long ago."""

    en = "This log-in was not begun in this browser, or too long ago; please begin again"
    ru = "Этот вход начат не в этом браузере или слишком давно, начните заново"


class ProviderRefused(Refusal):
    """The provider has let nobody in, or its person did not want to."""

    en = "The university has not let you in; please try again"
    ru = "Университет не подтвердил вход, попробуйте ещё раз"


class ProviderDistrusted(Refusal):
    """What the provider has answered is not of this log-in, or cannot be of this provider."""

    en = "The answer of the university cannot be trusted; please begin again"
    ru = "Ответу университета нельзя доверять, начните вход заново"


class LinkedToAnother(Refusal):
    """This identity lets somebody else in."""

    en = "This university account lets somebody else in here"
    ru = "С этим аккаунтом университета здесь входит кто-то другой"


class TooManyLinks(Refusal):
    """One person has as many links as anybody may have.

    ``most`` says how many.
    """

    en = "You have {most} links already, please remove one first"
    ru = "У вас уже {most} привязок, сначала удалите какую-нибудь"


class OnlyWayIn(Refusal):
    """The last link of somebody who has nothing else to log in by."""

    en = "You could not log in any more: you have no user name and password here"
    ru = "Вы больше не смогли бы войти: у вас здесь нет имени пользователя и пароля"
