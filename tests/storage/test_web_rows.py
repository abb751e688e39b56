"""What is held back is not read by the page before its time, and nothing behind it is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from storage import accounts, web_rows
from storage.database import Database
from storage.delivery import outbox
from storage.delivery.outbox import NewRow

NOW = datetime.now(UTC)  # the rows are compared with the database's own clock
LONG = timedelta(days=1)


def test_a_row_that_is_held_back_holds_up_what_comes_behind_it_until_its_time(database: Database) -> None:
    with database.transaction() as tx:
        known = accounts.add(tx, channel="web", address="a", lane="la", now=NOW)
        other = accounts.add(tx, channel="web", address="b", lane="lb", now=NOW)
        ids = {}
        for name, account, not_before in (
            ("first", known, None),
            ("over", known, NOW - LONG),
            ("held", known, NOW + LONG),
            ("behind", known, None),
            ("other", other, None),
        ):
            row = NewRow(name, account, "web", outbox.REPLY, name, not_before=not_before)
            ids[name] = outbox.add(tx, row, NOW, owner=None, lease_seconds=0)
        assert [row.body for row in web_rows.after(tx, "la", 0, 10)] == ["first", "over"]
        assert [row.body for row in web_rows.after(tx, "la", ids["over"], 10)] == []
        assert [row.body for row in web_rows.after(tx, "lb", 0, 10)] == ["other"]
