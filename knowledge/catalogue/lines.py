"""A catalogue as JSON lines: `{"edition": {…}}` first (may be left out), then a record a line, ours or a national."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from knowledge.catalogue.faults import CatalogueFault, shown
from knowledge.catalogue.model import Edition, Procedure
from knowledge.catalogue.national import is_national, read_national
from knowledge.catalogue.parsed import HEAD, Parsed, at_line, head_faults, settle
from knowledge.catalogue.records import read_record, to_record


def write_lines(edition: Edition) -> Iterator[str]:
    """The lines of an edition, without their ends."""
    head = {name: getattr(edition, name) for name in HEAD if getattr(edition, name)}
    yield json.dumps({"edition": head}, ensure_ascii=False, default=str)
    for procedure in edition.procedures:
        yield json.dumps(to_record(procedure), ensure_ascii=False)


def read_lines(lines: Iterable[str], today: date) -> Parsed:
    """What JSON lines hold of a catalogue; `today` is the day on which national records count as looked up."""
    head: Mapping[str, Any] = {}
    procedures: list[Procedure] = []
    faults: list[CatalogueFault] = []
    read = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        record = _object(line)
        if isinstance(record, CatalogueFault):
            read += 1
            faults.append(at_line(record, number))
        elif record.keys() == {"edition"}:
            head = _dated(record["edition"])
            faults += (at_line(fault, number) for fault in head_faults(head))
        else:
            read += 1
            procedure, found = _read(record, read, today)
            faults += (at_line(fault, number) for fault in found)
            if procedure is not None:
                procedures.append(procedure)
    if not read:
        faults.append(CatalogueFault("", "procedure", "no_entries"))
    return settle(head, procedures, read, faults)


def _object(line: str) -> dict[str, Any] | CatalogueFault:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        return CatalogueFault("", "", "not_json", {"error": shown(error)})
    if not isinstance(record, dict):
        return CatalogueFault("", "", "not_json", {"error": shown(line)})
    return record


def _read(record: dict[str, Any], number: int, today: date) -> tuple[Procedure | None, list[CatalogueFault]]:
    if is_national(record):
        return read_national(record, f"#{number}", today)
    entry = record.get("id")
    return read_record(record, entry if isinstance(entry, str) and entry else f"#{number}")


def _dated(head: object) -> Mapping[str, Any]:
    """The head with its days as days; one that is none stays as it is and is told later."""
    if not isinstance(head, Mapping):
        return {"title": head}
    return {key: _day(value) if key.startswith("effective_") else value for key, value in head.items()}


def _day(value: object) -> object:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value
