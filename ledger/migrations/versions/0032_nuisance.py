"""Nuisance callers: tags, decisions, appeals, what became of the calls of graded numbers.

Revision 0032, after 0031.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.columns import Moment

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def _text(name: str, kind: sa.types.TypeEngine[str] | None = None) -> sa.Column[str]:
    return sa.Column(name, kind or sa.String(length=40), server_default="", nullable=False)


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "nuisance_tags",
        sa.Column("tag_id", sa.String(length=26), nullable=False),
        sa.Column("call_id", sa.String(length=80), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        _text("seat"),
        sa.Column("reason", sa.String(length=40), nullable=False),
        _text("note", sa.Text()),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("decided_at", Moment(), nullable=True),
        _text("decided_by"),
        _text("why", sa.Text()),
        sa.PrimaryKeyConstraint("tag_id", name="pk_nuisance_tags"),
        sa.UniqueConstraint("call_id", name="uq_nuisance_tags_call_id"),
    )
    op.create_index("ix_nuisance_tags_at", "nuisance_tags", ["at"])
    op.create_index("ix_nuisance_tags_number", "nuisance_tags", ["number"])
    where = sa.text("state = 'open'")
    op.create_index("ix_nuisance_tags_open", "nuisance_tags", ["at"], sqlite_where=where, postgresql_where=where)
    op.create_table(
        "nuisance_decisions",
        sa.Column("decision_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("grade", sa.String(length=40), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        _text("why", sa.Text()),
        _text("tag_id", sa.String(length=26)),
        sa.Column("said", big, nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        _text("ended_by"),
        _text("ended_how"),
        _text("ended_why", sa.Text()),
        sa.PrimaryKeyConstraint("decision_id", name="pk_nuisance_decisions"),
    )
    op.create_index("ix_nuisance_decisions_number_at", "nuisance_decisions", ["number", "at"])
    op.create_index("ix_nuisance_decisions_until", "nuisance_decisions", ["until"])
    op.create_index("ix_nuisance_decisions_at", "nuisance_decisions", ["at"])
    where = sa.text("ended_at IS NULL")
    op.create_index(
        "ux_nuisance_decisions_standing", "nuisance_decisions", ["number"], unique=True, sqlite_where=where,
        postgresql_where=where,
    )  # fmt: skip
    op.create_table(
        "nuisance_appeals",
        sa.Column("appeal_id", sa.String(length=100), nullable=False),
        sa.Column("decision_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("call_id", sa.String(length=80), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("how", sa.String(length=40), nullable=False),
        _text("by"),
        _text("words", sa.Text()),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("decided_at", Moment(), nullable=True),
        _text("decided_by"),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        _text("answer", sa.Text()),
        sa.Column("audited", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("appeal_id", name="pk_nuisance_appeals"),
    )
    op.create_index("ix_nuisance_appeals_decision_id", "nuisance_appeals", ["decision_id"])
    op.create_index("ix_nuisance_appeals_at", "nuisance_appeals", ["at"])
    where = sa.text("decided_at IS NULL")
    op.create_index(
        "ix_nuisance_appeals_open", "nuisance_appeals", ["due_at"], sqlite_where=where, postgresql_where=where
    )
    where = sa.text("NOT audited")
    op.create_index(
        "ix_nuisance_appeals_unaudited", "nuisance_appeals", ["at"], sqlite_where=where, postgresql_where=where
    )
    op.create_table(
        "graded_calls",
        sa.Column("call_id", sa.String(length=80), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        _text("line"),
        sa.Column("grade", sa.String(length=40), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        _text("decision_id", sa.String(length=26)),
        sa.PrimaryKeyConstraint("call_id", "seq", name="pk_graded_calls"),
    )
    op.create_index("ix_graded_calls_at", "graded_calls", ["at"])
    op.create_index("ix_graded_calls_decision_id", "graded_calls", ["decision_id"])


def downgrade() -> None:
    for table in ("graded_calls", "nuisance_appeals", "nuisance_decisions", "nuisance_tags"):
        op.drop_table(table)
