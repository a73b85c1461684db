"""Why a person, a picture or a scan is not found, taken or judged. Contract: 3, 9.8."""

from __future__ import annotations

from attendance_core.errors.general import InvalidArgument, Refusal, RefusalKind


class BadPicture(InvalidArgument):
    """A file that is no whole JPEG, PNG or WebP picture."""

    about = "image"
    en = "«image» must be a JPEG, PNG or WebP picture"
    ru = "«image» должно быть картинкой JPEG, PNG или WebP"


class HeicPicture(BadPicture):
    """A picture as iPhones keep theirs, which most browsers cannot show."""

    about = "image"
    en = (
        "«image» is a HEIC picture, which browsers cannot show. Send a JPEG: choose "
        "Settings, Camera, Formats, Most Compatible on an iPhone, or take a screenshot of it"
    )
    ru = (
        "«image» это картинка HEIC, которую браузеры не показывают. Пришлите JPEG: выберите "
        "на айфоне Настройки, Камера, Форматы, Наиболее совместимые или сделайте снимок экрана"
    )


class PictureTooLarge(InvalidArgument):
    """A picture of more than 10 MiB, 40 megapixels, or 65 535 pixels on a side."""

    about = "image"
    en = "«image» may have at most 10 MiB, 40 megapixels and 65 535 pixels a side"
    ru = "«image»: не больше 10 МиБ, 40 мегапикселей и 65 535 пикселей по стороне"


class PersonNotFound(Refusal):
    """No person has this id."""

    kind = RefusalKind.NOT_FOUND
    en = "There is no such person"
    ru = "Такого человека нет"


class ScanNotFound(Refusal):
    """This person has no scan waiting, or it is no longer the one that was looked at."""

    kind = RefusalKind.NOT_FOUND
    en = "There is no such scan"
    ru = "Такого скана нет"


class NotAModerator(Refusal):
    """Whoever is no moderator sees nothing of others' scans."""

    en = "Only moderators can do that"
    ru = "Это могут только модераторы"


class ScanTaken(Refusal):
    """Another moderator has this scan just now."""

    code = "taken"
    en = "Another moderator is looking at this scan"
    ru = "Этот скан сейчас смотрит другой модератор"


class MayNotReview(Refusal):
    """Nobody judges their own scan, or a friend's."""

    en = "You cannot judge your own scan or a friend's"
    ru = "Нельзя проверять свой скан и сканы друзей"


class NotTaken(Refusal):
    """Only whoever has taken a scan judges it, and only for ten minutes."""

    en = "You do not have this scan, or not any more: take it again"
    ru = "Этот скан не у вас или уже не у вас: возьмите его ещё раз"


class ScanChanged(Refusal):
    """The scan that was looked at is replaced, or its owner has another name by now."""

    code = "changed"
    en = "The scan or the name has changed meanwhile: take it again"
    ru = "Скан или имя тем временем изменились: возьмите скан ещё раз"
