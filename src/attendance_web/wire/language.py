"""Finds which of our languages somebody reads. Contract: 1, `Accept-Language`."""

from __future__ import annotations

from functools import lru_cache

from attendance_core.errors import Language

DEFAULT_LANGUAGE: Language = "ru"  # Contract: 1, when nothing fits
MAX_HEADER_LENGTH = 500  # characters; browsers send a tenth of it


def preferred_language(header: str | None) -> Language:
    """Finds which of ours an `Accept-Language` header likes best, by weight, then by order."""
    return _preferred_language((header or "")[:MAX_HEADER_LENGTH])


@lru_cache(maxsize=512)
def _preferred_language(header: str) -> Language:
    liked: dict[Language, float] = {}
    for item in header.split(","):
        tag, *parameters = item.split(";")
        weight = _weight(parameters)
        for language in _languages_of(tag.strip().lower()):
            liked.setdefault(language, weight)
    wanted = [(weight, language) for language, weight in liked.items() if weight > 0]
    return max(wanted, key=lambda each: each[0])[1] if wanted else DEFAULT_LANGUAGE


def _languages_of(tag: str) -> tuple[Language, ...]:
    primary = tag.partition("-")[0]
    if primary == "ru":
        return ("ru",)
    if primary == "en":
        return ("en",)
    return ("ru", "en") if tag == "*" else ()


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0
