"""Files of constraints: the versions that they pin."""

from __future__ import annotations

from pathlib import Path

from packaging.utils import canonicalize_name


def pinned_versions(file: Path) -> dict[str, str]:
    """Reads the version of each package that a file of constraints names."""
    lines = [each.split("==") for each in file.read_text(encoding="utf-8").split()]
    return {canonicalize_name(name): version for name, version in lines}
