"""What is in `deploy/`: as far as it can be tried without the engines it is for."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import make_url

from attendance_adapters import migrate
from attendance_web.settings import settings_from, unknown_variables

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
LONGEST_STOP_SECONDS = 15  # that a service may take


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
            assert int(grace.removesuffix("s")) > LONGEST_STOP_SECONDS

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

    def test_every_image_is_of_one_version(self, compose: Any) -> None:
        images = [each["image"] for each in compose["services"].values() if "build" not in each]
        assert len(images) == 3
        for image in images:
            assert re.search(r":\d+\.\d+(\.\d+)?-alpine$", image), image

    def test_nothing_takes_all_the_memory_or_all_the_processes(self, compose: Any) -> None:
        for name, service in compose["services"].items():
            assert re.fullmatch(r"\d+[mg]", service["mem_limit"]), name
            assert service["pids_limit"] > 0, name

    def test_the_service_is_not_the_superuser_of_its_database(self, compose: Any) -> None:
        postgres = compose["services"]["postgres"]
        assert "POSTGRES_USER" not in postgres["environment"]  # then it is postgres
        address = compose["services"]["web-1"]["environment"]["ATTENDANCE_DATABASE_URL"]
        assert address.startswith("postgresql://attendance:${SERVICE_PASSWORD:")
        assert "POSTGRES_PASSWORD" not in str(compose["services"]["web-1"])
        script = DEPLOY / "first_start.sh"
        assert f"./{script.name}:/docker-entrypoint-initdb.d/" in str(postgres["volumes"])
        assert os.access(script, os.X_OK)

    def test_what_runs_at_the_first_start_makes_a_user_of_one_database(
        self, postgres_server: str, tmp_path: Path
    ) -> None:
        """As the image of PostgreSQL runs it, but for the names."""
        psql = shutil.which("psql")
        if psql is None:
            pytest.skip("no psql here")
        role = f"attendance_{secrets.token_hex(4)}"
        program = (DEPLOY / "first_start.sh").read_text()
        program = re.sub(r"\battendance\b(?=[ ;])", role, program)
        url = make_url(postgres_server)
        done = subprocess.run(
            ["sh", "-c", program],
            env={
                **os.environ,
                "SERVICE_PASSWORD": "it's",
                "POSTGRES_USER": str(url.username),
                "PGPASSWORD": url.password or "",
                "PGHOST": url.host or str(url.query.get("host", "")),
                "PGPORT": str(url.port or 5432),
                "PGDATABASE": "postgres",
            },
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        theirs = url.set(username=role, password="it's", database=role)
        migrate(theirs.set(drivername="postgresql").render_as_string(hide_password=False))

    def test_valkey_lets_nobody_in_without_a_password(self, compose: Any) -> None:
        valkey = compose["services"]["valkey"]
        assert "requirepass %s" in valkey["command"][-1]
        assert "${VALKEY_PASSWORD" not in str(valkey["command"])  # whoever lists processes
        address = compose["services"]["web-1"]["environment"]["ATTENDANCE_NOTIFIER_URL"]
        assert address.startswith("valkey://:${VALKEY_PASSWORD:")


class TestDockerfile:
    def test_it_is_small_unprivileged_and_asks_for_its_health(self) -> None:
        text = (DEPLOY / "Dockerfile").read_text()
        stages = re.findall(r"^FROM (\S+)", text, re.M)
        assert len(stages) == 2 and all(
            re.fullmatch(r"python:3\.11\.\d+-slim", each) for each in stages
        )
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


def test_the_unit_makes_its_database_before_it_serves() -> None:
    """Nobody else can: its user is made for the time it runs, and owns the only folder."""
    unit = (DEPLOY / "attendance.service").read_text()
    migrate_at, serve_at = unit.index("ExecStartPre=/opt"), unit.index("ExecStart=/opt")
    assert unit[migrate_at:].startswith("ExecStartPre=/opt/attendance/bin/attendance migrate\n")
    assert migrate_at < serve_at
    assert "DynamicUser=yes\n" in unit


def test_the_unit_takes_neither_all_the_memory_nor_all_the_processes() -> None:
    unit = (DEPLOY / "attendance.service").read_text()
    for limit in ("MemoryMax", "TasksMax"):
        assert re.search(rf"^{limit}=\d+", unit, re.M)
