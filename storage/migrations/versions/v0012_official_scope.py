"""Fields and procedures of officials.

Revision: 0012, after 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "official_scope",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("official_id", ROW_ID, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_official_scope"),
        sa.ForeignKeyConstraint(
            ["official_id"], ["official.id"], name="fk_official_scope_official_id_official", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_official_scope_official_id", "official_scope", ["official_id"])


def downgrade() -> None:
    """Go back."""
    op.drop_table("official_scope")
