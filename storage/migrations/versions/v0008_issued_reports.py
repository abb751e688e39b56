"""Reports as issued.

Revision: 0008, after 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go forward."""
    op.create_index("ix_dossier_history_since", "dossier_history", ["since", "dossier_id"])
    op.create_table(
        "report",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("pending", sa.Text(), nullable=False),
        sa.Column("checksum", sa.String(length=64), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_report"),
        sa.UniqueConstraint("year", "number", "version", name="uq_report_year_number_version"),
    )
    op.create_table(
        "report_file",
        sa.Column("report_id", ROW_ID, nullable=False),
        sa.Column("format", sa.String(length=10), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("checksum", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_report_file_report_id_report"),
        sa.PrimaryKeyConstraint("report_id", "format", name="pk_report_file"),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("report_file")
    op.drop_table("report")
    op.drop_index("ix_dossier_history_since", "dossier_history")
