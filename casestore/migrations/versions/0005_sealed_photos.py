"""Photos are sealed; which are not yet.

Revision 0005, after 0004. The program seals what lies plain once it runs: a migration knows no key.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("case_photos", sa.Column("sealed", sa.Boolean(), server_default=sa.false(), nullable=False))
    plain = sa.text("NOT sealed")
    op.create_index("ix_case_photos_plain", "case_photos", ["number"], sqlite_where=plain, postgresql_where=plain)


def downgrade() -> None:
    """Photos could be read no more."""
    raise NotImplementedError
