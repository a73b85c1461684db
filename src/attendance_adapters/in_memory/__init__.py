"""Every store in plain dicts: for libraries, demonstrations and tests that want no disk."""

from attendance_adapters.in_memory.files import MemoryFiles
from attendance_adapters.in_memory.store import MemoryStore

__all__ = ["MemoryFiles", "MemoryStore"]
