"""Call-backs are found by the national form of their number; the index of the written form is read by nobody any more.

Revision 0015, after 0014.
"""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_callbacks_number_state", table_name="callbacks")


def downgrade() -> None:
    op.create_index("ix_callbacks_number_state", "callbacks", ["number", "state"])
