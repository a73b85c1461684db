"""A real server of S3 for tests: the wheel's SeaweedFS, at loopback, with one bucket."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.support.service_process import free_port

START_SECONDS: Final = 60.0  # that a slow machine may need to start one, or to end it
KEY: Final = {"accessKey": "attendance", "secretKey": "correct horse battery"}
BUCKET: Final = "attendance"
WEED: Final = Path(sys.executable).with_name("weed")


class SeaweedFS:
    """One server at a port that stays the same; its data go with the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        may = ["Admin", "Read", "Write", "List"]
        known = {"identities": [{"name": "attendance", "credentials": [KEY], "actions": may}]}
        (folder / "s3.json").write_text(json.dumps(known))

    @property
    def environment(self) -> Mapping[str, str]:
        """What a service needs to know of it, besides a URL with the bucket."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
            "AWS_ACCESS_KEY_ID": KEY["accessKey"],
            "AWS_SECRET_ACCESS_KEY": KEY["secretKey"],
        }

    def start(self) -> None:
        """Starts it, and waits until it answers."""
        ports = {
            "master.port": free_port(),
            "master.port.grpc": free_port(),
            "volume.port": free_port(),
            "volume.port.grpc": free_port(),
            "filer.port": free_port(),
            "filer.port.grpc": free_port(),
            "s3.port": self.port,
            "s3.port.grpc": free_port(),
        }
        options = {
            "dir": self._folder,
            "ip": "127.0.0.1",
            "ip.bind": "127.0.0.1",
            "filer": "true",
            "filer.localSocket": self._folder / "filer.sock",
            "s3": "true",
            "s3.config": self._folder / "s3.json",
            "s3.port.iceberg": 0,
            "s3.port.lance": 0,
            "volume.max": 8,
            "master.volumeSizeLimitMB": 64,
            **ports,
        }
        given = [f"-{name}={value}" for name, value in options.items()]
        log = self._folder / "weed.log"
        with log.open("ab") as said:
            self._process = subprocess.Popen(
                [str(WEED), "server", *given], stdin=subprocess.DEVNULL, stdout=said, stderr=said
            )
        until = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self._process.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=1):
                return True
        except OSError:
            return False

    def kill(self) -> None:
        """Kills it without a word to anybody, if it runs."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(START_SECONDS)
            self._process = None


@contextmanager
def a_seaweedfs() -> Iterator[SeaweedFS]:
    """Runs one until the end of the block, in a folder that goes with it."""
    folder = Path(tempfile.mkdtemp(prefix="attendance-seaweedfs-"))
    server = SeaweedFS(folder)
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder)
