"""Conversations that are handed over to a person.

Revision: 0018, after 0017
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "handover",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("account_id", ROW_ID, nullable=False),
        sa.Column("topic_id", ROW_ID),
        sa.Column("taken_by", ROW_ID),
        sa.Column("console", sa.Boolean(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("said_at", MOMENT),
        sa.Column("answered_at", MOMENT),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_handover_account_id_account", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["topic_id"], ["account.id"], name="fk_handover_topic_id_account", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["taken_by"], ["account.id"], name="fk_handover_taken_by_account", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_handover"),
    )
    for column in ("account_id", "topic_id", "taken_by"):
        op.create_index(f"ix_handover_{column}", "handover", [column])
    op.create_table(
        "handover_line",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("handover_id", ROW_ID, nullable=False),
        sa.Column("sender_id", ROW_ID, nullable=False),
        sa.Column("inward", sa.Boolean(), nullable=False),
        sa.Column("ready", sa.Boolean(), nullable=False),
        sa.Column("text", sa.LargeBinary()),
        sa.Column("name", sa.LargeBinary()),
        sa.Column("file_hash", sa.String(length=64)),
        sa.ForeignKeyConstraint(
            ["handover_id"], ["handover.id"], name="fk_handover_line_handover_id_handover", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["sender_id"], ["account.id"], name="fk_handover_line_sender_id_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_handover_line"),
    )
    op.create_index("ix_handover_line_handover_id", "handover_line", ["handover_id"])


def downgrade() -> None:
    """Go back."""
    op.drop_table("handover_line")
    op.drop_table("handover")
