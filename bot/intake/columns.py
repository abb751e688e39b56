"""The columns of the national contract (`DongBoHoSoMC`) as texts → a dossier's record.

One row of a file and one dossier of a message are the same thing here: texts by the national names. Dates are
yyyyMMddHHmmss or ISO, local to the agency. Compulsory: MaHoSo, MaTTHC or TenTTHC, NgayTiepNhan, TrangThaiHoSo. A name
that is not there at all is one for which the carrier has no place.

Beyond the contract, of our own: MaHoSoKhac (a second code of the same dossier), MaTraCuu (the secret on the receipt),
NgayXinLoi (the letter of apology), PhiConPhaiNop (fee still due, đồng), and one supplement flat: NgayBoSung,
NoiDungBoSung, HanBoSung, NgayTiepNhanBoSung, NgayHenTraTruoc, NgayHenTraMoi.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import IntEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from handlers.intake.words import RowProblem
from knowledge.catalogue import national_part
from knowledge.dossier import DossierRecord, FiledBy, OwnerKind, ReturnWay, Supplement
from knowledge.receipt_code import read_or_format
from knowledge.status import Status, parse_status
from knowledge.vietnamese import nfc
from storage.dossiers.records import Dossier

Kind = TypeVar("Kind", bound=IntEnum)
Cells = Mapping[str, str]

NATIONAL_DIGITS = 14  # of yyyyMMddHHmmss
YEARS = range(1990, 2101)  # outside them a date is a slip or a program's "no date", such as 0001-01-01
PROCEDURE_CODE_MOST, TEXT_MOST, NUMBER_MOST = 40, 2_000, 60  # characters that are kept of a dossier's texts
MONEY_MOST = 10**15  # đồng; no fee comes near
SHOWN_MOST = 60  # characters of a wrong value that are shown
OF_DATES = {
    "due_at": "NgayHenTra",
    "finished_at": "NgayKetThucXuLy",
    "returned_at": "NgayTra",
    "refused_at": "NgayTuChoi",
}
COLUMNS = frozenset(
    {
        "MaHoSo",
        "MaHoSoKhac",
        "MaTTHC",
        "TenTTHC",
        "MaLinhVuc",
        "TenLinhVuc",
        "KenhThucHien",
        "ChuHoSo",
        "LoaiDoiTuong",
        "SoGiayToChuHoSo",
        "SoDienThoai",
        "Email",
        "NgayNopHoSo",
        "NgayTiepNhan",
        "NgayHenTra",
        "NgayKetThucXuLy",
        "NgayTra",
        "NgayTuChoi",
        "TrangThaiHoSo",
        "HinhThuc",
        "DonViXuLy",
        "MaTraCuu",
        "NgayXinLoi",
        "PhiConPhaiNop",
        "NgayBoSung",
        "NoiDungBoSung",
        "HanBoSung",
        "NgayTiepNhanBoSung",
        "NgayHenTraTruoc",
        "NgayHenTraMoi",
    }
)
"""Every name that is known; those of them that no record needs are passed over, as unknown ones are."""

_CONTROLS = dict.fromkeys([*range(32), *range(127, 160)], " ")


class ColumnFaultError(Exception):
    """A value that cannot be taken: its column, the key of what is wrong with it and the values of those words."""

    def __init__(self, column: str, problem: RowProblem, **values: object) -> None:
        super().__init__(problem)
        self.column = column
        self.problem: RowProblem = problem
        self.values = values


def clean(text: str) -> str:
    """Bring a text to NFC, control characters and runs of blanks to one blank, none at its ends."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join(nfc(text).translate(_CONTROLS).split())


def record(cells: Cells, zone: ZoneInfo) -> DossierRecord:
    """Read the record of one dossier from clean texts. Raises `ColumnFaultError`."""
    received = moment(cells, "NgayTiepNhan", zone)
    if received is None:
        raise ColumnFaultError("NgayTiepNhan", "empty")
    if not cells.get("MaTTHC") and not cells.get("TenTTHC"):
        raise ColumnFaultError("MaTTHC", "no_procedure")
    dates = {name: moment(cells, column, zone) for name, column in OF_DATES.items()}
    for name, at in dates.items():
        if at is not None and at.date() < received.date():
            raise ColumnFaultError(OF_DATES[name], "before", than="NgayTiepNhan")
    return DossierRecord(
        code=code(cells, "MaHoSo"),
        status=status(cells, "TrangThaiHoSo"),
        received_at=received,
        procedure_code=_procedure(cells),
        procedure_title=words(cells, "TenTTHC"),
        field_title=words(cells, "TenLinhVuc"),
        filed_by=_one_of(cells, "KenhThucHien", FiledBy, "1, 2, 3"),
        other_code=code(cells, "MaHoSoKhac") if cells.get("MaHoSoKhac") else None,
        submitted_at=moment(cells, "NgayNopHoSo", zone),
        apologised_at=moment(cells, "NgayXinLoi", zone),
        fee_due=money(cells, "PhiConPhaiNop"),
        return_way=_one_of(cells, "HinhThuc", ReturnWay, "0, 1"),
        unit=words(cells, "DonViXuLy"),
        owner_kind=_one_of(cells, "LoaiDoiTuong", OwnerKind, "1, 2, 3, 4"),
        owner_name=words(cells, "ChuHoSo"),
        identity=words(cells, "SoGiayToChuHoSo", NUMBER_MOST),
        phone=words(cells, "SoDienThoai", NUMBER_MOST),
        secret=words(cells, "MaTraCuu", NUMBER_MOST),
        supplements=_supplements(cells, zone),
        silent=frozenset(name for name, column in OF_DATES.items() if column not in cells),
        **dates,
    )


def _procedure(cells: Cells) -> str | None:
    """Give the procedure's code by its national part: what an agency hangs on behind it differs."""
    given = words(cells, "MaTTHC", PROCEDURE_CODE_MOST)
    return given and (national_part(given) or given)


def _supplements(cells: Cells, zone: ZoneInfo) -> tuple[Supplement, ...]:
    asked = moment(cells, "NgayBoSung", zone)
    if asked is None:
        return ()
    return (
        Supplement(
            asked,
            words(cells, "NoiDungBoSung"),
            moment(cells, "HanBoSung", zone),
            moment(cells, "NgayTiepNhanBoSung", zone),
            moment(cells, "NgayHenTraTruoc", zone),
            moment(cells, "NgayHenTraMoi", zone),
        ),
    )


def words(cells: Cells, column: str, most: int = TEXT_MOST) -> str | None:
    """Read a text; None for an empty one. Raises `ColumnFaultError` for one that is too long."""
    text = cells.get(column, "")
    if len(text) > most:
        raise ColumnFaultError(column, "too_long", most=most)
    return text or None


def code(cells: Cells, column: str) -> str:
    """Read a receipt code. Raises `ColumnFaultError` for what is not exactly one."""
    text = cells.get(column, "")
    if not text:
        raise ColumnFaultError(column, "empty")
    readings = read_or_format(text, today=date.max)
    found = readings[0].code
    if len(readings) != 1 or found is None or readings[0].problem is not None:
        raise ColumnFaultError(column, "not_code", value=text[:SHOWN_MOST])
    return found.text


def status(cells: Cells, column: str) -> Status:
    """Read one of the ten statuses, by number or name. Raises `ColumnFaultError`."""
    text = cells.get(column, "")
    try:
        return parse_status(text)
    except ValueError:
        raise ColumnFaultError(column, "not_status", value=text[:SHOWN_MOST] or "(empty)") from None


def _one_of(cells: Cells, column: str, kind: type[Kind], allowed: str) -> Kind | None:
    text = cells.get(column, "")
    if not text:
        return None
    try:
        return kind(int(text))
    except ValueError:
        raise ColumnFaultError(column, "not_one_of", allowed=allowed, value=text[:SHOWN_MOST]) from None


def money(cells: Cells, column: str) -> int | None:
    """Read an amount in đồng, with or without points between its thousands. Raises `ColumnFaultError`."""
    text = cells.get(column, "")
    if not text:
        return None
    digits = text.replace(".", "").replace(",", "").replace(" ", "")
    if not (digits.isascii() and digits.isdecimal() and int(digits[:SHOWN_MOST]) < MONEY_MOST):
        raise ColumnFaultError(column, "not_money", value=text[:SHOWN_MOST])
    return int(digits)


def moment(cells: Cells, column: str, zone: ZoneInfo) -> datetime | None:
    """Read a time in the agency's zone; None for an empty one. Raises `ColumnFaultError`."""
    text = cells.get(column, "")
    if not text:
        return None
    try:
        at = _national(text) if len(text) == NATIONAL_DIGITS and text.isdecimal() else datetime.fromisoformat(text)
    except ValueError:
        raise ColumnFaultError(column, "not_date", value=text[:SHOWN_MOST]) from None
    if at.year not in YEARS:
        raise ColumnFaultError(column, "not_year", first=YEARS[0], last=YEARS[-1], value=text[:SHOWN_MOST])
    return at.replace(tzinfo=zone) if at.tzinfo is None else at.astimezone(zone)


def _national(text: str) -> datetime:
    year, month, day, hour, minute, second = (int(text[i:j]) for i, j in _PARTS)
    return datetime(year, month, day, hour, minute, second)


_PARTS = ((0, 4), (4, 6), (6, 8), (8, 10), (10, 12), (12, 14))

FIELDS = {
    "MaHoSoKhac": ("other_code",),
    "MaTTHC": ("procedure_code",),
    "TenTTHC": ("procedure_title",),
    "TenLinhVuc": ("field_title",),
    "KenhThucHien": ("channel",),
    "ChuHoSo": ("owner_name",),
    "LoaiDoiTuong": ("owner_kind",),
    "SoGiayToChuHoSo": ("owner_identity_hash", "owner_identity"),
    "SoDienThoai": ("owner_phone_hash", "owner_phone"),
    "NgayNopHoSo": ("submitted_at",),
    "NgayTiepNhan": ("received_at",),
    "NgayHenTra": ("due_at",),
    "NgayKetThucXuLy": ("finished_at",),
    "NgayTra": ("returned_at",),
    "NgayTuChoi": ("refused_at",),
    "NgayXinLoi": ("apologised_at",),
    "TrangThaiHoSo": ("status",),
    "HinhThuc": ("return_way",),
    "DonViXuLy": ("unit",),
    "MaTraCuu": ("secret_hash",),
    "PhiConPhaiNop": ("fee_due",),
}
"""What can be corrected by hand, and the fields of the row that it fills."""


def correction(known: Dossier, cells: Cells, zone: ZoneInfo) -> tuple[DossierRecord, list[str]]:
    """Read what is to be corrected of a dossier: the record that says so, and the fields of it that count.

    An empty date is taken back. Raises `ColumnFaultError` for a value that cannot be taken, and for a name that cannot
    be corrected.
    """
    for name, text in cells.items():
        if name not in FIELDS:
            raise ColumnFaultError(name, "not_one_of", allowed=", ".join(FIELDS), value=name)
        if not text and name not in OF_DATES.values():
            raise ColumnFaultError(name, "empty")
    as_known = {
        "MaHoSo": known.code,
        "TenTTHC": known.procedure_title or "-",
        "NgayTiepNhan": known.received_at.astimezone(zone).isoformat(),
        "TrangThaiHoSo": str(int(known.status)),
    }
    return record({**as_known, **cells}, zone), [field for name in cells for field in FIELDS[name]]
