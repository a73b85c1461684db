"""Where files may be kept, each time a place of a test's own: a new one is one more line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final
from uuid import uuid4

import pytest

from tests.support.seaweedfs import BUCKET, SeaweedFS

Request = pytest.FixtureRequest


def in_memory(request: Request) -> str:
    """Names a place that ends with the process."""
    return "memory://"


def in_a_directory(request: Request) -> str:
    """Names a directory that is not there yet."""
    folder: Path = request.getfixturevalue("tmp_path")
    return (folder / "made when it is not there").as_uri()


def in_a_bucket(request: Request) -> str:
    """Names a prefix of its own in a bucket, and sets what leads there."""
    server: SeaweedFS = request.getfixturevalue("seaweedfs")
    for name, value in server.environment.items():
        request.getfixturevalue("monkeypatch").setenv(name, value)
    return f"s3://{BUCKET}/{uuid4().hex}"


FILE_LOCATIONS: Final[dict[str, Callable[[Request], str]]] = {
    "memory": in_memory,
    "directory": in_a_directory,
    "bucket": in_a_bucket,
}
