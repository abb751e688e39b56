"""Who is told announcements stands in the register of consents alone.

Revision: 0021, after 0020
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go forward: whoever asked for announcements agreed by a button; which text it was under is not known."""
    op.execute(
        sa.text(
            "INSERT INTO consent (account_id, purpose, text_version, language, method, given_at) "
            "SELECT n.account_id, 'announcements', '', COALESCE(a.language, 'vi'), 'button', n.since "
            "FROM news_subscriber n JOIN account a ON a.id = n.account_id WHERE NOT EXISTS (SELECT 1 FROM consent c "
            "WHERE c.account_id = n.account_id AND c.purpose = 'announcements' AND c.withdrawn_at IS NULL)"
        )
    )
    op.drop_table("news_subscriber")


def downgrade() -> None:
    """Go back: whoever agrees to announcements is told them."""
    op.create_table(
        "news_subscriber",
        sa.Column("account_id", ROW_ID, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_news_subscriber"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_news_subscriber_account_id_account", ondelete="CASCADE"
        ),
    )
    op.execute(
        sa.text(
            "INSERT INTO news_subscriber (account_id, since) SELECT account_id, MIN(given_at) FROM consent "
            "WHERE purpose = 'announcements' AND withdrawn_at IS NULL GROUP BY account_id"
        )
    )
