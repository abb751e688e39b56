"""The report as an .xlsx file: the forms as live formulas over the list of the dossiers behind them, and charts.

A basic figure counts rows of the list, a total adds figures up, the identities are checked in the file itself: whoever
corrects a row of the list sees the forms follow. Data is never taken for a formula, whatever it begins with.
"""

from __future__ import annotations

from io import BytesIO

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from handlers.documents import wording, xlsx_lists
from handlers.documents.charts import COLOURS
from handlers.documents.content import Report
from handlers.documents.forms import Line, Sheet, headings, numbering
from handlers.documents.wording import say, short
from handlers.documents.xlsx_book import Book, paper
from handlers.documents.xlsx_lists import DOSSIERS, FEEDBACK
from knowledge.report_form import NAME, NUMBER, Column, Form
from knowledge.report_judging import PENDING, RECEIVED, RESOLVED

HEAD_LINES = 4  # what stands above the headings of a form
HEADING_HEIGHT, LAST_HEADING_HEIGHT, LINE_HEIGHT = 32, 64, 17  # points; not every program lets rows grow by themselves
NAME_CHARACTERS = 40  # of a field's name on one line


def written(report: Report) -> bytes:
    """Write the file."""
    file = BytesIO()
    book = Book(file, report)
    sheets = [(sheet, book.book.add_worksheet(sheet.form.code)) for sheet in report.sheets]
    charts, *lists = (
        book.book.add_worksheet(say(f"list.{name}")) for name in ("charts", "procedures", "sheet", "feedback")
    )
    for sheet, worksheet in sheets:
        _form(book, worksheet, sheet)
    dossiers, worksheet = next(pair for pair in sheets if pair[0].form.subject == "dossiers")
    _charts(book, charts, worksheet.get_name(), dossiers)
    xlsx_lists.procedures(book, lists[0], dossiers.form)
    xlsx_lists.dossiers(book, lists[1])
    xlsx_lists.feedback(book, lists[2])
    book.book.close()
    return file.getvalue()


def _form(book: Book, worksheet: Worksheet, sheet: Sheet) -> None:
    form, findings = sheet.form, book.report.findings
    last = len(form.columns) - 1
    paper(worksheet)
    worksheet.write_string(0, 0, f"{form.label}. {form.basis}", book.italic)
    worksheet.merge_range(1, 0, 1, last, form.title, book.bold)
    named = say("annex.period", period=wording.period(findings.period))
    days = say("annex.dates", first=short(findings.period.first), last=short(findings.period.last))
    told = f"{named} {days}" if findings.period.name else named  # free dates are their own name
    worksheet.merge_range(2, 0, 2, last, f"{told}. {form.unit}", book.centred)
    marks = [say("head.draft")] if book.report.stamp is None else []
    marks += [say("head.illustrative")] if findings.illustrative else []
    sender = say("annex.sender", agency=book.report.letterhead.agency)
    worksheet.write_string(3, 0, ". ".join([sender, *marks]), book.italic)
    for cell in headings(form):
        _span(worksheet, HEAD_LINES + cell.line, cell.column, cell.lines, cell.columns, cell.text, book.head)
    for place, text in enumerate(numbering(form)):
        worksheet.write_string(HEAD_LINES + form.depth, place, text, book.small)
    for level in range(form.depth):
        worksheet.set_row(HEAD_LINES + level, HEADING_HEIGHT if level < form.depth - 1 else LAST_HEADING_HEIGHT)
    first = _first_row(form)
    if form.group:
        worksheet.merge_range(first - 1, 0, first - 1, last, form.group, book.total_text)
    for position, line in enumerate(sheet.lines):
        worksheet.set_row(first + position, LINE_HEIGHT * (1 + len(line.name) // NAME_CHARACTERS))
        _line(book, worksheet, sheet, line, first, first + position)
    worksheet.set_column(0, 0, 6)
    worksheet.set_column(1, 1, 42)
    for place, column in enumerate(form.columns[2:], 2):
        worksheet.set_column(place, place, 40 if column.author else 13)
    worksheet.freeze_panes(first, 2)
    if sheet.lacks:
        worksheet.write_string(first + len(sheet.lines), 0, say("annex.unknown_note"), book.italic)
    _checks(book, worksheet, sheet, first + len(sheet.lines) + 1)


def _first_row(form: Form) -> int:
    """Give the row of a form's first line, from 0."""
    return HEAD_LINES + form.depth + 1 + bool(form.group)


def _span(worksheet: Worksheet, line: int, column: int, lines: int, columns: int, text: str, how: Format) -> None:
    if lines * columns == 1:
        worksheet.write_string(line, column, text, how)
    else:
        worksheet.merge_range(line, column, line + lines - 1, column + columns - 1, text, how)


def _line(book: Book, worksheet: Worksheet, sheet: Sheet, line: Line, first: int, row: int) -> None:
    figure, text = (book.total, book.total_text) if line.is_total else (book.figure, book.text)
    for place, column in enumerate(sheet.form.columns):
        if column.key == NUMBER:
            worksheet.write(row, place, None if line.is_total else row - first + 1, figure)
        elif column.key == NAME:
            worksheet.write_string(row, place, line.name, text)
        elif column.author:
            worksheet.write_blank(row, place, None, text)
        else:
            value = line.figures[column.key]
            formula = _formula(book, sheet, line, column, first, row)
            if value is None:
                worksheet.write_string(row, place, say("annex.unknown"), figure)
            elif formula is None:
                worksheet.write_number(row, place, value, figure)
            else:
                worksheet.write_formula(row, place, formula, figure, value)


def _formula(book: Book, sheet: Sheet, line: Line, column: Column, first: int, row: int) -> str | None:
    """Give a figure's formula; None for a basic figure that does not come from the list."""
    place = column.no - 1
    if column.plus:
        return "=" + "+".join(xl_rowcol_to_cell(row, no - 1) for no in column.plus)
    if line.is_total:
        above = f"{xl_rowcol_to_cell(first, place)}:{xl_rowcol_to_cell(row - 1, place)}"
        return f"=SUM({above})" if row > first else None
    findings, subject = book.report.findings, sheet.form.subject
    listing = FEEDBACK if subject == "feedback" else DOSSIERS
    rows = (
        len(findings.feedback.heard if findings.feedback else ())
        if listing is FEEDBACK
        else len(findings.figures.dossiers)
    )
    return "=" + "+".join(listing.counting(cell, rows, "field_number", line.number) for cell in column.of)


def _checks(book: Book, worksheet: Worksheet, sheet: Sheet, row: int) -> None:
    """Write the identities as formulas over the total row."""
    total = row - 2
    if not sheet.form.identities or any(value is None for value in sheet.lines[-1].figures.values()):
        return
    worksheet.write_string(row, 1, say("list.checks"), book.bare)
    for number, identity in enumerate(sheet.form.identities, 1):
        sign = "<=" if "<=" in identity else "="
        left, right = identity.split(sign)
        sides = ["+".join(xl_rowcol_to_cell(total, int(no) - 1) for no in side.split("+")) for side in (left, right)]
        formula = f'=IF({sides[0]}{sign}{sides[1]},"{say("list.right")}","{say("list.wrong")}")'
        shown = sign.join("+".join(f"({no})" for no in side.split("+")) for side in (left, right))
        worksheet.write_string(row + number, 1, shown, book.bare)
        worksheet.write_formula(row + number, 2, formula, book.bare, say("list.right"))


def _charts(book: Book, worksheet: Worksheet, source: str, sheet: Sheet) -> None:
    """Draw native charts over the cells of the form: how dossiers came in, and how they stand by field."""
    if len(sheet.lines) < 2:
        return
    paper(worksheet)
    first = _first_row(sheet.form)
    last = first + len(sheet.lines) - 2
    numbers = xlsx_lists.numbers("dossiers")
    received = book.book.add_chart({"type": "column"})
    for cell in RECEIVED:
        place = numbers[cell] - 1
        total = last + 1
        received.add_series(
            {
                "name": say(f"chart.{cell}"),
                "values": [source, total, place, total, place],
                "data_labels": {"value": True},
                "fill": {"color": COLOURS[cell]},
            }
        )
    received.set_title({"name": say("chart.received")})
    results = book.book.add_chart({"type": "bar", "subtype": "stacked"})
    for cell in (*RESOLVED, *PENDING):
        place = numbers[cell] - 1
        results.add_series(
            {
                "name": say(f"chart.{cell}"),
                "categories": [source, first, 1, last, 1],
                "values": [source, first, place, last, place],
                "fill": {"color": COLOURS[cell]},
            }
        )
    results.set_title({"name": say("chart.results")})
    results.set_y_axis({"reverse": True})
    worksheet.fit_to_pages(1, 1)
    for where, chart in (("A1", received), ("A22", results)):
        chart.set_size({"width": 900, "height": 400})
        worksheet.insert_chart(where, chart)
