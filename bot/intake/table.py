"""Rows of cells with a row of titles over them → dossier records and the faults of rows, whatever file they are in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from bot.intake.columns import COLUMNS, ColumnFaultError, clean, record
from handlers.intake.words import FileFault, RowFault
from knowledge.dossier import DossierRecord

COMPULSORY = ("MaHoSo", "NgayTiepNhan", "TrangThaiHoSo")
PROCEDURE = ("MaTTHC", "TenTTHC")  # one of them
FORMULA = "="  # what a cell begins with that is worked out by the program that made the file

Row = tuple[int, Sequence[str] | None]
"""The number of a row's first line, and its cells; None where they cannot be told apart."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How files are written here: the time zone of their dates, and the titles that stand for national ones."""

    zone: ZoneInfo
    mapping: Mapping[str, str] = field(default_factory=dict)

    def national(self, title: str) -> str:
        """Give the national name of a column; a title that is none stays as it is."""
        titles = {clean(other).casefold(): name for other, name in self.mapping.items()}
        return titles.get(clean(title).casefold(), clean(title))


def read_rows(titles: Sequence[str], rows: Iterable[Row], layout: Layout) -> Iterator[DossierRecord | RowFault]:
    """Read row by row. Raises `FileFault` when a compulsory column is missing or one is there twice.

    A dossier that stands in the file twice is taken once if both rows say the same; else the second is a fault.
    """
    names = [layout.national(title) for title in titles]
    _check(names)
    used = [(number, name) for number, name in enumerate(names) if name in COLUMNS]
    seen: dict[str, tuple[int, int]] = {}
    for line, row in rows:
        if row is None:
            yield RowFault(line, "", "quote")
            continue
        if not any(map(str.strip, row)):
            continue
        found = _read(line, row, used, len(names), layout.zone)
        if isinstance(found, DossierRecord):
            first, same = seen.setdefault(found.code, (line, hash(found)))
            if first != line:
                if same != hash(found):
                    yield RowFault(line, "MaHoSo", "twice", {"line": first})
                continue
        yield found


def _read(
    line: int, row: Sequence[str], used: Sequence[tuple[int, str]], width: int, zone: ZoneInfo
) -> DossierRecord | RowFault:
    if len(row) != width:
        return RowFault(line, "", "width", {"found": len(row), "columns": width})
    cells = {name: clean(row[number]) for number, name in used}
    for name, text in cells.items():
        if text.startswith(FORMULA):
            return RowFault(line, name, "formula")
    try:
        return record(cells, zone)
    except ColumnFaultError as fault:
        return RowFault(line, fault.column, fault.problem, fault.values)


def _check(names: Sequence[str]) -> None:
    missing = [name for name in COMPULSORY if name not in names]
    if not any(name in names for name in PROCEDURE):
        missing.append(" / ".join(PROCEDURE))
    if missing:
        raise FileFault("no_column", columns=", ".join(missing))
    twice = sorted({name for name in names if name in COLUMNS and names.count(name) > 1})
    if twice:
        raise FileFault("column_twice", columns=", ".join(twice))
