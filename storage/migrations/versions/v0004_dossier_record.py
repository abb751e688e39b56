"""Dossiers with both codes, owners and supplements, and where they come from.

Revision: 0004, after 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
RUNNING = sa.text("finished_at IS NULL")
OLD_COLUMNS = (
    "id, code, procedure_code, procedure_title, field_title, channel, received_at, due_at, finished_at, returned_at,"
    " status, as_of, source, illustrative"
)


def _old_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("procedure_code", sa.String(length=40), nullable=True),
        sa.Column("procedure_title", sa.Text(), nullable=True),
        sa.Column("field_title", sa.Text(), nullable=True),
        sa.Column("channel", sa.Integer(), nullable=True),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("returned_at", MOMENT, nullable=True),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("as_of", MOMENT, nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("illustrative", sa.Boolean(), nullable=False),
    ]


def _new_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("account_id", ROW_ID, nullable=True),
        sa.Column("submitted_at", MOMENT, nullable=True),
        sa.Column("refused_at", MOMENT, nullable=True),
        sa.Column("apologised_at", MOMENT, nullable=True),
        sa.Column("fee_due", sa.BigInteger(), nullable=True),
        sa.Column("return_way", sa.Integer(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("owner_kind", sa.Integer(), nullable=True),
        sa.Column("owner_name", sa.LargeBinary(), nullable=True),
        sa.Column("owner_identity", sa.LargeBinary(), nullable=True),
        sa.Column("owner_identity_hash", sa.String(length=64), nullable=True),
        sa.Column("owner_phone", sa.LargeBinary(), nullable=True),
        sa.Column("owner_phone_hash", sa.String(length=64), nullable=True),
        sa.Column("secret_hash", sa.String(length=64), nullable=True),
        sa.Column("told_at", sa.Text(), nullable=True),
    ]


def _keep() -> None:
    """Put both tables aside: SQLite cannot add a key to a table, and one that is dropped takes its history along."""
    op.execute("CREATE TEMPORARY TABLE old_history AS SELECT dossier_id, status, since, learnt_at FROM dossier_history")
    op.execute(f"CREATE TEMPORARY TABLE old_dossier AS SELECT {OLD_COLUMNS} FROM dossier")  # noqa: S608 - our own names
    op.drop_table("dossier_history")
    op.drop_table("dossier")


def _bring_back(history: str, told: str) -> None:
    op.execute(f"INSERT INTO dossier ({OLD_COLUMNS}) SELECT {OLD_COLUMNS} FROM old_dossier")  # noqa: S608
    op.execute(f"INSERT INTO dossier_history ({history}) SELECT {told} FROM old_history ORDER BY since, status")  # noqa: S608
    op.execute("DROP TABLE old_history")
    op.execute("DROP TABLE old_dossier")
    if op.get_bind().dialect.name == "postgresql":
        numbers = "pg_get_serial_sequence('dossier', 'id')"
        op.execute(f"SELECT setval({numbers}, max(id)) FROM dossier HAVING max(id) IS NOT NULL")  # noqa: S608


def upgrade() -> None:
    """Go forward."""
    _keep()
    op.create_table(
        "dossier",
        *_old_columns(),
        *_new_columns(),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_dossier_account_id_account"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier")),
        sa.UniqueConstraint("code", name=op.f("uq_dossier_code")),
    )
    op.create_index("ix_dossier_received_at", "dossier", ["received_at"])
    op.create_index("ix_dossier_running", "dossier", ["due_at"], sqlite_where=RUNNING, postgresql_where=RUNNING)
    op.create_table(
        "dossier_history",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("dossier_id", ROW_ID, nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("as_of", MOMENT, nullable=False),
        sa.Column("learnt_at", MOMENT, nullable=False),
        sa.Column("announced", sa.Boolean(), nullable=False),
        _of_dossier("dossier_history"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier_history")),
        sa.UniqueConstraint("dossier_id", "status", "since", name=op.f("uq_dossier_history_dossier_id_status_since")),
    )
    _bring_back(
        "dossier_id, status, since, as_of, learnt_at, announced", "dossier_id, status, since, since, learnt_at, TRUE"
    )
    _add_tables()


def _add_tables() -> None:
    op.create_table(
        "dossier_alias",
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("dossier_id", ROW_ID, nullable=False),
        _of_dossier("dossier_alias"),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_dossier_alias")),
    )
    op.create_index("ix_dossier_alias_dossier_id", "dossier_alias", ["dossier_id"])
    op.create_table(
        "dossier_supplement",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("dossier_id", ROW_ID, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=True),
        sa.Column("received_at", MOMENT, nullable=True),
        sa.Column("old_due_at", MOMENT, nullable=True),
        sa.Column("new_due_at", MOMENT, nullable=True),
        sa.Column("what", sa.LargeBinary(), nullable=True),
        sa.Column("as_of", MOMENT, nullable=False),
        _of_dossier("dossier_supplement"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier_supplement")),
        sa.UniqueConstraint("dossier_id", "asked_at", name=op.f("uq_dossier_supplement_dossier_id_asked_at")),
    )
    op.create_table(
        "dossier_progress",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("dossier_id", ROW_ID, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("step", sa.LargeBinary(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("learnt_at", MOMENT, nullable=False),
        _of_dossier("dossier_progress"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier_progress")),
        sa.UniqueConstraint("code", "at", "digest", name=op.f("uq_dossier_progress_code_at_digest")),
    )
    op.create_index("ix_dossier_progress_dossier_id", "dossier_progress", ["dossier_id"])
    op.create_table(
        "source",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("tried_at", MOMENT, nullable=False),
        sa.Column("good_at", MOMENT, nullable=True),
        sa.Column("cursor", MOMENT, nullable=True),
        sa.Column("failed_at", MOMENT, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_source")),
    )


def _of_dossier(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_dossier_id_dossier")
    return sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=name, ondelete="CASCADE")


def downgrade() -> None:
    """Go back."""
    for table in ("source", "dossier_progress", "dossier_supplement", "dossier_alias"):
        op.drop_table(table)
    _keep()
    op.create_table(
        "dossier",
        *_old_columns(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier")),
        sa.UniqueConstraint("code", name=op.f("uq_dossier_code")),
    )
    op.create_table(
        "dossier_history",
        sa.Column("dossier_id", ROW_ID, nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("learnt_at", MOMENT, nullable=False),
        _of_dossier("dossier_history"),
        sa.PrimaryKeyConstraint("dossier_id", "status", "since", name=op.f("pk_dossier_history")),
    )
    _bring_back("dossier_id, status, since, learnt_at", "dossier_id, status, since, learnt_at")
