"""Every store in plain dicts: for libraries, demonstrations and tests that want no disk.

A store of your own may give its tables to `MemoryUnit`, as `examples/lmdb_store` does: each of
`TABLE_NAMES` is a mapping, of which there may be more in a minor version.
"""

from attendance_adapters.in_memory.files import MemoryFiles
from attendance_adapters.in_memory.store import MemoryStore, referenced_files
from attendance_adapters.in_memory.tables import TABLE_NAMES, Tables
from attendance_adapters.in_memory.unit import MemoryUnit

__all__ = [
    "TABLE_NAMES",
    "MemoryFiles",
    "MemoryStore",
    "MemoryUnit",
    "Tables",
    "referenced_files",
]
