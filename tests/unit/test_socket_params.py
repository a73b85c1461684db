"""What the address of a socket asks for."""

from __future__ import annotations

from attendance_web.asgi.socket_params import MAX_FIELDS, SocketParams


def test_an_address_of_very_many_fields_asks_for_nothing() -> None:
    named = b"event_id=1"
    assert SocketParams.of_query(b"a&" * (MAX_FIELDS - 1) + named).event_ids == ["1"]
    assert not SocketParams.of_query(b"a&" * MAX_FIELDS + named).event_ids
