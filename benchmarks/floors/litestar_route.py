"""One route of the framework, which answers what GetProfile answers, of nobody."""

from __future__ import annotations

from typing import cast

import msgspec
from litestar import Litestar, get

from benchmarks.floors.serving import Application


class Profile(msgspec.Struct):
    """As many fields as a profile has, and as long."""

    result: str = "ok"
    user_id: int = 100_000
    pic: str = "/static/default.svg"
    display_name: str = "Person 100000"
    confirmed: bool = False
    bio: str = ""
    karma: int = 2_500


@get("/{path:path}", sync_to_thread=False)
def profile() -> Profile:
    """Makes it anew each time."""
    return Profile()


def route() -> Application:
    """Makes an application of this route alone."""
    return cast(Application, Litestar([profile], openapi_config=None, logging_config=None))
