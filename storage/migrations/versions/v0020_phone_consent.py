"""Consent to notices by phone stands in the register of consents, beside the others.

Revision: 0020, after 0019
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go forward; who had agreed has agreed, to a text that was not noted then."""
    op.execute(
        "INSERT INTO consent (account_id, purpose, text_version, language, method, given_at)"
        " SELECT account_id, 'phone', 'not noted', 'vi', 'button', agreed_at FROM notice_phone"
        " WHERE agreed_at IS NOT NULL"
    )
    with op.batch_alter_table("notice_phone") as table:
        table.drop_column("agreed_at")


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("notice_phone") as table:
        table.add_column(sa.Column("agreed_at", MOMENT))
    op.execute(
        "UPDATE notice_phone SET agreed_at = (SELECT max(given_at) FROM consent WHERE purpose = 'phone'"
        " AND withdrawn_at IS NULL AND consent.account_id = notice_phone.account_id)"
    )
    op.execute("DELETE FROM consent WHERE purpose = 'phone'")
