"""A dossier (hồ sơ) as a source tells of it: one record, whatever file or payload it came in."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import datetime
from enum import IntEnum
from typing import Any

from knowledge.status import Status


class FiledBy(IntEnum):
    """The channel of filing (KenhThucHien): at the counter, online, by public post."""

    COUNTER = 1
    ONLINE = 2
    POST = 3


@dataclass(frozen=True, slots=True)
class DossierRecord:
    """What a source says of one dossier. All times are aware; nothing in it names a person.

    `code` is a normalised receipt code; `filed_by` is None where the source does not say.
    """

    code: str
    status: Status
    received_at: datetime
    procedure_code: str | None = None
    procedure_title: str | None = None
    field_title: str | None = None
    filed_by: FiledBy | None = None
    due_at: datetime | None = None
    finished_at: datetime | None = None
    returned_at: datetime | None = None

    def status_since(self, known_at: datetime) -> datetime:
        """Tell since when the status holds, as far as the record says; else since it was known."""
        match self.status:
            case Status.SUBMITTED | Status.RECEIVED:
                return self.received_at
            case Status.RESULT_READY:
                return self.finished_at or known_at
            case Status.RETURNED:
                return self.returned_at or self.finished_at or known_at
            case _:
                return known_at

    def to_json(self) -> str:
        """Write the record into an event."""
        told = {field.name: getattr(self, field.name) for field in fields(self)}
        record = {key: value for key, value in told.items() if value is not None}
        return json.dumps(record, ensure_ascii=False, default=datetime.isoformat)

    @classmethod
    def from_json(cls, text: str) -> DossierRecord:
        """Read the record back."""
        record: dict[str, Any] = json.loads(text)
        for field in fields(cls):
            if field.name.endswith("_at") and field.name in record:
                record[field.name] = datetime.fromisoformat(record[field.name])
        record["status"] = Status(record["status"])
        if "filed_by" in record:
            record["filed_by"] = FiledBy(record["filed_by"])
        return cls(**record)
