"""Editions of the city's catalogue: side by side, valid from a date, never changed, never deleted."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from ledger.columns import Moment

from .shared import Big, Word, metadata, text

catalogue_editions = Table(
    "catalogue_editions",
    metadata,
    Column("edition_id", Big, primary_key=True, autoincrement=True),
    Column("scheme", Word, nullable=False),
    Column("version", Word, nullable=False),
    text("name", String(200)),
    Column("valid_from", Date, nullable=False),
    Column("work_day", Word, nullable=False),  # config.work_time.Reading
    text("source", String(300)),  # the file it was read from
    text("sha256", String(64)),
    Column("imported_at", Moment, nullable=False),
    text("imported_by"),
    Column("activated_at", Moment),
    text("activated_by"),
    Column("withdrawn_at", Moment),  # taken back: offered no more, still known to the tickets that name it
    text("withdrawn_by"),
    UniqueConstraint("scheme", "version"),
)

_edition = "catalogue_editions.edition_id"

catalogue_codes = Table(
    "catalogue_codes",
    metadata,
    Column("edition_id", Big, ForeignKey(_edition), primary_key=True, autoincrement=False),
    Column("kind", Word, primary_key=True),  # event | part
    Column("code", Word, primary_key=True),
    Column("place", Integer, nullable=False),  # in the city's own order
    Column("name", String(200), nullable=False),
    text("major"),
    text("major_name", String(100)),
)

catalogue_conditions = Table(
    "catalogue_conditions",
    metadata,
    Column("edition_id", Big, ForeignKey(_edition), primary_key=True, autoincrement=False),
    Column("kind", Word, primary_key=True),
    Column("code", Word, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    text("filing", Text()),  # 立案条件
    text("closing", Text()),  # 结案条件
    Column("limit_value", Integer, nullable=False),
    Column("limit_unit", Word, nullable=False),
    text("limit_text", String(80)),  # as the city wrote it
    text("stage"),
)

catalogue_units = Table(
    "catalogue_units",
    metadata,
    Column("edition_id", Big, ForeignKey(_edition), primary_key=True, autoincrement=False),
    Column("kind", Word, primary_key=True),
    Column("code", Word, primary_key=True),
    Column("role", Word, primary_key=True),  # primary (处置单位) | authority (主管部门)
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name", String(100), nullable=False),
)
