"""Clients that public generators make of our description mark somebody, as it stands.

The description of the sockets is read by AsyncAPI's own parser. Contract: 1.1, 1.3, 6, 7.
"""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from tests.support.generators import SOURCES, fill_node_folder, python_generator_bin, run
from tests.support.houses import house_in_memory as house
from tests.support.live_house import House

# Environments of hundreds of files, which are made where they are missing
__all__ = ["house"]
pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(900),
    pytest.mark.asyncio(loop_scope="module"),
]
REFUSED = "person_not_found"  # what each hears in the end, of nobody


def address_of(house: House) -> str:
    return f"http://127.0.0.1:{house.port}"


@pytest_asyncio.fixture(loop_scope="module")
async def description_folder(house: House, tmp_path: Path) -> Path:
    """The folder that the description is in, as the service gives it out."""
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{address_of(house)}/schema/openapi.json")
    (tmp_path / "openapi.json").write_bytes(answer.content)
    return tmp_path


async def test_openapi_python_client(house: House, description_folder: Path) -> None:
    programs = await python_generator_bin()
    made = description_folder / "made"
    env = {"PATH": str(programs), "PYTHONPATH": ""}  # it tidies up by a ruff of its own
    generate = ("generate", "--path", "openapi.json", "--output-path", made, "--fail-on-warning")
    await run(programs / "openapi-python-client", *generate, cwd=description_folder, **env)
    script = SOURCES / "mark_somebody.py"
    env["PYTHONPATH"] = str(made)
    said = await run(programs / "python", script, address_of(house), cwd=description_folder, **env)
    assert said.splitlines() == [REFUSED]


async def test_openapi_ts_whose_types_are_checked(house: House, description_folder: Path) -> None:
    folder = await fill_node_folder(description_folder)
    said = await run("node", "generate.mjs", cwd=folder)
    assert "warning" not in said.lower(), said
    await run("node", "node_modules/typescript/bin/tsc", "--project", ".", cwd=folder)
    said = await run("node", "compiled/mark_somebody.js", address_of(house), cwd=folder)
    assert said.splitlines() == [REFUSED]


@pytest.mark.parametrize("is_right", [True, False])
async def test_asyncapi_parser(house: House, tmp_path: Path, is_right: bool) -> None:
    folder = await fill_node_folder(tmp_path)
    async with httpx.AsyncClient() as client:
        described = (await client.get(f"{address_of(house)}/asyncapi.json")).json()
    if not is_right:
        described["operations"]["send_marking"]["channel"]["$ref"] = "#/channels/nothing"
    (folder / "asyncapi.json").write_text(json.dumps(described))
    said = (await run("node", "parse_asyncapi.mjs", cwd=folder)).splitlines()
    operation_names = "receive_mark_me receive_marking send_mark_me send_marking"
    assert (said == [operation_names]) is is_right, said
