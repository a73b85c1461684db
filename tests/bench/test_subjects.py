"""What is measured is what users start."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from benchmarks import subjects
from benchmarks.crowd import Gathered
from tests.support import fork_server


def test_a_service_is_no_fork_of_a_process_that_has_imported_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Mapping[str, str]] = []

    class Begun(Exception):
        """Raised once it is known what the service is told."""

    @contextmanager
    def running(_: Path, settings: Mapping[str, str], **__: Any) -> Iterator[Any]:
        told.append(settings)
        raise Begun
        yield

    monkeypatch.setattr(subjects, "running", running)
    with pytest.raises(Begun), subjects.service(tmp_path, Gathered([], []), {}):
        pass
    (settings,) = told
    assert not fork_server.can_fork([sys.executable, "-m", "attendance_web.cli"], settings)
