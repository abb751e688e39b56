"""Dossiers for the tests of reports: put into the tables as they would be after intake."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert

from knowledge.report_judging import Filed
from knowledge.report_period import Period
from storage.schema import dossier, dossier_history

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
QUARTER = Period(date(2020, 6, 15), date(2020, 9, 14), HERE, "2020-Q3")
TOLD = datetime(2020, 12, 1, tzinfo=UTC)


def at(month: int, day: int, hour: int = 9) -> datetime:
    return datetime(2020, month, day, hour, tzinfo=HERE)


def put(tx: Connection, dossiers: Iterable[Filed], *, illustrative: bool = False) -> None:
    """Put dossiers in; their histories were told in the order given."""
    for one in dossiers:
        row = {
            "code": one.code,
            "status": one.status,
            "received_at": one.received_at,
            "due_at": one.due_at,
            "finished_at": one.finished_at,
            "channel": one.channel,
            "field_title": one.field_title,
            "procedure_code": one.procedure_code,
            "procedure_title": one.procedure_title,
            "return_way": one.return_way,
            "as_of": TOLD,
            "source": "test",
            "illustrative": illustrative,
        }
        key = tx.execute(insert(dossier), row).inserted_primary_key
        assert key is not None
        held = [
            {
                "dossier_id": key[0],
                "status": entry.status,
                "since": entry.since,
                "as_of": TOLD.replace(hour=number),
                "learnt_at": TOLD,
                "announced": True,
            }
            for number, entry in enumerate(one.history)
        ]
        if held:
            tx.execute(insert(dossier_history), held)
