"""How a database is opened: SQLite's pragmas, and transactions that begin when we say so."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

BUSY_SECONDS = 5
_PRAGMAS = ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA secure_delete=ON")
"""FULL: an answer is on the disk before it is given. What is deleted or sealed leaves no bytes behind."""


def make_engine(url: str, *, pooled: bool = True) -> sa.Engine:
    """``sqlite:///FILE`` or ``postgresql+psycopg://…``. A connection's option ``begin`` says how its transactions begin
    (SQLite): ``BEGIN IMMEDIATE`` takes the write lock at once, since a read that wants to write later would be refused
    without waiting."""
    if not url.startswith("sqlite"):
        if pooled:
            return sa.create_engine(url, pool_size=5, max_overflow=2, pool_pre_ping=True)
        return sa.create_engine(url, poolclass=sa.NullPool, connect_args={"connect_timeout": 5})
    engine = sa.create_engine(
        url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        **({} if pooled else {"poolclass": sa.NullPool}),
    )  # fmt: skip
    event.listen(engine, "connect", _tune)
    event.listen(engine, "begin", _begin)
    return engine


def _tune(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself: tables are changed in transactions too
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql(str(connection.get_execution_options().get("begin", "BEGIN")))
