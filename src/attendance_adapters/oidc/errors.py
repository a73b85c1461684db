"""What a provider can be wrong about: refused by us, and told in the log."""

from __future__ import annotations


class Distrusted(Exception):
    """Raised for an answer that a provider of ours would not give; the text is for the log."""
