"""What officials are told, claims, rules and wishes; what a notice is about.

Revision: 0014, after 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
ABOUT, WAITING = sa.text("about IS NOT NULL"), sa.text("told_at IS NULL")


def _to(table: str, name: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([name], [f"{other}.id"], name=f"fk_{table}_{name}_{other}", ondelete="CASCADE")


def upgrade() -> None:
    """Go forward."""
    op.add_column("outbox", sa.Column("about", sa.String(length=80)))
    op.create_index("ix_outbox_about", "outbox", ["about"], sqlite_where=ABOUT, postgresql_where=ABOUT)
    op.create_table(
        "notice_rule",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notice_rule"),
    )
    op.create_table(
        "duty_wish",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("official_id", ROW_ID, nullable=False),
        sa.Column("news", sa.String(length=20), nullable=False),
        sa.Column("how", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_duty_wish"),
        _to("duty_wish", "official_id", "official"),
    )
    op.create_index("ix_duty_wish_official_id", "duty_wish", ["official_id"])
    op.create_table(
        "duty_notice",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("news", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("mark", sa.String(length=80), nullable=False),
        sa.Column("official_id", ROW_ID, nullable=False),
        sa.Column("dossier_id", ROW_ID),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("digest_at", MOMENT),
        sa.Column("told_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_duty_notice"),
        sa.UniqueConstraint(
            "news", "subject", "mark", "official_id", name="uq_duty_notice_news_subject_mark_official_id"
        ),
        _to("duty_notice", "official_id", "official"),
        _to("duty_notice", "dossier_id", "dossier"),
    )
    op.create_index("ix_duty_notice_dossier_id", "duty_notice", ["dossier_id"])
    op.create_index("ix_duty_notice_created_at", "duty_notice", ["created_at"])
    op.create_index(
        "ix_duty_notice_waiting", "duty_notice", ["digest_at"], sqlite_where=WAITING, postgresql_where=WAITING
    )
    op.create_table(
        "claim",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("dossier_id", ROW_ID, nullable=False),
        sa.Column("official_id", ROW_ID, nullable=False),
        sa.Column("claimed_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_claim"),
        sa.UniqueConstraint("dossier_id", name="uq_claim_dossier_id"),
        _to("claim", "dossier_id", "dossier"),
        _to("claim", "official_id", "official"),
    )
    op.create_index("ix_claim_official_id", "claim", ["official_id"])


def downgrade() -> None:
    """Go back."""
    for table in ("claim", "duty_notice", "duty_wish", "notice_rule"):
        op.drop_table(table)
    op.drop_index("ix_outbox_about", "outbox")
    op.drop_column("outbox", "about")
