"""When messages arrived and were seen, and the numbers to which notices may go by phone.

Revision: 0015, after 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
OF_ZALO = sa.text("channel = 'zalo_oa'")


def upgrade() -> None:
    """Go forward."""
    op.add_column("outbox", sa.Column("received_at", MOMENT))
    op.add_column("outbox", sa.Column("seen_at", MOMENT))
    op.create_index("ix_outbox_receipt", "outbox", ["external_id"], sqlite_where=OF_ZALO, postgresql_where=OF_ZALO)
    op.create_table(
        "notice_phone",
        sa.Column("account_id", ROW_ID, nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=False),
        sa.Column("shared_at", MOMENT, nullable=False),
        sa.Column("agreed_at", MOMENT),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_notice_phone_account_id_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name="pk_notice_phone"),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("notice_phone")
    op.drop_index("ix_outbox_receipt", "outbox")
    op.drop_column("outbox", "seen_at")
    op.drop_column("outbox", "received_at")
