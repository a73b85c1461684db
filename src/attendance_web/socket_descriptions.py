"""What is served of the sockets, for those who write clients: beside what is of the calls."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import msgspec

from attendance_web.http.descriptions import description_route
from attendance_web.live import asyncapi

FOLDER: Final = Path(__file__).parent / "wire" / "vectors"
VECTORS_PATH: Final = "/schema/vectors.json"


def vectors() -> dict[str, Any]:
    """Reads what the frames of a marker come to, story by story, by the name of its file."""
    files = sorted(FOLDER.glob("*.json"))
    return {each.stem: msgspec.json.decode(each.read_bytes()) for each in files}


ROUTES: Final = [
    description_route([asyncapi.PATH], asyncapi.document),
    description_route([VECTORS_PATH], vectors),
]
