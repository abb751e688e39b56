"""The register of feedback in full, what people were content with, consents and requests about personal data.

Revision: 0019, after 0018
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
TEXTS = ("proposal", "document", "answer")
ADDED = (
    *("kind", "clause", "field", "procedure", "language", "sender_kind", *TEXTS, "due_at", "news_at", "reminded_at"),
    *("answered_at", "reopened_at", "forwarded_to", "letter", "published_at", "published_question", "published_answer"),
)


def _account(table: str, ondelete: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_account_id_account"
    return sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=name, ondelete=ondelete)


def _feedback_key(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_feedback_id_feedback"
    return sa.ForeignKeyConstraint(["feedback_id"], ["feedback.id"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    """Go forward; what was in the register is feedback about something else, by a person, due 20 days later."""
    with op.batch_alter_table("feedback", recreate="auto") as table:
        table.alter_column("state", existing_type=sa.String(length=10), type_=sa.String(length=20))
        table.add_column(sa.Column("kind", sa.String(length=12), nullable=False, server_default="other"))
        table.add_column(sa.Column("clause", sa.Integer()))
        table.add_column(sa.Column("field", sa.String(length=200)))
        table.add_column(sa.Column("procedure", sa.String(length=60)))
        table.add_column(sa.Column("language", sa.String(length=8), nullable=False, server_default="vi"))
        table.add_column(sa.Column("sender_kind", sa.String(length=12), nullable=False, server_default="person"))
        for name in TEXTS:
            table.add_column(sa.Column(name, sa.LargeBinary()))
        table.add_column(sa.Column("due_at", MOMENT))
        table.add_column(sa.Column("news_at", MOMENT))
        table.add_column(sa.Column("reminded_at", MOMENT))
        table.add_column(sa.Column("answered_at", MOMENT))
        table.add_column(sa.Column("reopened_at", MOMENT))
        table.add_column(sa.Column("forwarded_to", sa.String(length=200)))
        table.add_column(sa.Column("letter", sa.String(length=60)))
        table.add_column(sa.Column("published_at", MOMENT))
        table.add_column(sa.Column("published_question", sa.Text()))
        table.add_column(sa.Column("published_answer", sa.Text()))
    _set_due()
    with op.batch_alter_table("feedback") as table:
        for name in ("due_at", "news_at"):
            table.alter_column(name, existing_type=MOMENT, nullable=False)
        for name in ("kind", "language", "sender_kind"):
            table.alter_column(name, server_default=None)
    op.create_index("ix_feedback_account_id", "feedback", ["account_id"])
    _create_register()
    _create_persons()


def _set_due() -> None:
    if op.get_bind().dialect.name == "sqlite":
        later = sa.text("strftime('%Y-%m-%d %H:%M:%f000', received_at, '+20 days')")
    else:
        later = sa.text("received_at + interval '20 days'")
    register = sa.table("feedback", sa.column("due_at"), sa.column("news_at"))
    op.execute(sa.update(register).values(due_at=later, news_at=later))


def _create_register() -> None:
    op.create_table(
        "feedback_step",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("feedback_id", ROW_ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("official_id", ROW_ID),
        sa.Column("note", sa.LargeBinary()),
        _feedback_key("feedback_step"),
        sa.ForeignKeyConstraint(
            ["official_id"], ["official.id"], name="fk_feedback_step_official_id_official", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_feedback_step"),
    )
    op.create_index("ix_feedback_step_feedback_id", "feedback_step", ["feedback_id"])
    op.create_table(
        "feedback_file",
        sa.Column("feedback_id", ROW_ID, nullable=False),
        sa.Column("file_hash", sa.String(length=64), nullable=False),
        sa.Column("of_answer", sa.Boolean(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        _feedback_key("feedback_file"),
        sa.ForeignKeyConstraint(
            ["file_hash"], ["file.hash"], name="fk_feedback_file_file_hash_file", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("feedback_id", "file_hash", name="pk_feedback_file"),
    )


def _create_persons() -> None:
    op.create_table(
        "survey",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("account_id", ROW_ID),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("level", sa.Integer()),
        sa.Column("answered_at", MOMENT),
        sa.Column("reason", sa.LargeBinary()),
        _account("survey", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_survey"),
        sa.UniqueConstraint("account_id", "subject", "reference", name="uq_survey_account_id_subject_reference"),
    )
    op.create_table(
        "contact",
        sa.Column("account_id", ROW_ID, nullable=False),
        sa.Column("name", sa.LargeBinary()),
        sa.Column("address", sa.LargeBinary()),
        sa.Column("phone", sa.LargeBinary()),
        sa.Column("updated_at", MOMENT, nullable=False),
        _account("contact", "CASCADE"),
        sa.PrimaryKeyConstraint("account_id", name="pk_contact"),
    )
    op.create_table(
        "consent",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("account_id", ROW_ID, nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("text_version", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("event_id", ROW_ID),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT),
        _account("consent", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_consent"),
    )
    op.create_index("ix_consent_account_id", "consent", ["account_id"])
    op.create_table(
        "privacy_request",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("account_id", ROW_ID),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("acknowledge_by", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("acknowledged_at", MOMENT),
        sa.Column("done_at", MOMENT),
        sa.Column("reminded_at", MOMENT),
        sa.Column("outcome", sa.Text()),
        _account("privacy_request", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_privacy_request"),
    )


def downgrade() -> None:
    """Go back."""
    for name in ("privacy_request", "consent", "contact", "survey", "feedback_file", "feedback_step"):
        op.drop_table(name)
    op.drop_index("ix_feedback_account_id", "feedback")
    with op.batch_alter_table("feedback") as table:
        for name in ADDED:
            table.drop_column(name)
        table.alter_column("state", existing_type=sa.String(length=20), type_=sa.String(length=10))
