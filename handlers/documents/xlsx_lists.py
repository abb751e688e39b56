"""The lists of the .xlsx: every dossier and every feedback behind the forms, which count the rows of these lists.

A row holds the numbers of the form's columns in which it counts; a figure counts the rows that hold its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from typing import Any

from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from handlers.documents.wording import say
from handlers.documents.xlsx_book import Book, paper
from knowledge.report_feedback import CELLS
from knowledge.report_form import Form, shipped_forms
from knowledge.report_judging import PENDING, RECEIVED, RESOLVED, Judged

HEAD_HEIGHT, LINE_HEIGHT = 48, 15  # points; not every program lets rows grow by themselves
TITLE_CHARACTERS = 62  # of a procedure's title on one line


@dataclass(frozen=True, slots=True)
class Listing:
    """A list: its sheet, its columns with their widths, which column holds the numbers of which figures, its form."""

    sheet: str
    columns: tuple[tuple[str, int], ...]
    numbers: Mapping[str, str]
    subject: str

    def place(self, name: str) -> int:
        """Give a column's place from 0."""
        return [column for column, _ in self.columns].index(name)

    def counting(self, cell: str, rows: int, group: str, number: int) -> str:
        """Word the formula that counts the rows of a group that hold a figure's number."""
        within = self._range(self.place(self.numbers[cell]), rows)
        return f"COUNTIFS({self._range(self.place(group), rows)},{number},{within},{numbers(self.subject)[cell]})"

    def _range(self, column: int, rows: int) -> str:
        name = xl_col_to_name(column)
        return f"'{say(self.sheet)}'!${name}$2:${name}${max(rows, 1) + 1}"


DOSSIERS = Listing(
    "list.sheet",
    (
        *(("field_number", 8), ("procedure_number", 8), ("code", 28), ("field", 34), ("procedure", 16), ("title", 60)),
        *(("channel", 18), ("received_on", 13), ("due_on", 13), ("resolved_on", 13)),
        *(("received_column", 10), ("result_column", 10)),
    ),
    {**dict.fromkeys(RECEIVED, "received_column"), **dict.fromkeys((*RESOLVED, *PENDING), "result_column")},
    "dossiers",
)
FEEDBACK = Listing(
    "list.feedback",
    (
        *(("field_number", 8), ("number", 24), ("field", 34), ("kind", 22)),
        *(("taken_on", 13), ("closed_on", 13), ("published_on", 13)),
        *(("content_column", 10), ("time_column", 10), ("handling_column", 10), ("public_column", 10)),
    ),
    {cell: f"{part}_column" for part, cells in CELLS.items() for cell in cells},
    "feedback",
)


@cache
def numbers(subject: str) -> dict[str, int]:
    """Number each basic figure by its column in the form of a subject."""
    form = next(form for form in shipped_forms() if form.subject == subject)
    return {column.key: column.no for column in form.columns}


def dossiers(book: Book, worksheet: Worksheet) -> None:
    """List every dossier behind the figures."""
    findings = book.report.findings
    fields = {name: number for number, name in enumerate(findings.figures.by_field, 1)}
    procedures = {key: number for number, key in enumerate(findings.figures.by_procedure, 1)}
    columns = numbers("dossiers")
    _heads(book, worksheet, DOSSIERS)
    for row, one in enumerate(findings.figures.dossiers, 1):
        told = _dossier(one, columns)
        _row(book, worksheet, row, [fields[one.field_title], procedures[one.field_title, *one.procedure], *told])
        title = one.procedure[1]
        if title is not None and len(title) > TITLE_CHARACTERS:
            worksheet.set_row(row, LINE_HEIGHT * -(-len(title) // TITLE_CHARACTERS))
    worksheet.autofilter(0, 0, max(len(findings.figures.dossiers), 1), len(DOSSIERS.columns) - 1)


def _dossier(one: Judged, columns: dict[str, int]) -> Iterator[Any]:
    yield one.code
    yield one.field_title or say("annex.no_field")
    yield from one.procedure
    yield say(f"list.channel_{one.channel if one.channel in (1, 2, 3) else 'unknown'}")
    yield one.received_on
    yield one.due_on
    yield one.resolved_on
    for cell in (one.received, one.result):
        yield None if cell is None else columns[cell]


def feedback(book: Book, worksheet: Worksheet) -> None:
    """List every feedback behind the figures, without what it says and from whom it is."""
    _heads(book, worksheet, FEEDBACK)
    figures = book.report.findings.feedback
    if figures is None:
        return
    fields = {name: number for number, name in enumerate(figures.by_field, 1)}
    columns = numbers("feedback")
    for row, one in enumerate(figures.heard, 1):
        cells = figures.cells(one)
        within = (next((columns[cell] for cell in some if cell in cells), None) for some in CELLS.values())
        days = (None if at is None else figures.period.day_of(at) for at in (one.received_at, one.closed_at))
        published = None if one.published_at is None else figures.period.day_of(one.published_at)
        what = one.number, one.field or say("annex.no_field"), say(f"trace.{one.kind}")
        _row(book, worksheet, row, [fields[one.field], *what, *days, published, *within])


def procedures(book: Book, worksheet: Worksheet, form: Form) -> None:
    """Give the figures by procedure, counted in the list of dossiers."""
    columns = [column for column in form.columns if column.of or column.plus]
    heads = [say("list.procedure_number"), say("list.field"), say("list.procedure"), say("list.title")]
    first = len(heads)
    for place, text in enumerate([*heads, *(" – ".join(column.title) for column in columns)]):
        worksheet.write_string(0, place, text, book.head)
    worksheet.set_row(0, HEAD_HEIGHT * 2)
    figures = book.report.findings.figures
    places = {column.no: first + place for place, column in enumerate(columns)}
    for row, ((field, code, title), counts) in enumerate(figures.by_procedure.items(), 1):
        worksheet.write_number(row, 0, row, book.figure)
        for place, named in enumerate((field or say("annex.no_field"), code or "", title or ""), 1):
            worksheet.write_string(row, place, named, book.text)
        longest = max(len(title or "") / TITLE_CHARACTERS, len(field or "") / 28)
        worksheet.set_row(row, LINE_HEIGHT * (1 + int(longest)))
        for column in columns:
            if column.plus:
                formula = "+".join(xl_rowcol_to_cell(row, places[no]) for no in column.plus)
            else:
                rows = len(figures.dossiers)
                formula = "+".join(DOSSIERS.counting(cell, rows, "procedure_number", row) for cell in column.of)
            worksheet.write_formula(row, places[column.no], f"={formula}", book.figure, counts[column.key])
    for place, width in enumerate((8, 28, 26, 60, *(14 for _ in columns))):
        worksheet.set_column(place, place, width)
    worksheet.freeze_panes(1, first)
    paper(worksheet)


def _heads(book: Book, worksheet: Worksheet, listing: Listing) -> None:
    for place, (name, width) in enumerate(listing.columns):
        worksheet.write_string(0, place, say(f"list.{name}"), book.head)
        worksheet.set_column(place, place, width)
    worksheet.set_row(0, HEAD_HEIGHT)
    worksheet.repeat_rows(0)
    worksheet.freeze_panes(1, 2)
    paper(worksheet)


def _row(book: Book, worksheet: Worksheet, row: int, values: Sequence[Any]) -> None:
    """Write a row; a text is a text whatever it begins with, and what is not known is left empty."""
    for place, value in enumerate(values):
        if isinstance(value, date):
            worksheet.write_datetime(row, place, datetime.combine(value, time(0)), book.day)
        elif isinstance(value, int):
            worksheet.write_number(row, place, value, book.figure)
        elif value is None:
            worksheet.write_blank(row, place, None, book.text)
        else:
            worksheet.write_string(row, place, value, book.text)
