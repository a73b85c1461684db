"""Descriptions for programs are made when somebody asks, and packed files of the page, too."""

from __future__ import annotations

import gzip
from types import SimpleNamespace
from typing import Any

from litestar import Response

from attendance_web.http.descriptions import description_route
from attendance_web.page_files import files_of
from attendance_web.static_files import FOLDER


async def test_one_is_made_when_it_is_first_asked_for_and_then_never_again() -> None:
    made: list[dict[str, str]] = []

    def describe() -> dict[str, str]:
        made.append({"openapi": "3.1.0"})
        return made[0]

    route: Any = description_route(["/schema"], describe)
    assert not made
    packs = SimpleNamespace(scope={"headers": [(b"accept-encoding", b"gzip")]})
    plain = SimpleNamespace(scope={"headers": []})
    answers: list[Response[bytes]] = [await route.fn(each) for each in (packs, plain, packs)]
    assert len(made) == 1
    written = b'{"openapi":"3.1.0"}'
    assert [gzip.decompress(answers[0].content), answers[1].content] == [written, written]
    assert answers[2].content is answers[0].content


def test_a_file_of_the_page_is_packed_when_it_is_first_asked_for() -> None:
    files = files_of(FOLDER).values()
    assert not any("gzipped" in vars(each) for each in files)
    packed = next(each for each in files if each.address == "/")
    assert packed.gzipped is packed.gzipped
    assert gzip.decompress(packed.gzipped or b"") == packed.content
