"""Answers over HTTP as their envelopes say them."""

from __future__ import annotations

from typing import Any

import msgspec


def said(response: Any) -> dict[str, Any]:
    """Decodes what an answer has for a body."""
    envelope: dict[str, Any] = msgspec.json.decode(response.content)
    return envelope
