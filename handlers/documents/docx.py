"""The report as a .docx file: a draft for signature in the layout of Nghị định 30/2020/NĐ-CP."""

from __future__ import annotations

from datetime import UTC, datetime, time
from io import BytesIO
from typing import TYPE_CHECKING, Any

from docx import Document
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.shared import Cm, Mm, Pt

from handlers.documents import wording
from handlers.documents.content import ROMAN, Grid, Heading, Report, Sentence
from handlers.documents.docx_layout import (
    BODY,
    CENTRE,
    HEADLINE,
    LEFT,
    PAGE_LONG,
    RECEIVERS,
    RIGHT,
    SMALL,
    TINY,
    TO_RIGHT,
    body,
    page,
    place,
    prepare,
    repeat,
    rule,
    widths,
    write,
)
from handlers.documents.forms import Sheet, headings, numbering
from handlers.documents.notes import missing
from handlers.documents.wording import say, short
from knowledge.report_form import NAME, NUMBER

if TYPE_CHECKING:
    from docx.document import Document as DocxDocument

NAME_WIDTH, NUMBER_WIDTH, AUTHOR_WIDTH = Cm(5), Cm(1.2), Cm(6)
PICTURE_WIDTH = Cm(16)
UNDER_RULE = Pt(5)


def written(report: Report, pictures: list[tuple[str, bytes]]) -> bytes:
    """Write the file; `pictures` are the charts of the last annex."""
    document = Document()
    prepare(document)
    day = report.findings.period.last if report.stamp is None else report.stamp.day
    properties = document.core_properties
    properties.title, properties.author = report.title, report.letterhead.agency
    properties.created = properties.modified = datetime.combine(day, time(0), UTC)
    properties.comments = ""
    _head(document, report)
    _title(document, report)
    for block in report.body:
        _block(document, block)
    _signature(document, report)
    for number, sheet in enumerate(report.sheets):
        _annex(document, report, number, sheet)
    if pictures:
        _charts(document, report, pictures)
    if report.stamp is None:
        _notes(document, report)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def _head(document: DocxDocument, report: Report) -> None:
    """Write the national heading on the right and the agency on the left, in a table without lines."""
    letterhead = report.letterhead
    table = document.add_table(1, 2)
    left, right = table.rows[0].cells
    if letterhead.parent:
        write(left, letterhead.parent.upper(), SMALL, align=CENTRE)
    write(left, letterhead.agency.upper(), SMALL, bold=True, align=CENTRE)
    rule(left.add_paragraph(), Cm(2))
    symbol = letterhead.symbol or "BC"
    number = write(left, say("head.number", number=report.number, symbol=symbol), HEADLINE, align=CENTRE)
    number.paragraph_format.space_before = UNDER_RULE
    if report.stamp is None:
        write(left, say("head.draft"), HEADLINE, bold=True, align=CENTRE)
    write(right, say("head.nation"), SMALL, bold=True, align=CENTRE)
    write(right, say("head.motto"), HEADLINE, bold=True, align=CENTRE)
    rule(right.add_paragraph(), Cm(1.75))
    where = letterhead.place or say("head.blank_place")
    dated = write(right, say("head.place_date", place=where, date=report.dated), HEADLINE, italic=True, align=CENTRE)
    dated.paragraph_format.space_before = UNDER_RULE
    widths(table, [Cm(6.9), Cm(9.6)])


def _title(document: DocxDocument, report: Report) -> None:
    kind = write(document, say("head.kind"), BODY, bold=True, align=CENTRE)
    kind.paragraph_format.space_before = Pt(18)
    write(document, report.title, BODY, bold=True, align=CENTRE)
    rule(document.add_paragraph(), Cm(5.3))
    if report.findings.illustrative:
        write(document, say("head.illustrative"), SMALL, bold=True, align=CENTRE).paragraph_format.space_before = Pt(6)
    if report.letterhead.recipient:
        to = write(document, say("head.to", recipient=report.letterhead.recipient), align=CENTRE)
        to.paragraph_format.space_before = to.paragraph_format.space_after = Pt(12)
    else:
        document.add_paragraph()


def _block(document: DocxDocument, block: Heading | Sentence | Grid) -> None:
    if isinstance(block, Heading):
        body(document, block.text, bold=True)
    elif isinstance(block, Sentence):
        body(document, block.text, italic=block.aside)
    else:
        _grid(document, block)


def _grid(document: DocxDocument, grid: Grid) -> None:
    table = document.add_table(len(grid.rows), len(grid.rows[0]), "Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER  # else its lines stand beyond the margins
    for number, (row, texts) in enumerate(zip(table.rows, grid.rows, strict=True)):
        for column, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            place(cell, text, bold=number == 0, align=CENTRE if number == 0 or column else None)
            cell.paragraphs[0].paragraph_format.keep_with_next = number < len(grid.rows) - 1
    repeat(table, 1)
    document.add_paragraph().paragraph_format.line_spacing = Pt(8)


def _signature(document: DocxDocument, report: Report) -> None:
    document.add_paragraph().paragraph_format.line_spacing = UNDER_RULE
    table = document.add_table(1, 2)
    left, right = table.rows[0].cells
    write(left, say("sign.receivers"), SMALL, bold=True, italic=True)
    for name in report.letterhead.receivers:
        write(left, say("sign.receiver", name=name), RECEIVERS)
    write(left, say("sign.last_receiver"), RECEIVERS)
    write(right, report.letterhead.signer.upper() or say("sign.signer"), BODY, bold=True, align=CENTRE)
    for _ in range(4):  # room for signature and seal
        write(right, "", BODY, align=CENTRE)
    widths(table, [Cm(8.2), Cm(8.3)])
    repeat(table, 0)


def _annex(document: DocxDocument, report: Report, number: int, sheet: Sheet) -> None:
    page(document.add_section(WD_SECTION.NEW_PAGE), landscape=True)
    _annex_title(document, report, number)
    form, period = sheet.form, report.findings.period
    head = document.add_table(1, 3)
    left, middle, right = head.rows[0].cells
    write(left, form.label, SMALL, bold=True)
    write(left, form.basis, RECEIVERS, italic=True)
    write(middle, form.title, SMALL, bold=True, align=CENTRE)
    write(middle, say("annex.period", period=wording.period(period)), SMALL, align=CENTRE)
    if period.name:
        days = say("annex.dates", first=short(period.first), last=short(period.last))
        write(middle, days, SMALL, italic=True, align=CENTRE)
    write(right, say("annex.sender", agency=report.letterhead.agency), RECEIVERS)
    recipient = report.letterhead.recipient or say("head.blank_place")
    write(right, say("annex.recipient", recipient=recipient), RECEIVERS)
    widths(head, [Cm(6.2), Cm(12), Cm(7)])
    write(document, form.unit, RECEIVERS, italic=True, align=TO_RIGHT)
    _form(document, sheet)
    if sheet.lacks:
        write(document, say("annex.unknown_note"), RECEIVERS, italic=True)


def _annex_title(document: DocxDocument, report: Report, number: int) -> None:
    letterhead = report.letterhead
    write(document, say("annex.title", number=ROMAN[number]), BODY, bold=True, align=CENTRE)
    attached = say(
        "annex.attached",
        number=report.number,
        symbol=letterhead.symbol or "BC",
        date=report.dated,
        agency=letterhead.agency,
    )
    write(document, attached, HEADLINE, italic=True, align=CENTRE).paragraph_format.space_after = Pt(8)


def _form(document: DocxDocument, sheet: Sheet) -> None:
    """Write a form's table; cells are reached through rows, once each, as python-docx is slow to find them."""
    form = sheet.form
    before = form.depth + 1 + bool(form.group)
    table = document.add_table(before + len(sheet.lines), len(form.columns), "Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    rows = [row.cells for row in table.rows]
    for head in headings(form):
        cell = rows[head.line][head.column]
        cell = cell.merge(rows[head.line + head.lines - 1][head.column + head.columns - 1])
        place(cell, head.text, bold=True)
    for cell, text in zip(rows[form.depth], numbering(form), strict=True):
        place(cell, _broken(text), TINY, italic=True)
    if form.group:
        place(rows[form.depth + 1][0].merge(rows[form.depth + 1][-1]), form.group, bold=True, align=None)
    for position, line in enumerate(sheet.lines, 1):
        texts = sheet.cells(line, position)
        for column, cell, text in zip(form.columns, rows[before + position - 1], texts, strict=True):
            place(cell, text, bold=line.is_total, align=None if column.key == NAME else CENTRE)
    widths(table, _measures(sheet))
    repeat(table, form.depth + 1)


def _broken(numbering: str) -> str:
    """Break (3)=(4)+(5)+(6) where a narrow column would break it amid a number."""
    first, *others = numbering.replace("=", "=\n").split("+")
    return first + "".join(f"{chr(10) if place % 2 else ''}+{one}" for place, one in enumerate(others))


def _measures(sheet: Sheet) -> list[Any]:
    fixed = {NUMBER: NUMBER_WIDTH, NAME: NAME_WIDTH}
    given = [AUTHOR_WIDTH if one.author else fixed.get(one.key) for one in sheet.form.columns]
    whole = PAGE_LONG - LEFT - RIGHT
    share = (whole - sum(width for width in given if width is not None)) // max(given.count(None), 1)
    return [share if width is None else width for width in given]


def _charts(document: DocxDocument, report: Report, pictures: list[tuple[str, bytes]]) -> None:
    page(document.add_section(WD_SECTION.NEW_PAGE), landscape=False)
    _annex_title(document, report, len(report.sheets))
    write(document, say("annex.charts"), BODY, bold=True, align=CENTRE)
    for title, picture in pictures:
        heading = write(document, title, HEADLINE, bold=True, align=CENTRE)
        heading.paragraph_format.space_before, heading.paragraph_format.keep_with_next = Pt(10), True
        document.add_picture(BytesIO(picture), width=PICTURE_WIDTH)
        document.paragraphs[-1].alignment = CENTRE


def _notes(document: DocxDocument, report: Report) -> None:
    page(document.add_section(WD_SECTION.NEW_PAGE), landscape=False)
    write(document, say("notes.title"), BODY, bold=True, align=CENTRE).paragraph_format.space_after = Mm(4)
    body(document, say("notes.intro"))
    for number, note in enumerate(missing(report), 1):
        paragraph = write(document, f"{number}. {note.told()}", HEADLINE)
        paragraph.paragraph_format.space_after = Pt(3)
