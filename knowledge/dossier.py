"""A dossier (hồ sơ) as a source tells of it: one record, whatever file or payload it came in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any

from knowledge.status import Status


class FiledBy(IntEnum):
    """The channel of filing (KenhThucHien): at the counter, online, by public post."""

    COUNTER = 1
    ONLINE = 2
    POST = 3


class OwnerKind(IntEnum):
    """Who the owner is (LoaiDoiTuong): a citizen, a business, a state body, another organisation."""

    CITIZEN = 1
    BUSINESS = 2
    STATE = 3
    OTHER = 4


class ReturnWay(IntEnum):
    """How the result is handed over (HinhThuc): at the counter, by post."""

    COUNTER = 0
    POST = 1


@dataclass(frozen=True, slots=True)
class Supplement:
    """A request for more papers (yêu cầu bổ sung): the clock stands from `asked_at` until `received_at`.

    `what` is missing; `ends_at`: the papers are to be in by then; the due date before and after. All times are aware.
    """

    asked_at: datetime
    what: str | None = None
    ends_at: datetime | None = None
    received_at: datetime | None = None
    old_due_at: datetime | None = None
    new_due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A step of handling (a row of CapNhatTienDoHoSoMC): since when, what is done, in which unit, to be done by when.

    `status` is None where the source names none. Who does it is not taken in.
    """

    code: str
    at: datetime
    status: Status | None = None
    step: str | None = None
    unit: str | None = None
    due_at: datetime | None = None

    def to_record(self) -> dict[str, Any]:
        """Give what JSON can hold of it, times in ISO 8601."""
        return _plain(self)

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Step:
        """Read it back."""
        values = _moments(record)
        if "status" in values:
            values["status"] = Status(values["status"])
        return cls(**values)


CLEARED = ("due_at", "finished_at", "returned_at", "refused_at")
"""What a source may take back by leaving it empty: dates. An empty name or number only means that it tells none."""


@dataclass(frozen=True, slots=True)
class DossierRecord:
    """What a source says of one dossier. All times are aware.

    `code` is a normalised receipt code, `other_code` a second one of the same dossier. What is None is not said, except
    that a date of `CLEARED` is thereby taken back, unless it is named in `silent` (the carrier has no place for it).
    `filed_by` is None where the source does not say. `status_at`: when the source says that the status took effect.
    `fee_due`: what is still to be paid, in đồng. `identity` is the tax code or identity number, `secret` what is
    printed on the receipt; both, the owner's name and phone are personal and never shown without proof.
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
    other_code: str | None = None
    submitted_at: datetime | None = None
    refused_at: datetime | None = None
    apologised_at: datetime | None = None
    status_at: datetime | None = None
    fee_due: int | None = None
    return_way: ReturnWay | None = None
    unit: str | None = None
    owner_kind: OwnerKind | None = None
    owner_name: str | None = None
    identity: str | None = None
    phone: str | None = None
    secret: str | None = None
    supplements: tuple[Supplement, ...] = ()
    silent: frozenset[str] = frozenset()

    def status_since(self, as_of: datetime) -> datetime:
        """Tell since when the status holds: the best date that the record gives, else the time that it speaks of.

        Never later than that time. Where a later status of the same dossier turns out to be dated earlier, the
        timeline (`knowledge/timeline.py`) draws this one back to it.
        """
        asked = max((one.asked_at for one in self.supplements), default=None)
        received = max((one.received_at for one in self.supplements if one.received_at), default=None)
        best: datetime | None
        match self.status:
            case Status.SUBMITTED:
                best = self.submitted_at or self.received_at
            case Status.RECEIVED:
                best = self.received_at
            case Status.REJECTED:
                best = self.refused_at
            case Status.NEED_SUPPLEMENT:
                best = asked
            case Status.PROCESSING:
                best = received
            case Status.RESULT_READY:
                best = self.finished_at
            case Status.RETURNED:
                best = self.returned_at or self.finished_at
            case _:
                best = None
        return min(best or self.status_at or as_of, as_of)

    def to_record(self) -> dict[str, Any]:
        """Give what JSON can hold of it, times in ISO 8601."""
        record = _plain(self)
        if self.silent:
            record["silent"] = sorted(self.silent)
        if self.supplements:
            record["supplements"] = [_plain(one) for one in self.supplements]
        return record

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> DossierRecord:
        """Read it back from what JSON held. Raises ValueError, KeyError or TypeError for anything else."""
        values = _moments(record)
        for name, kind in _KINDS.items():
            if name in values:
                values[name] = kind(values[name])
        if "supplements" in values:
            values["supplements"] = tuple(Supplement(**_moments(one)) for one in values["supplements"])
        if "silent" in values:
            values["silent"] = frozenset(values["silent"])
        return cls(**values)


_KINDS = {"status": Status, "filed_by": FiledBy, "owner_kind": OwnerKind, "return_way": ReturnWay}


def _plain(record: Any) -> dict[str, Any]:
    """Give the fields that say something, times as ISO 8601 text."""
    told = ((name, getattr(record, name)) for name in record.__dataclass_fields__)
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in told
        if value is not None and value != () and value != frozenset()
    }


def _moments(record: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(record, dict):
        raise TypeError("not a record")
    return {
        name: datetime.fromisoformat(value) if name == "at" or name.endswith("_at") else value
        for name, value in record.items()
    }
