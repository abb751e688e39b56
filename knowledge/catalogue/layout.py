"""The layout of a catalogue's workbook (`knowledge/data/workbook.toml`): sheets, columns, choices."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal, TypeAlias

CellKind: TypeAlias = Literal["text", "number", "date", "choice"]
EDITION, PROCEDURES, EVIDENCE = "edition", "procedures", "evidence"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: where its value stands in a record, its title and guide, and what its cells hold.

    `choices`: what a record says → what a cell says, for columns of kind "choice".
    """

    path: str
    title: str
    guide: str
    kind: CellKind
    choices: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet; `fills` is the list of a record that its rows fill, "" for the edition and the procedures themselves."""

    key: str
    title: str
    fills: str
    columns: tuple[Column, ...]


@cache
def sheets() -> tuple[Sheet, ...]:
    """All sheets in their order."""
    text = resources.files("knowledge").joinpath("data/workbook.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    choices = data["choices"]
    return tuple(
        Sheet(
            sheet["key"],
            sheet["title"],
            sheet.get("fills", ""),
            tuple(
                Column(
                    column["path"],
                    column["title"],
                    column["guide"],
                    column.get("kind", "text"),
                    choices[column["choice"]] if "choice" in column else {},
                )
                for column in sheet["columns"]
            ),
        )
        for sheet in data["sheet"]
    )
