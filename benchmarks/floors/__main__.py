"""`python -m benchmarks.floors NAME DATABASE PEOPLE EVENTS serve`: one of them, until SIGINT."""

from __future__ import annotations

import argparse

import uvloop

from benchmarks.floors.serving import serve


def main() -> None:
    """Serves at a free port, and says at which."""
    parser = argparse.ArgumentParser(prog="benchmarks.floors")
    parser.add_argument("name")
    parser.add_argument("database")
    parser.add_argument("people", type=int)
    parser.add_argument("events", type=int)
    parser.add_argument("--redis", default="", help="where announcements go, if they go anywhere")
    parser.add_argument("action", choices=["serve"])
    asked = parser.parse_args()
    uvloop.run(serve(asked.name, asked.database, asked.people, asked.events, asked.redis))


if __name__ == "__main__":
    main()
