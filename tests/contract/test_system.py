"""The clock of this machine, and ids and secrets by chance."""

from __future__ import annotations

import time
import uuid

from attendance_adapters.system import RandomIds, SystemClock


def test_the_clock_tells_the_time_in_whole_microseconds() -> None:
    now = SystemClock().now()
    assert abs(now - time.time()) < 60
    assert now == round(now, 6)


def test_ids_and_secrets_are_new_each_time() -> None:
    ids = RandomIds()
    assert len({ids.event_id(), ids.event_id(), ids.connection_id(), ids.process_id()}) == 4
    assert isinstance(ids.event_id(), uuid.UUID)
    assert ids.token() != ids.token()
    assert len(ids.token()) == 43  # 256 bits at 6 a letter
    assert ids.file_key("jpg") != ids.file_key("jpg")
    assert ids.file_key("jpg").endswith(".jpg")
