"""The application in this process, made in half the time, for whoever makes one in every test.

Litestar reads what a handler takes for each application anew, unless it has been read before.
"""

from __future__ import annotations

from functools import cache

from attendance_adapters import Attendance
from attendance_web.main import Application, create_app
from attendance_web.routes import ROUTES
from attendance_web.settings import Settings


@cache
def _read_signatures() -> None:
    """Has each route read what its handler takes, and keep it."""
    for route in ROUTES:
        assert route.parsed_fn_signature


def quick_app(attendance: Attendance) -> Application:
    """Makes one with the settings that hold where nobody says anything."""
    _read_signatures()
    return create_app(attendance, Settings())
