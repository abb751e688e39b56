"""A catalogue as the lists of a workbook: an edition → rows of cells, and rows of cells → entries and faults.

Which sheets and columns there are stands in `layout`; how cells become a file in `xlsx`. A fault of an entry is told
where the cell stands from which it comes.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from knowledge.catalogue.cells import CellFault, read_cell, write_cell
from knowledge.catalogue.faults import CatalogueFault, FaultKind, Place, shown
from knowledge.catalogue.layout import EDITION, EVIDENCE, PROCEDURES, Column, Sheet, sheets
from knowledge.catalogue.model import Edition, Procedure
from knowledge.catalogue.parsed import Parsed, head_faults, settle
from knowledge.catalogue.records import read_record, to_record

_LAST_STEP = re.compile(r"(\.|\[)[^.[]*$")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a sheet: its number in the file (from 1) and the cells by the column's place in the layout."""

    number: int
    cells: Mapping[int, object]


@dataclass(slots=True)
class _Reading:
    """What was read so far. `rows`: (entry, path of its part) → where that part's row is."""

    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    rows: dict[tuple[str, str], tuple[Sheet, int]] = field(default_factory=dict)
    faults: list[CatalogueFault] = field(default_factory=list)
    read: int = 0


def to_rows(edition: Edition) -> Iterator[tuple[Sheet, list[list[object]]]]:
    """The sheets of an edition, each with its rows of cells in the order of its columns."""
    records = [to_record(procedure) for procedure in edition.procedures]
    for sheet in sheets():
        if sheet.key == EDITION:
            yield sheet, [[write_cell(column, getattr(edition, column.path)) for column in sheet.columns]]
        elif sheet.key == PROCEDURES:
            yield sheet, [[write_cell(c, _at(record, c.path)) for c in sheet.columns] for record in records]
        else:
            yield sheet, [_row(sheet, record["id"], item) for record in records for item in _items(sheet, record)]


def from_rows(given: Mapping[str, Sequence[Row]], faults: Sequence[CatalogueFault] = ()) -> Parsed:
    """What rows hold of a catalogue; `given` has the rows of each sheet by its key, `faults` what the file had."""
    reading = _Reading(faults=list(faults))
    head: dict[str, Any] = {}
    for sheet in sheets():
        for row in given.get(sheet.key, ()):
            if sheet.key == EDITION:
                head = head or _read_head(sheet, row, reading)
            elif sheet.key == PROCEDURES:
                _read_procedure(sheet, row, reading)
            else:
                _read_item(sheet, row, reading)
    procedures: list[Procedure] = []
    for entry, record in reading.records.items():
        procedure, found = read_record(record, entry)
        reading.faults += (_placed(fault, reading) for fault in found)
        if procedure is not None:
            procedures.append(procedure)
    if not reading.records:
        reading.faults.append(CatalogueFault("", "procedure", "no_entries"))
    parsed = settle(head, procedures, reading.read, reading.faults)
    return replace(parsed, faults=tuple(_once([_placed(fault, reading) for fault in parsed.faults])))


def _once(faults: Sequence[CatalogueFault]) -> Iterator[CatalogueFault]:
    """Leave out what only follows from another fault of the same cell."""
    seen: set[Place] = set()
    for fault in faults:
        if fault.place is None or not fault.place.column or fault.place not in seen:
            yield fault
        if fault.place is not None:
            seen.add(fault.place)


def _items(sheet: Sheet, record: Mapping[str, Any]) -> Iterator[object]:
    if sheet.key != EVIDENCE:
        yield from record.get(sheet.fills, ())
        return
    for name, item in record.get(sheet.fills, {}).items():
        yield {**item, "field": name}


def _row(sheet: Sheet, entry: str, item: object) -> list[object]:
    return [entry, *(write_cell(column, _at(item, column.path)) for column in sheet.columns[1:])]


def _at(record: object, path: str) -> object:
    """The value at a path of a record, None where it has none; the record itself at the empty path."""
    for name in filter(None, path.split(".")):
        record = record.get(name) if isinstance(record, Mapping) else None
    return record


def _put(record: dict[str, Any], path: str, value: object) -> None:
    *parents, last = path.split(".")
    for name in parents:
        record = record.setdefault(name, {})
    record[last] = value


def _read_head(sheet: Sheet, row: Row, reading: _Reading) -> dict[str, Any]:
    reading.rows["", "edition"] = (sheet, row.number)
    head = {path: value for path, value in _values(sheet, row, "", reading).items() if value is not None}
    told = {fault.field for fault in reading.faults}
    reading.faults += (fault for fault in head_faults(head) if fault.field not in told)
    return head


def _read_procedure(sheet: Sheet, row: Row, reading: _Reading) -> None:
    reading.read += 1
    written = row.cells.get(0)
    entry = written.strip() if isinstance(written, str) and written.strip() else f"#{reading.read}"
    if entry in reading.records:
        first = reading.rows[entry, ""][1]
        place = _place(sheet, row.number, sheet.columns[0])
        values = {"value": entry, "first": f"{sheet.title} {first}"}
        reading.faults.append(CatalogueFault(f"#{reading.read}", "id", "used_before", values, place))
        return
    reading.rows[entry, ""] = (sheet, row.number)
    record: dict[str, Any] = {}
    for path, value in _values(sheet, row, entry, reading).items():
        if value is not None:
            _put(record, path, value)
    reading.records[entry] = record


def _read_item(sheet: Sheet, row: Row, reading: _Reading) -> None:
    entry = _owner(sheet, row, reading)
    if entry is None:
        return
    record = reading.records[entry]
    if sheet.key == EVIDENCE:
        values = _values(sheet, row, entry, reading)
        name = values.pop("field", None)
        if not isinstance(name, str):
            place = _place(sheet, row.number, sheet.columns[1])
            reading.faults.append(CatalogueFault(entry, "evidence", "missing", {}, place))
            return
        item = {key: value for key, value in values.items() if value is not None}
        if isinstance(sources := item.get("sources"), str):
            item["sources"] = [line.strip() for line in sources.split("\n") if line.strip()]
        record.setdefault(sheet.fills, {})[name] = item
        reading.rows[entry, f"evidence.{name}"] = (sheet, row.number)
        return
    items: list[object] = record.setdefault(sheet.fills, [])
    reading.rows[entry, f"{sheet.fills}[{len(items)}]"] = (sheet, row.number)
    values = _values(sheet, row, entry, reading)
    plain = [column.path for column in sheet.columns[1:]] == [""]
    items.append((values[""] or "") if plain else {key: value for key, value in values.items() if value is not None})


def _owner(sheet: Sheet, row: Row, reading: _Reading) -> str | None:
    """The entry to which a row of a list belongs; None, and a fault, where there is none."""
    written = row.cells.get(0)
    entry = written.strip() if isinstance(written, str) else written
    if isinstance(entry, str) and entry in reading.records:
        return entry
    kind: FaultKind = "missing" if entry in (None, "") else "unknown_entry"
    place = _place(sheet, row.number, sheet.columns[0])
    reading.faults.append(CatalogueFault(f"{sheet.title} {row.number}", "id", kind, {"value": shown(entry)}, place))
    return None


def _values(sheet: Sheet, row: Row, entry: str, reading: _Reading) -> dict[str, object]:
    """The values of a row by the columns' paths, None where a cell is empty or faulty; its faults are noted."""
    first = 0 if sheet.key in (EDITION, PROCEDURES) else 1
    found: dict[str, object] = {}
    for number, column in enumerate(sheet.columns[first:], first):
        value = read_cell(column, row.cells.get(number))
        if isinstance(value, CellFault):
            path = f"edition.{column.path}" if sheet.key == EDITION else column.path
            place = _place(sheet, row.number, column)
            reading.faults.append(CatalogueFault(entry, path, value.kind, dict(value.values), place))
            value = None
        found[column.path] = value
    return found


def _placed(fault: CatalogueFault, reading: _Reading) -> CatalogueFault:
    """The fault with the cell from which it comes: that of the longest part of its path that has a row."""
    if fault.place is not None:
        return fault
    part, rest = fault.field, ""
    while (found := reading.rows.get((fault.entry, part))) is None and part:
        cut = _LAST_STEP.sub("", part) if _LAST_STEP.search(part) else ""
        rest, part = fault.field[len(cut) :].lstrip("."), cut
    if found is None:
        return fault
    sheet, row = found
    if sheet.key == EVIDENCE and not rest:
        rest = "field"
    column = next((c for c in sheet.columns if c.path == rest), None)
    column = column or next((c for c in sheet.columns if rest and c.path.startswith(f"{rest}.")), None)
    return replace(fault, place=_place(sheet, row, column))


def _place(sheet: Sheet, row: int, column: Column | None) -> Place:
    if column is None:
        return Place(sheet.title, row)
    return Place(sheet.title, row, letter(sheet.columns.index(column)), column.title)


def letter(number: int) -> str:
    """The letters of a column, counted from 0: 0 is A, 26 is AA."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
