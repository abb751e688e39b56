"""Rows that their readers fetch.

Revision: 0003, after 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEPT = sa.text("state = 'kept'")


def upgrade() -> None:
    """Go forward."""
    op.create_index(
        "ix_outbox_kept", "outbox", ["account_id", "id"], unique=False, sqlite_where=KEPT, postgresql_where=KEPT
    )


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_outbox_kept", "outbox")
