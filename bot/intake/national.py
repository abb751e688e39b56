"""The national columns (as `DongBoHoSoMC` names them) in a csv file → dossier records.

Text in UTF-8; separated by comma, semicolon or tab; dates as yyyyMMddHHmmss or ISO, local to the agency. Compulsory:
MaHoSo, MaTTHC or TenTTHC, NgayTiepNhan, TrangThaiHoSo. Columns about the owner are not read at all.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from knowledge.dossier import DossierRecord, FiledBy
from knowledge.errors import Wrong
from knowledge.receipt_code import read_or_format
from knowledge.status import Status, parse_status
from knowledge.vietnamese import nfc

DELIMITERS = ",;\t"
NATIONAL_DATE = "%Y%m%d%H%M%S"
YEARS = range(1990, 2101)  # outside them a date is a slip or a program's "no date", such as 0001-01-01
CELL_CHARACTERS = 1_000_000  # csv's own limit of 131,072 is less than a long note
LINES_A_ROW = 30  # a cell may have line breaks; a quote that is open for longer was not closed
PROCEDURE_CODE_MOST, TEXT_MOST = 40, 2_000  # characters that are kept of a dossier's texts

_CONTROLS = dict.fromkeys([*range(32), *range(127, 160)], " ")


@dataclass(frozen=True, slots=True)
class RowFault:
    """A row that cannot be taken: its line in the file, the column, and why."""

    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.column}: {self.reason}"


class _FaultError(Exception):
    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column


def read_file(path: Path, zone: ZoneInfo) -> Iterator[DossierRecord | RowFault]:
    """Read a file row by row. Raises `Wrong` when it cannot be read at all or lacks a compulsory column."""
    csv.field_size_limit(CELL_CHARACTERS)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            head = file.readline()
            if "\0" in head:  # the letters of UTF-16 without its mark
                raise UnicodeError
            delimiter = max(DELIMITERS, key=head.count)
            names = [nfc(name).strip() for name in _cells([head], delimiter) or ()]
            _check_columns(path, names)
            for line, row in _rows(file, delimiter, len(names)):
                yield from _read(line, row, names, zone)
    except OSError as error:
        raise Wrong(f"{path}: {error.strerror}") from None
    except UnicodeError:
        raise Wrong(f"{path}: not text in UTF-8; save it as “CSV UTF-8”") from None


def _check_columns(path: Path, names: list[str]) -> None:
    missing = [name for name in ("MaHoSo", "NgayTiepNhan", "TrangThaiHoSo") if name not in names]
    if "MaTTHC" not in names and "TenTTHC" not in names:
        missing.append("MaTTHC or TenTTHC")
    if missing:
        raise Wrong(f"{path}: no column {', '.join(missing)}")
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise Wrong(f"{path}: two columns {', '.join(twice)}")


def _rows(lines: Iterable[str], delimiter: str, width: int) -> Iterator[tuple[int, list[str] | None]]:
    """Give each row and its first line's number; None for a line that begins no row, such as one with an open quote.

    Such a line is the only one that is lost: what follows it is read anew and not taken for a part of its cell.
    """
    source = enumerate(lines, 2)
    ahead: deque[tuple[int, str]] = deque()
    while (first := ahead.popleft() if ahead else next(source, None)) is not None:
        taken = [first]
        row = _cells([first[1]], delimiter)
        while row is None and len(taken) < LINES_A_ROW:
            following = ahead.popleft() if ahead else next(source, None)
            if following is None:
                break
            taken.append(following)
            row = _cells([line for _, line in taken], delimiter)
        if len(taken) > 1 and (row is None or len(row) != width):
            ahead.extendleft(reversed(taken[1:]))
            row = None
        yield first[0], row


def _cells(lines: list[str], delimiter: str) -> list[str] | None:
    """Split the lines of one row into cells; None when they are not one whole row."""
    try:
        rows = list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def _read(line: int, row: list[str] | None, names: list[str], zone: ZoneInfo) -> Iterator[DossierRecord | RowFault]:
    if row is None:
        yield RowFault(line, "(row)", "a quote is not closed, or something stands behind a closed one")
        return
    cells = [" ".join(nfc(cell).translate(_CONTROLS).split()) for cell in row]
    if not any(cells):
        return
    if len(row) != len(names):
        yield RowFault(line, "(row)", f"{len(row)} cells, but there are {len(names)} columns")
        return
    try:
        yield _record(dict(zip(names, cells, strict=True)), zone)
    except _FaultError as fault:
        yield RowFault(line, fault.column, str(fault))


def _record(cells: Mapping[str, str], zone: ZoneInfo) -> DossierRecord:
    received = _moment(cells, "NgayTiepNhan", zone)
    if received is None:
        raise _FaultError("NgayTiepNhan", "empty")
    if not cells.get("MaTTHC") and not cells.get("TenTTHC"):
        raise _FaultError("MaTTHC", "empty, and so is TenTTHC")
    record = DossierRecord(
        code=_code(cells.get("MaHoSo", "")),
        status=_status(cells.get("TrangThaiHoSo", "")),
        received_at=received,
        procedure_code=_text(cells, "MaTTHC", PROCEDURE_CODE_MOST),
        procedure_title=_text(cells, "TenTTHC", TEXT_MOST),
        field_title=_text(cells, "TenLinhVuc", TEXT_MOST),
        filed_by=_filed_by(cells.get("KenhThucHien", "")),
        due_at=_moment(cells, "NgayHenTra", zone),
        finished_at=_moment(cells, "NgayKetThucXuLy", zone),
        returned_at=_moment(cells, "NgayTra", zone),
    )
    later = {"NgayHenTra": record.due_at, "NgayKetThucXuLy": record.finished_at, "NgayTra": record.returned_at}
    for column, at in later.items():
        if at is not None and at.date() < received.date():
            raise _FaultError(column, "before NgayTiepNhan")
    return record


def _text(cells: Mapping[str, str], column: str, most: int) -> str | None:
    text = cells.get(column, "")
    if len(text) > most:
        raise _FaultError(column, f"longer than {most} characters")
    return text or None


def _code(text: str) -> str:
    if not text:
        raise _FaultError("MaHoSo", "empty")
    readings = read_or_format(text, today=date.max)
    code = readings[0].code
    if len(readings) != 1 or code is None or readings[0].problem is not None:
        raise _FaultError("MaHoSo", f"not a receipt code: {text[:60]}")
    return code.text


def _status(text: str) -> Status:
    try:
        return parse_status(text)
    except ValueError:
        raise _FaultError("TrangThaiHoSo", f"not a status of 1 to 10: {text[:60] or '(empty)'}") from None


def _filed_by(text: str) -> FiledBy | None:
    if not text:
        return None
    try:
        return FiledBy(int(text))
    except ValueError:
        raise _FaultError("KenhThucHien", f"not 1, 2 or 3: {text[:60]}") from None


def _moment(cells: Mapping[str, str], column: str, zone: ZoneInfo) -> datetime | None:
    text = cells.get(column, "")
    if not text:
        return None
    try:
        if text.isdecimal() and len(text) == 14:
            at = datetime.strptime(text, NATIONAL_DATE)
        else:
            at = datetime.fromisoformat(text)
    except ValueError:
        raise _FaultError(column, f"not a date as yyyyMMddHHmmss or ISO: {text[:40]}") from None
    if at.year not in YEARS:
        raise _FaultError(column, f"not a date between {YEARS[0]} and {YEARS[-1]}: {text[:40]}")
    return at.replace(tzinfo=zone) if at.tzinfo is None else at.astimezone(zone)
