"""One cell of a catalogue's workbook: a value → what the cell holds, and back, or what is wrong with it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from knowledge.catalogue.faults import FaultKind, shown
from knowledge.catalogue.layout import Column
from knowledge.vietnamese import nfc

_DIGITS = re.compile(r"\d{1,9}")
_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})|(\d{4})-(\d{2})-(\d{2})")


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that holds a formula (or what became of one): its value depends on who looks."""

    written: str


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong with a cell."""

    kind: FaultKind
    values: Mapping[str, object] = field(default_factory=dict)


def write_cell(column: Column, value: object) -> object:
    """What a cell holds for a value of a record: a text, a number, a day, or None."""
    if value in (None, "", []):
        return None
    if column.kind == "choice":
        return column.choices[value if isinstance(value, str) else json.dumps(value)]
    if column.kind == "date":
        return date.fromisoformat(value) if isinstance(value, str) else value
    return "\n".join(value) if isinstance(value, list | tuple) else value


def read_cell(column: Column, value: object) -> object | CellFault:
    """The value of a record that a cell holds, None for an empty cell, or what is wrong with it."""
    if isinstance(value, Formula):
        return CellFault("formula", {"value": shown(value.written)})
    if isinstance(value, str):
        value = nfc(value.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if value in (None, ""):
        return None
    match column.kind:
        case "number":
            return _number(value)
        case "date":
            return _date(value)
        case "choice":
            return _choice(column, value)
        case "text":
            return value if isinstance(value, str) else CellFault("number_for_text", {"value": shown(value)})


def _number(value: object) -> int | CellFault:
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return CellFault("not_a_number", {"value": shown(value)})


def _date(value: object) -> date | CellFault:
    """The day: a cell of a date, or a text in one of the two ways of writing that leave no doubt."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    written = _DAY.fullmatch(value) if isinstance(value, str) else None
    if written is not None:
        day, month, year = written.group(1, 2, 3) if written[3] else written.group(6, 5, 4)
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            pass
    return CellFault("not_a_date", {"value": shown(value)})


def _choice(column: Column, value: object) -> object | CellFault:
    said = str(value).casefold()
    for key, label in column.choices.items():
        if said in (key.casefold(), label.casefold()):
            return json.loads(key) if key in ("true", "false") or key.isdecimal() else key
    return CellFault("none_of", {"value": shown(value), "allowed": ", ".join(column.choices.values())})
