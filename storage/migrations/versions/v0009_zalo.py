"""Zalo: tokens and last contacts.

Revision: 0009, after 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "zalo_token",
        sa.Column("app_id", sa.String(length=40), nullable=False),
        sa.Column("pair", sa.LargeBinary()),
        sa.Column("seed", sa.String(length=64)),
        sa.Column("expires_at", MOMENT),
        sa.Column("renew_at", MOMENT),
        sa.Column("renewed_at", MOMENT),
        sa.Column("fault", sa.Text()),
        sa.Column("lease_owner", sa.String(length=60)),
        sa.Column("lease_until", MOMENT),
        sa.PrimaryKeyConstraint("app_id", name="pk_zalo_token"),
    )
    op.create_table(
        "zalo_contact",
        sa.Column("account_id", ROW_ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_zalo_contact_account_id_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name="pk_zalo_contact"),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("zalo_contact")
    op.drop_table("zalo_token")
