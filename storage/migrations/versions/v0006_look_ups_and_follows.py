"""Guarded look-ups and followed dossiers.

Revision: 0006, after 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "follow",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("account_id", ROW_ID, nullable=False),
        sa.Column("dossier_id", ROW_ID, nullable=False),
        sa.Column("nickname", sa.LargeBinary(), nullable=True),
        sa.Column("detailed", sa.Boolean(), nullable=False),
        sa.Column("followed_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("expiry_told_at", MOMENT, nullable=True),
        sa.Column("overdue_told", MOMENT, nullable=True),
        sa.Column("end_told", MOMENT, nullable=True),
        sa.Column("archived_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_follow_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossier.id"], name=op.f("fk_follow_dossier_id_dossier"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow")),
        sa.UniqueConstraint("account_id", "dossier_id", name=op.f("uq_follow_account_id_dossier_id")),
    )
    op.create_index("ix_follow_dossier_id", "follow", ["dossier_id"])
    op.create_index("ix_follow_expires_at", "follow", ["expires_at"])
    op.create_table(
        "look_up_pace",
        sa.Column("asker", sa.String(length=64), nullable=False),
        sa.Column("missed_until", MOMENT, nullable=False),
        sa.Column("counted_until", MOMENT, nullable=False),
        sa.Column("free_at", MOMENT, nullable=False),
        sa.Column("series", sa.String(length=64), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("asker", name=op.f("pk_look_up_pace")),
    )
    op.create_index("ix_look_up_pace_free_at", "look_up_pace", ["free_at"])


def downgrade() -> None:
    """Go back."""
    op.drop_table("look_up_pace")
    op.drop_table("follow")
