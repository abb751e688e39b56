"""Until when the bot is silent at an account, because a person of the agency speaks there.

Revision: 0011, after 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("account", sa.Column("paused_until", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Go back."""
    op.drop_column("account", "paused_until")
