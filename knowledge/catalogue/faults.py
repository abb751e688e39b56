"""How a catalogue says what is wrong with it: every fault at once, each with its place, what stands there, what should.

A fault carries no sentence: `kind` names one of the texts `fault.*` in `handlers/texts`, `values` fill it.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

FaultKind: TypeAlias = Literal[
    "unknown_key",
    "missing",
    "not_nfc",
    "blanks_around",
    "control_character",
    "too_long",
    "line_break",
    "to_itself",
    "unknown_entry",
    "bad_id",
    "bad_code",
    "time_not_positive",
    "value_without_unit",
    "empty_time",
    "legal_of_legal",
    "amount_without_kind",
    "not_thousands",
    "not_positive",
    "redirect_without_body",
    "not_a_redirect",
    "no_such_field",
    "unchecked_source",
    "used_before",
    "other_total",
    "not_shipped",
    "not_toml",
    "not_a_table",
    "source_without_name",
    "not_a_date",
    "not_a_text",
    "ends_before",
    "no_entries",
    "not_listed",
    "not_a_number",
    "not_a_yes_no",
    "not_a_list",
    "none_of",
    "wrong_shape",
    "not_json",
    "number_for_text",
    "formula",
    "broken_xlsx",
    "unpacks_to_much",
    "not_xlsx",
    "entities",
    "merged",
    "unknown_column",
    "column_twice",
    "missing_column",
    "too_many_rows",
    "unknown_sheet",
    "unknown_format",
    "too_big",
    "not_utf8",
]
"""Everything that can be wrong."""

VALUE_MOST = 80  # characters of a wrong value that a fault repeats: enough to find it, and a line stays a line


@dataclass(frozen=True, slots=True)
class Place:
    """A cell of a workbook: its sheet, its row (from 1), its column ("C") and that column's title."""

    sheet: str
    row: int | None = None
    column: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class CatalogueFault:
    """One fault.

    `entry` is an entry's id, "#3" for the third entry when it has none, or "" for the edition itself; `field` is a path
    such as "papers[2].form", or "" for the entry as a whole; `place` is where it stands in a workbook, `line` in a file
    of lines.
    """

    entry: str
    field: str
    kind: FaultKind
    # A mapping has no hash; faults that differ only in it are still unequal.
    values: Mapping[str, object] = dataclasses.field(default_factory=dict, hash=False)
    place: Place | None = None
    line: int | None = None

    def __str__(self) -> str:
        told = " ".join((self.kind, *(f"{name}={value!r}" for name, value in self.values.items())))
        return f"{self.entry or 'edition'}: {self.field + ': ' if self.field else ''}{told}"


class CatalogueError(ValueError):
    """A catalogue or an entry that cannot be used; `faults` are all of them."""

    def __init__(self, faults: Iterable[CatalogueFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


def shown(value: object) -> str:
    """Write a wrong value so that it fits a line."""
    text = " ".join(str(value).split())
    return text if len(text) <= VALUE_MOST else text[: VALUE_MOST - 1] + "…"
