"""The application in this process, made in half the time, for whoever makes one in every test.

Litestar reads what a handler takes for each application anew, unless it has been read before.
"""

from __future__ import annotations

from attendance_adapters import Attendance
from attendance_web.main import Application, create_app
from attendance_web.routes import ROUTES
from attendance_web.settings import Settings

SIGNATURES = [route.parsed_fn_signature for route in ROUTES]  # a route keeps its own


def quick_app(attendance: Attendance) -> Application:
    """With the settings of nobody who says anything."""
    return create_app(attendance, Settings())
