"""Serves Django's views, and the sockets beside them."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
views = get_asgi_application()

from attendance_web.asgi import lifespan, sockets  # noqa: E402
from project.rooms import identify, live  # noqa: E402 - Django has to be set up before

live_sockets = sockets(live, identify, prefix="/live")


async def route(scope, receive, send):
    """Hands on sockets to the live rooms and requests to Django."""
    await (live_sockets if scope["type"] == "websocket" else views)(scope, receive, send)


application = lifespan(live, route)
