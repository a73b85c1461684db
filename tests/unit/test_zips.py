"""A zip that is written piece by piece: how much fits in, and that one may be dropped."""

from __future__ import annotations

import io
import os
from zipfile import ZipFile

from attendance_core.testing.clock import NOON
from attendance_web.http.zips import END_BYTES, ZipStream


def test_it_knows_how_much_fits_in_however_badly_it_compresses() -> None:
    packed, content = ZipStream(NOON, END_BYTES + 110_000), os.urandom(100_000)
    assert packed.has_room_for(100_000) and not packed.has_room_for(110_000)
    packed.begin("a")
    packed.write(content)
    packed.finish()
    taken = packed.take()
    assert len(taken) <= END_BYTES + 110_000 and packed.take() == b""
    with ZipFile(io.BytesIO(taken)) as opened:
        assert opened.testzip() is None
        assert {name: opened.read(name) for name in opened.namelist()} == {"a": content}


def test_one_that_nobody_waits_for_is_let_go() -> None:
    for is_finished in (False, True):
        packed = ZipStream(NOON, END_BYTES)
        packed.begin("a")
        if is_finished:
            packed.finish()
        packed.drop()
        packed.drop()
