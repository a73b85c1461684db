"""The tables of `benchmarks.floors.sql`, as entities."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, String, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """All of them."""


class LoginSession(Base):
    """What is stored of a token, and whose it is."""

    __tablename__ = "sessions"

    session_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInteger)


class Event(Base):
    """A gathering that people are marked at."""

    __tablename__ = "events"

    event_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    ends_at: Mapped[int] = mapped_column(BigInteger)


class Place(Base):
    """A person in an event: since when they wait, and who has them."""

    __tablename__ = "places"
    __table_args__ = (
        Index(
            "places_held",
            "event_id",
            "held_by",
            unique=True,
            postgresql_where=text("held_by IS NOT NULL"),
        ),
        Index("places_listed", "event_id", "since", postgresql_where=text("since IS NOT NULL")),
    )

    event_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    since: Mapped[int | None] = mapped_column(BigInteger)
    held_by: Mapped[int | None] = mapped_column(BigInteger)
    held_until: Mapped[int | None] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(BigInteger)
    last_n: Mapped[int]


class Connection(Base):
    """An open socket."""

    __tablename__ = "connections"
    __table_args__ = (Index("connections_of", "event_id", "user_id"),)

    connection_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    event_id: Mapped[str] = mapped_column(String(36))
    user_id: Mapped[int] = mapped_column(BigInteger)
    role: Mapped[str] = mapped_column(String(8))
    session_id: Mapped[str] = mapped_column(String(64))


class Entry(Base):
    """A mark."""

    __tablename__ = "ledger"
    __table_args__ = (Index("ledger_by", "actor_id", "at"),)

    event_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    actor_id: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[int] = mapped_column(BigInteger)


class Month(Base):
    """How many marks of a month are paid for."""

    __tablename__ = "months"

    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    month: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    paying: Mapped[int]
