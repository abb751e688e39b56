"""What taking records in would do, without doing it: for whoever has to say yes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from knowledge.dossier import DossierRecord
from storage.dossiers import codes as dossier_codes
from storage.dossiers.fields import Origin, merged, said

AT_ONCE = 250  # records in one query: with their second codes below the least that SQLite's builds allow (999)


@dataclass(frozen=True, slots=True)
class Preview:
    """How many records are new, change something, change nothing, or are older than what is known.

    `without_channel`: of how many no source tells how they were filed; they count as filed at the counter.
    """

    new: int = 0
    changed: int = 0
    same: int = 0
    older: int = 0
    without_channel: int = 0

    def __add__(self, other: Preview) -> Preview:
        return Preview(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))

    @property
    def total(self) -> int:
        """How many records were looked at."""
        return self.new + self.changed + self.same + self.older


def preview(tx: Connection, records: Sequence[DossierRecord], origin: Origin) -> Preview:
    """Tell what `intake.take_in_batch` would do with these records as things stand."""
    found = Preview()
    for start in range(0, len(records), AT_ONCE):
        part = records[start : start + AT_ONCE]
        rows = dossier_codes.rows_of(tx, {code for one in part for code in (one.code, one.other_code) if code})
        for one in part:
            found += _one(tx, one, rows.get(one.code) or rows.get(one.other_code or ""), origin)
    return found


def _one(tx: Connection, record: DossierRecord, row: dossier_codes.Row | None, origin: Origin) -> Preview:
    lacks = int(record.filed_by is None and (row is None or row["channel"] is None))
    if row is None:
        return Preview(new=1, without_channel=lacks)
    if origin.as_of < row["as_of"]:
        return Preview(older=1, without_channel=lacks)
    if merged(row, said(tx, record), origin).keys() - {"as_of", "source", "told_at"}:
        return Preview(changed=1, without_channel=lacks)
    return Preview(same=1, without_channel=lacks)
