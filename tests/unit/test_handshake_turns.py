"""Each server has turns of its own for the handshakes of sockets. Contract: 1.11."""

from __future__ import annotations

from unittest.mock import Mock

from attendance_web.serving.handshake_turns import handshake_turns_of
from attendance_web.serving.server import config_of


def test_a_server_has_its_own() -> None:
    configs = [config_of(Mock()) for _ in range(2)]
    assert handshake_turns_of(configs[0]) is handshake_turns_of(configs[0])
    assert handshake_turns_of(configs[0]) is not handshake_turns_of(configs[1])
