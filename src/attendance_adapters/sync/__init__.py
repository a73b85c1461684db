"""The library without `await`: for services under WSGI, notebooks and scripts.

    with open_sync(embedded("./var")) as service:
        anna = service.use_cases.sign_up(username="anna", password="like tea")

An event loop runs in a thread of its own; each use case is a plain method that waits for it. Any
number of threads may call at once.
"""

from attendance_adapters.sync.service import SyncAttendance, open_sync
from attendance_adapters.sync.use_cases import SyncUseCases

__all__ = ["SyncAttendance", "SyncUseCases", "open_sync"]
