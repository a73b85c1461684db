"""Every store in plain dicts: for libraries, demonstrations and tests that want no disk."""

from attendance_adapters.memory.store import MemoryStore

__all__ = ["MemoryStore"]
