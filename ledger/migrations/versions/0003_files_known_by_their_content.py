"""Marks in Asterisk's files know their file by its content; a calling number that is more than a number is kept.

Revision 0003, after 0002. Old marks stay: their file is known by its inode once more, then by its content.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

WORDS = ("head", "before", "resume_head", "resume_before")
MOMENTS = ("row_at", "life_at")


def upgrade() -> None:
    with op.batch_alter_table("tail_marks", schema=None) as marks:
        for name in WORDS:
            marks.add_column(sa.Column(name, sa.String(length=40), server_default="", nullable=False))
        for name in MOMENTS:
            marks.add_column(sa.Column(name, sa.Float(), nullable=True))
        marks.add_column(sa.Column("past", sa.Text(), server_default="", nullable=False))
    with op.batch_alter_table("calls", schema=None) as calls:
        calls.add_column(sa.Column("caller_odd", sa.String(length=200), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("calls", schema=None) as calls:
        calls.drop_column("caller_odd")
    with op.batch_alter_table("tail_marks", schema=None) as marks:
        for name in (*WORDS, *MOMENTS, "past"):
            marks.drop_column(name)
