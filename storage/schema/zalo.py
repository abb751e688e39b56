"""The tables of Zalo: the pair of tokens that only one process may renew, and when each person last made contact.

Beside them the telephone numbers to which people let notices go when they were silent for too long.
"""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary, String, Table, Text

from storage.columns import SUBJECT, Erasure, Moment, Sealed, personal, plain
from storage.schema.base import HASH, ROW_ID, metadata

zalo_token = Table(
    "zalo_token",
    metadata,
    plain("app_id", String(40), primary_key=True),
    plain("pair", LargeBinary),
    plain("seed", HASH),
    plain("expires_at", Moment()),
    plain("renew_at", Moment()),
    plain("renewed_at", Moment()),
    plain("fault", Text),
    plain("lease_owner", String(60)),
    plain("lease_until", Moment()),
)
"""The tokens of an application on Zalo, encrypted (about nobody, so no personal column): see `zalo_tokens.py`."""

zalo_contact = Table(
    "zalo_contact",
    metadata,
    plain("account_id", ROW_ID, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    plain("at", Moment(), nullable=False),
)
"""When each person last made contact on Zalo, which decides what may be sent to them; it goes with the account."""

notice_phone = Table(
    "notice_phone",
    metadata,
    plain("account_id", ROW_ID, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    personal("phone", Sealed("notice_phone.phone"), erasure=Erasure.ROW, nullable=False),
    plain("shared_at", Moment(), nullable=False),
    info={SUBJECT: "account_id"},
)
"""The number that somebody shared for notices; nothing is sent there unless a consent stands (`people/consents.py`)."""
