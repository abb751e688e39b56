"""A form and its rows as a grid of cells, the same for .docx, .xlsx and .html."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.documents.wording import number, say
from handlers.reports.content import Findings
from knowledge.report import Row
from knowledge.report_form import NAME, NUMBER, Form

LATE = ("da_qua_han", "dang_qua_han")


@dataclass(frozen=True, slots=True)
class HeadCell:
    """A cell of the headings: where it begins (from 0), how many lines and columns it spans, what it says."""

    line: int
    column: int
    lines: int
    columns: int
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a form: its name and its figures by the keys of the form (None is not held).

    `number`: that of the field among all fields of the report, from 1.
    """

    name: str
    figures: dict[str, int | None]
    number: int = 0
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form that is filled in."""

    form: Form
    lines: tuple[Line, ...]

    @property
    def lacks(self) -> bool:
        """Whether a figure is not held."""
        return any(value is None for line in self.lines for value in line.figures.values())

    def cells(self, line: Line, position: int) -> list[str]:
        """Write a row's cells."""
        return [self._cell(column.key, column.author, line, position) for column in self.form.columns]

    @staticmethod
    def _cell(key: str, author: bool, line: Line, position: int) -> str:
        if key == NUMBER:
            return "" if line.is_total else str(position)
        if key == NAME:
            return line.name
        if author:
            return ""
        value = line.figures[key]
        return say("annex.unknown") if value is None else number(value)


def filled(form: Form, findings: Findings) -> Sheet:
    """Fill a form in."""
    total = say("annex.total")
    if form.subject == "feedback":
        figures = form.fill(findings.feedback.known())
        whole = say("annex.all_fields")
        return Sheet(form, (Line(whole, figures), Line(total, figures, is_total=True)))
    rows = enumerate(findings.figures.by_field.items(), 1)
    lines = [
        Line(name or say("annex.no_field"), _figures(form, row), number)
        for number, (name, row) in rows
        if form.subject != "late" or any(row[key] for key in LATE)
    ]
    return Sheet(form, (*lines, Line(total, _figures(form, findings.figures.total), is_total=True)))


def _figures(form: Form, row: Row) -> dict[str, int | None]:
    figures = form.fill(row.record())
    broken = form.broken(figures)
    assert not broken, f"{form.code}: {broken}"  # the figures were checked when they were counted
    return figures


def headings(form: Form) -> list[HeadCell]:
    """Lay the headings out: equal headings of neighbouring columns are one cell, a short one reaches down."""
    cells: list[HeadCell] = []
    for line in range(form.depth):
        column = 0
        while column < len(form.columns):
            title = form.columns[column].title
            width = 1
            if len(title) > line + 1:
                width = _alike(form, column, line)
            if len(title) > line:
                lines = form.depth - line if len(title) == line + 1 else 1
                cells.append(HeadCell(line, column, lines, width, title[line]))
            column += width
    return cells


def _alike(form: Form, column: int, line: int) -> int:
    """Count the columns from this one on whose headings are the same down to this line and go on below it."""
    head = form.columns[column].title[: line + 1]
    following: Sequence[tuple[str, ...]] = [one.title for one in form.columns[column:]]
    width = 0
    for title in following:
        if title[: line + 1] != head or len(title) == line + 1:
            break
        width += 1
    return width


def numbering(form: Form) -> list[str]:
    """Write the line of numbers under the headings: (3)=(4)+(5)+(6)."""
    return [
        f"({column.no})={'+'.join(f'({no})' for no in column.plus)}" if column.plus else f"({column.no})"
        for column in form.columns
    ]
