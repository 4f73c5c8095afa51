"""What the tables are made of: names of constraints, kinds of columns."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Boolean, Column, Float, Index, Integer, String

from cti.numbers import home

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = String(80)
Word = String(40)
Number = String(80)
Big = sa.BigInteger().with_variant(Integer, "sqlite")


def text(name: str, kind: sa.types.TypeEngine[str] = Word) -> Column[str]:
    return Column(name, kind, nullable=False, server_default="")


def national(beside: str) -> Column[str]:
    """Beside the number as it was written the one form in which it is searched; '' where it is no number."""

    def fold(context: Any) -> str:
        return home().read(context.get_current_parameters().get(beside) or "").national

    return Column(f"{beside}_national", Number, nullable=False, server_default="", default=fold)


def count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default="0")


def flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=sa.false())


def partial(name: str, *columns: str, where: str) -> Index:
    """An index of the few rows that meet ``where``, which a query must spell out (``literal_column``) to use it."""
    return Index(name, *columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def number(name: str) -> Column[float]:
    return Column(name, Float, nullable=False, server_default="0")
