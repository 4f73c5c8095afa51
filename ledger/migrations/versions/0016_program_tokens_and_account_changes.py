"""Programs with tokens of their own; changes of accounts that wait for a second person.

Revision 0016, after 0014.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.columns import Moment

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account_changes",
        sa.Column("change_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.String(length=40), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), server_default="", nullable=False),
        sa.Column("asked_by", sa.String(length=40), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("settled_at", Moment(), nullable=True),
        sa.Column("settled_by", sa.String(length=40), server_default="", nullable=False),
        sa.Column("settled_how", sa.String(length=40), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("change_id", name="pk_account_changes"),
    )
    op.create_index("ix_account_changes_settled_at_account_id", "account_changes", ["settled_at", "account_id"])
    op.create_table(
        "programs",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("scopes", sa.String(length=300), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("former_sha256", sa.String(length=64), server_default="", nullable=False),
        sa.Column("former_until", Moment(), nullable=True),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("made_by", sa.String(length=40), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("revoked_at", Moment(), nullable=True),
        sa.Column("revoked_by", sa.String(length=40), server_default="", nullable=False),
        sa.Column("used", sa.Integer(), server_default="0", nullable=False),
        sa.Column("used_at", Moment(), nullable=True),
        sa.Column("refused", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_programs"),
        sa.UniqueConstraint("token_sha256", name="uq_programs_token_sha256"),
    )


def downgrade() -> None:
    op.drop_table("programs")
    op.drop_index("ix_account_changes_settled_at_account_id", "account_changes")
    op.drop_table("account_changes")
