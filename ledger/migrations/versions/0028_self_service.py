"""What callers asked and were told by keys, who joined a mass event, and the tries that are counted.

Revision 0028, after 0027.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.columns import Moment

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "self_services",
        sa.Column("call_id", sa.String(length=80), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("line", sa.String(length=40), server_default="", nullable=False),
        sa.Column("service", sa.String(length=40), nullable=False),
        sa.Column("result", sa.String(length=40), nullable=False),
        sa.Column("about", sa.String(length=40), server_default="", nullable=False),
        sa.Column("said", sa.String(length=40), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("call_id", "seq", name="pk_self_services"),
    )
    op.create_index("ix_self_services_at", "self_services", ["at"])
    op.create_table(
        "mass_event_joins",
        sa.Column("event_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("call_id", sa.String(length=80), server_default="", nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("said", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["mass_events.event_id"], name="fk_mass_event_joins_event_id_mass_events"
        ),
        sa.PrimaryKeyConstraint("event_id", "number", name="pk_mass_event_joins"),
    )
    op.create_table(
        "progress_tries",
        sa.Column("try_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("caller", sa.String(length=80), nullable=False),
        sa.Column("wrong", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("try_id", name="pk_progress_tries"),
    )
    op.create_index("ix_progress_tries_at", "progress_tries", ["at"])
    op.create_index("ix_progress_tries_number_at", "progress_tries", ["number", "at"])
    op.create_index("ix_progress_tries_caller_at", "progress_tries", ["caller", "at"])


def downgrade() -> None:
    op.drop_table("progress_tries")
    op.drop_table("mass_event_joins")
    op.drop_table("self_services")
