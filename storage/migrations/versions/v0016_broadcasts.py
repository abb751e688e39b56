"""Announcements, who wants them, and questions for a dialogue.

Revision: 0016, after 0015
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "news_subscriber",
        sa.Column("account_id", ROW_ID, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_news_subscriber"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_news_subscriber_account_id_account", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "broadcast",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("official_id", ROW_ID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("audience", sa.String(length=40), nullable=False),
        sa.Column("asks", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("send_at", MOMENT),
        sa.Column("reached", sa.BigInteger(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_broadcast"),
        sa.ForeignKeyConstraint(
            ["official_id"], ["official.id"], name="fk_broadcast_official_id_official", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "dialogue_question",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("broadcast_id", ROW_ID, nullable=False),
        sa.Column("account_id", ROW_ID),
        sa.Column("text", sa.LargeBinary()),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dialogue_question"),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["broadcast.id"], name="fk_dialogue_question_broadcast_id_broadcast", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_dialogue_question_account_id_account", ondelete="SET NULL"
        ),
    )
    op.create_index("ix_dialogue_question_broadcast_id", "dialogue_question", ["broadcast_id"])


def downgrade() -> None:
    """Go back."""
    for table in ("dialogue_question", "broadcast", "news_subscriber"):
        op.drop_table(table)
