"""What is in `deploy/`: as far as it can be tried without the engines it is for."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from attendance_web.settings import settings_from, unknown_variables

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
LONGEST_STOP = 15  # seconds that a service may take


class TestCompose:
    @pytest.fixture
    def compose(self) -> Any:
        return yaml.safe_load((DEPLOY / "compose.yaml").read_text())

    def test_two_services_share_a_database_and_a_notifier(self, compose: Any) -> None:
        for name in ("web-1", "web-2"):
            given = compose["services"][name]["environment"]
            assert unknown_variables(given) == []
            filled = {name: re.sub(r"\$\{.*?\}", "p", value) for name, value in given.items()}
            settings = settings_from(filled)
            assert settings.database_url.startswith("postgresql://")
            assert settings.notifier_url.startswith("valkey://")

    def test_they_have_the_time_to_say_goodbye(self, compose: Any) -> None:
        for name in ("web-1", "web-2"):
            grace = compose["services"][name]["stop_grace_period"]
            assert int(grace.removesuffix("s")) > LONGEST_STOP

    def test_only_the_proxy_is_reached_from_outside_and_only_it_is_believed(
        self, compose: Any
    ) -> None:
        services = compose["services"]
        assert [name for name, each in services.items() if "ports" in each] == ["proxy"]
        address = services["proxy"]["networks"]["inside"]["ipv4_address"]
        assert services["web-1"]["environment"]["FORWARDED_ALLOW_IPS"] == address

    def test_what_is_mounted_and_named_is_there(self, compose: Any) -> None:
        for service in compose["services"].values():
            assert set(service["networks"]) == {"inside"}
            assert set(service.get("depends_on", {})) <= set(compose["services"])
            for volume in service.get("volumes", []):
                source = volume.partition(":")[0]
                assert source in compose["volumes"] or (DEPLOY / source).is_file()
        upstream = re.findall(r"server (web-\d):8000", (DEPLOY / "nginx.conf").read_text())
        assert upstream == [name for name in compose["services"] if name.startswith("web-")]


class TestDockerfile:
    def test_it_is_small_unprivileged_and_asks_for_its_health(self) -> None:
        text = (DEPLOY / "Dockerfile").read_text()
        stages = re.findall(r"^FROM (\S+)", text, re.M)
        assert len(stages) == 2 and all("slim" in each for each in stages)
        assert re.search(r"^USER [1-9][0-9]*$", text, re.M)
        assert re.search(r"^HEALTHCHECK(.|\\\n)*/health/ready", text, re.M)
        assert unknown_variables(dict.fromkeys(re.findall(r"\bATTENDANCE_\w+", text), "")) == []

    def test_what_it_copies_is_there_and_not_ignored(self) -> None:
        text = (DEPLOY / "Dockerfile").read_text()
        sent = {line[1:] for line in (ROOT / ".dockerignore").read_text().split() if line[0] == "!"}
        copied = {
            source
            for line in re.findall(r"^COPY (?!--from)(.*) \S+$", text, re.M)
            for source in line.split()
        }
        assert copied == sent
        assert all((ROOT / each).exists() for each in copied)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_the_unit_is_one_that_systemd_understands(tmp_path: Path) -> None:
    unit = (DEPLOY / "attendance.service").read_text()
    assert "ExecStart=/opt/attendance/bin/attendance serve\n" in unit
    there = tmp_path / "attendance.service"
    there.write_text(unit.replace("/opt/attendance/bin/attendance", sys.executable))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", there], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
