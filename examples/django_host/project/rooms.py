"""The live rooms of this project, and who of its people is who there."""

from typing import Any

from django.conf import settings
from django.contrib.auth import aget_user
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, parse_cookie

from attendance_adapters import embedded
from attendance_core import Actor
from attendance_web.live import Live

ISSUER = "django.example"

service = embedded(settings.FOLDER / "attendance")  # or connect("postgresql://...")
live = Live(service)


async def actor_of(user: AbstractBaseUser | AnonymousUser, session: str | None) -> Actor | None:
    """Lets a user of Django in; by the key of their session they can be dismissed again."""
    if not user.is_authenticated or session is None:
        return None
    return await service.use_cases.admit(
        issuer=ISSUER,
        subject=str(user.pk),
        display_name=user.get_full_name() or user.get_username(),
        session=session,
    )


async def identify(scope: dict[str, Any]) -> Actor | None:
    """Finds who opens a socket, by the session of Django."""
    cookies = parse_cookie(dict(scope["headers"]).get(b"cookie", b"").decode("latin-1"))
    request = HttpRequest()
    request.session = SessionStore(cookies.get(settings.SESSION_COOKIE_NAME))
    return await actor_of(await aget_user(request), request.session.session_key)
