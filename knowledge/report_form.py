"""The forms of the report (biểu mẫu) as data: a file each in `data/forms/`, whose keys II.06a.toml explains."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, reduce
from importlib import resources
from operator import add
from typing import Any, TypeVar

NUMBER, NAME = "stt", "linh_vuc"  # the columns that name a row
SUBJECTS = ("dossiers", "feedback", "late")
_IDENTITY = re.compile(r"(\d+)(=|<=)(\d+(?:\+\d+)*)")

Figure = TypeVar("Figure", int, list[str])
"""A number, or what is behind it: both add up."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its number and key, its headings from the top down, and what it shows (see II.06a.toml)."""

    no: int
    key: str
    title: tuple[str, ...]
    of: tuple[str, ...] = ()
    plus: tuple[int, ...] = ()
    author: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """One form: what is printed on it, and its columns in order; `group` is the line above its rows."""

    code: str
    label: str
    basis: str
    title: str
    unit: str
    subject: str
    annex: int
    verified: bool
    identities: tuple[str, ...]
    columns: tuple[Column, ...]
    group: str = ""

    @property
    def depth(self) -> int:
        """Count the lines of the headings."""
        return max(len(column.title) for column in self.columns)

    def fill(self, known: Mapping[str, Figure | None]) -> dict[str, Figure | None]:
        """Fill a row's basic figures in; None is not held, and a column that adds up something unknown is unknown."""
        filled: dict[int, Figure | None] = {}
        for column in sorted(self.columns, key=lambda one: bool(one.plus)):
            if column.of:
                filled[column.no] = _sum(known.get(name) for name in column.of)
            elif column.plus:
                filled[column.no] = _sum(filled[no] for no in column.plus)
        return {column.key: filled[column.no] for column in self.columns if column.no in filled}

    def broken(self, row: Mapping[str, int | None]) -> list[str]:
        """List the identities that a filled row breaks; one with an unknown figure is not judged."""
        numbers = {column.no: row.get(column.key) for column in self.columns}
        return [identity for identity in self.identities if not _holds(identity, numbers)]


def _sum(parts: Iterable[Figure | None]) -> Figure | None:
    told = list(parts)
    known = [part for part in told if part is not None]
    return reduce(add, known) if len(known) == len(told) else None


def _holds(identity: str, numbers: Mapping[int, int | None]) -> bool:
    found = _IDENTITY.fullmatch(identity)
    assert found is not None, identity
    left, right = numbers[int(found[1])], _sum(numbers[int(no)] for no in found[3].split("+"))
    if left is None or right is None:
        return True
    return left == right if found[2] == "=" else left <= right


def parse_form(text: str) -> Form:
    """Read a form's file. Raises ValueError with what is wrong with it."""
    data: dict[str, Any] = tomllib.loads(text)
    columns = tuple(_column(record) for record in data.pop("column", ()))
    form = Form(columns=columns, **{**data, "identities": tuple(data.get("identities", ()))})
    _check(form)
    return form


def _column(record: dict[str, Any]) -> Column:
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in record.items()}
    return Column(**values)


def _check(form: Form) -> None:
    numbers = [column.no for column in form.columns]
    faults: list[str] = []
    if numbers != list(range(1, len(numbers) + 1)):
        faults.append("the columns must be numbered from 1 in order")
    if form.subject not in SUBJECTS:
        faults.append(f"subject must be one of {', '.join(SUBJECTS)}")
    leaves = {column.no for column in form.columns if column.of}
    for column in form.columns:
        if column.key not in (NUMBER, NAME) and not (column.of or column.plus or column.author):
            faults.append(f"column {column.no} says not what it shows: of, plus or author")
        if not set(column.plus) <= leaves:
            faults.append(f"column {column.no} may only add up columns with `of`")
    faults += [f"not an identity of these columns: {one}" for one in form.identities if not _is_identity(one, numbers)]
    if faults:
        raise ValueError(f"form {form.code}: {'; '.join(faults)}")


def _is_identity(identity: str, numbers: list[int]) -> bool:
    return _IDENTITY.fullmatch(identity) is not None and {int(no) for no in re.findall(r"\d+", identity)} <= set(
        numbers
    )


@cache
def shipped_forms() -> tuple[Form, ...]:
    """Give the forms that are shipped, in the order of the annexes."""
    files = (resources.files("knowledge") / "data" / "forms").iterdir()
    forms = (parse_form(file.read_text(encoding="utf-8")) for file in files if file.name.endswith(".toml"))
    return tuple(sorted(forms, key=lambda form: form.annex))
