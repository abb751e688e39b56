"""Persons with several accounts, and the codes that join two.

Revision: 0013, after 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "person",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("joined_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
    )
    op.add_column("account", sa.Column("person_id", ROW_ID))
    op.add_column("account", sa.Column("preferred", sa.Boolean()))
    op.create_index("ix_account_person_id", "account", ["person_id"])
    op.create_table(
        "account_link",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("account_id", ROW_ID, nullable=False),
        sa.Column("second_id", ROW_ID),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_account_link_account_id_account", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["second_id"], ["account.id"], name="fk_account_link_second_id_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_account_link"),
        sa.UniqueConstraint("code_hash", name="uq_account_link_code_hash"),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("account_link")
    op.drop_index("ix_account_person_id", "account")
    op.drop_column("account", "preferred")
    op.drop_column("account", "person_id")
    op.drop_table("person")
