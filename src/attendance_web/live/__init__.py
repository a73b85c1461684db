"""Live marking, for any host: rooms whose sockets may be carried by anything.

`Live` stands on the core, the standard library and msgspec; `attendance_web.asgi` serves its
sockets at any ASGI server.
"""

from attendance_web.live.live import Live, Service
from attendance_web.live.rooms import Census
from attendance_web.live.transports import Transport

__all__ = ["Census", "Live", "Service", "Transport"]
