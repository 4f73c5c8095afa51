"""Rows that are over are found by their age: an index for each table of which old rows are deleted.

Revision 0031, after 0030.
"""

from __future__ import annotations

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_line_checks_at", "line_checks", ["at"])
    op.create_index("ix_endpoint_reach_at", "endpoint_reach", ["at"])
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_index("ix_notifications_sent_at", "notifications", ["sent_at"])


def downgrade() -> None:
    op.drop_index("ix_notifications_sent_at", table_name="notifications")
    op.drop_index("ix_sessions_expires_at", table_name="sessions")
    op.drop_index("ix_endpoint_reach_at", table_name="endpoint_reach")
    op.drop_index("ix_line_checks_at", table_name="line_checks")
