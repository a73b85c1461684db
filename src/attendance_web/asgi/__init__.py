"""The two sockets as an ASGI application, for any server and any framework.

`sockets` is what a host mounts; `lifespan_of` and `lifespan` begin and end what it stands on.
"""

from attendance_web.asgi.application import Identify, SocketApplication, sockets
from attendance_web.asgi.lifespans import lifespan, lifespan_of

__all__ = ["Identify", "SocketApplication", "lifespan", "lifespan_of", "sockets"]
