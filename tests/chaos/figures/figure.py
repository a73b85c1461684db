"""What a figure is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """What was to be reached, and what was found."""

    name: str
    goal: str
    found: dict[str, Any]
    is_reached: bool

    def text(self) -> str:
        """Writes it in a line."""
        word = "reached" if self.is_reached else "MISSED"
        return f"{self.name}: {word}; {json.dumps(self.found)}; goal: {self.goal}"
