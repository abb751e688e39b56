"""Questions without answer, checklists, announcements, and the trail of editions.

Revision: 0007, after 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("edition") as edition:
        edition.add_column(sa.Column("refused", sa.Integer(), nullable=False, server_default="0"))
        edition.add_column(sa.Column("published_at", MOMENT, nullable=True))
    op.execute("UPDATE edition SET published_at = created_at WHERE state = 'published'")
    with op.batch_alter_table("edition") as edition:
        edition.alter_column("refused", server_default=None)
    op.create_table(
        "announcement",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("edition_id", ROW_ID, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name=op.f("fk_announcement_edition_id_edition"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement")),
    )
    op.create_table(
        "unanswered",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("account_id", ROW_ID, nullable=True),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("entry_id", sa.String(length=40), nullable=True),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_unanswered_account_id_account"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unanswered")),
    )
    op.create_index("ix_unanswered_open", "unanswered", ["id"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_table(
        "checklist",
        sa.Column("account_id", ROW_ID, nullable=False),
        sa.Column("entry_id", sa.String(length=40), nullable=False),
        sa.Column("ticked", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_checklist_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "entry_id", name=op.f("pk_checklist")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("checklist")
    op.drop_index("ix_unanswered_open", "unanswered")
    op.drop_table("unanswered")
    op.drop_table("announcement")
    with op.batch_alter_table("edition") as edition:
        edition.drop_column("published_at")
        edition.drop_column("refused")
