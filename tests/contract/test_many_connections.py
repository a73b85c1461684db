"""A shell's limit on open files is not the service's."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.service_process import COMMAND, running


@pytest.mark.long
def test_four_hundred_silent_connections_keep_nobody_out(tmp_path: Path) -> None:
    limited = ["sh", "-c", 'ulimit -S -n 256; exec "$0" "$@"', *COMMAND]
    with running(tmp_path, command=limited) as service, ExitStack() as silent:
        for _ in range(400):
            silent.enter_context(socket.create_connection(service.address))
        assert service.get("/health/ready") == (200, b"ready")
        assert "Too many open files" not in service.said()
