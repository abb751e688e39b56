"""The duty roster.

Revision: 0010, after 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "roster_turn",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("official_id", ROW_ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_roster_turn"),
        sa.ForeignKeyConstraint(
            ["official_id"], ["official.id"], name="fk_roster_turn_official_id_official", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "roster_change",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("official_id", ROW_ID, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_roster_change"),
        sa.ForeignKeyConstraint(
            ["official_id"], ["official.id"], name="fk_roster_change_official_id_official", ondelete="CASCADE"
        ),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("roster_change")
    op.drop_table("roster_turn")
