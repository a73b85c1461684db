"""A marking as one would write it in an afternoon, with the tools that many would take for it.

FastAPI with two WebSocket endpoints, models of pydantic, sessions and entities of SQLAlchemy's ORM
over asyncpg, and Redis to carry announcements. It is no floor: it is what the service is to beat.
It takes the durable steps of `postgres_steps`, writes the frames of `rooms`, and believes what
clients say where those do. Beyond them it carries announcements between processes, reads the list
from the database, and refuses in a frame.

It runs in an environment of its own, since Litestar imports pydantic wherever that is installed.
"""
