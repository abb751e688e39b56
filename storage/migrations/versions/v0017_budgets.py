"""Budgets: what a channel may still send, when a chat may be written to again, and the line in which rows wait.

Revision: 0017, after 0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

OPEN = sa.text("state IN ('queued', 'sending')")


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "budget",
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("free_at", sa.Double(), nullable=False),
        sa.Column("notices_from", sa.Double(), nullable=False),
        sa.Column("replies_from", sa.Double(), nullable=False),
        sa.Column("stopped_by", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date()),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("channel", name="pk_budget"),
    )
    op.add_column("account", sa.Column("notices_from", sa.Double()))
    op.add_column("account", sa.Column("replies_from", sa.Double()))
    op.create_index(
        "ix_outbox_line",
        "outbox",
        ["channel", "kind", "created_at", "id"],
        unique=False,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_outbox_line", "outbox")
    op.drop_column("account", "replies_from")
    op.drop_column("account", "notices_from")
    op.drop_table("budget")
