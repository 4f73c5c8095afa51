"""A recording is known by its call and its part; how long it is kept, and what became of it; holds.

Revision 0010, after 0009. Every recording there is becomes part 1 of its call.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.columns import Moment

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def _text(name: str, kind: sa.types.TypeEngine[str]) -> sa.Column[str]:
    return sa.Column(name, kind, server_default="", nullable=False)


def upgrade() -> None:
    with op.batch_alter_table("recordings", schema=None) as recordings:
        recordings.add_column(sa.Column("part", sa.Integer(), server_default="1", nullable=False))
        recordings.add_column(sa.Column("kept_until", Moment(), nullable=True))
        recordings.add_column(sa.Column("dropped_at", Moment(), nullable=True))
        recordings.add_column(_text("dropped_why", sa.String(length=200)))
        recordings.add_column(_text("dropped_by", sa.String(length=40)))
        recordings.add_column(_text("certificate", sa.Text()))
        recordings.drop_constraint("pk_recordings", type_="primary")
        recordings.create_primary_key("pk_recordings", ["call_id", "part"])
        recordings.create_index(recordings.f("ix_recordings_kept_until"), ["kept_until"])
    op.create_table(
        "holds",
        sa.Column("hold_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("until", Moment(), nullable=True),
        _text("lifted_by", sa.String(length=40)),
        sa.PrimaryKeyConstraint("hold_id", name=op.f("pk_holds")),
    )
    with op.batch_alter_table("holds", schema=None) as holds:
        holds.create_index(holds.f("ix_holds_kind_subject"), ["kind", "subject"])
        holds.create_index(holds.f("ix_holds_until"), ["until"])


def downgrade() -> None:
    """Refused while a call has a second part: it would be lost."""
    later = op.get_bind().execute(sa.text("SELECT count(*) FROM recordings WHERE part > 1")).scalar_one()
    if later:
        raise RuntimeError(f"{later} recordings are later parts of their calls: they have no place before 0010")
    op.drop_table("holds")
    with op.batch_alter_table("recordings", schema=None) as recordings:
        recordings.drop_index(recordings.f("ix_recordings_kept_until"))
        recordings.drop_constraint("pk_recordings", type_="primary")
        recordings.create_primary_key("pk_recordings", ["call_id"])
        for name in ("part", "kept_until", "dropped_at", "dropped_why", "dropped_by", "certificate"):
            recordings.drop_column(name)
