"""How an administrative document looks: the measures of Nghị định 30/2020/NĐ-CP, Phụ lục I, for python-docx.

A4; margins: top and bottom 20–25 mm, left 30–35, right 15–20; Times New Roman, black; page numbers upright in the
middle of the top margin, not on the first page. The sizes are within what the decree allows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Mm, Pt, RGBColor

if TYPE_CHECKING:
    from docx.document import Document as DocxDocument
    from docx.section import Section
    from docx.table import Table, _Cell
    from docx.text.paragraph import Paragraph

FONT = "Times New Roman"
PAGE_SHORT, PAGE_LONG = Mm(210), Mm(297)
TOP, BOTTOM, LEFT, RIGHT = Mm(20), Mm(20), Mm(30), Mm(15)
BODY, HEADLINE, SMALL, RECEIVERS, TABLE, TINY = Pt(14), Pt(13), Pt(12), Pt(11), Pt(10), Pt(8)
FIRST_LINE, AFTER, SPACING = Cm(1.27), Pt(6), 1.15
CENTRE, JUSTIFIED, TO_RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY, WD_ALIGN_PARAGRAPH.RIGHT


def prepare(document: DocxDocument) -> None:
    """Set the font of everything, also for what Word counts as East Asian, and the first section's page."""
    style = document.styles["Normal"]
    style.font.name, style.font.size, style.font.color.rgb = FONT, BODY, RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(name), FONT)
    style.paragraph_format.space_after = Pt(0)
    page(document.sections[0], landscape=False)


def page(section: Section, *, landscape: bool) -> None:
    """Lay a section out: A4 with the decree's margins, its pages numbered from 1 but not on the first."""
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (PAGE_LONG, PAGE_SHORT) if landscape else (PAGE_SHORT, PAGE_LONG)
    section.top_margin, section.bottom_margin = TOP, BOTTOM
    section.left_margin, section.right_margin = LEFT, RIGHT
    section.header_distance = Mm(9)
    section.different_first_page_header_footer = True
    section.header.is_linked_to_previous = section.first_page_header.is_linked_to_previous = False
    start = OxmlElement("w:pgNumType")
    start.set(qn("w:start"), "1")
    section._sectPr.append(start)
    number = section.header.paragraphs[0]
    number.alignment = CENTRE
    _field(number, "PAGE")


def _field(paragraph: Paragraph, code: str) -> None:
    run = paragraph.add_run()
    run.font.size = HEADLINE
    for kind, text in (("begin", None), (None, code), ("end", None)):
        element = OxmlElement("w:fldChar" if text is None else "w:instrText")
        if text is None:
            element.set(qn("w:fldCharType"), str(kind))
        else:
            element.text = text
        run._r.append(element)


def write(
    where: Any, text: str, size: Any = BODY, *, bold: bool = False, italic: bool = False, align: Any = None
) -> Paragraph:
    """Write a paragraph into a document or a cell (whose empty first paragraph is used)."""
    first = where.paragraphs[0] if hasattr(where, "paragraphs") and where.paragraphs else None
    is_cell = hasattr(where, "merge")
    paragraph: Paragraph = first if is_cell and first is not None and not first.runs else where.add_paragraph()
    run = paragraph.add_run(text)
    run.font.size, run.bold, run.italic = size, bold, italic
    paragraph.alignment = align
    return paragraph


def body(document: DocxDocument, text: str, *, bold: bool = False, italic: bool = False) -> Paragraph:
    """Write a paragraph of the report: justified, its first line indented."""
    paragraph = write(document, text, bold=bold, italic=italic, align=JUSTIFIED)
    shape = paragraph.paragraph_format
    shape.first_line_indent, shape.space_after, shape.line_spacing = FIRST_LINE, AFTER, SPACING
    shape.keep_with_next = bold
    return paragraph


def rule(paragraph: Paragraph, indent: Any) -> None:
    """Draw a line under a paragraph, shorter on both sides by `indent`, on an empty line of its own height."""
    shape = paragraph.paragraph_format
    shape.left_indent = shape.right_indent = indent
    shape.line_spacing = Pt(3)
    borders = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    paragraph._p.get_or_add_pPr().append(borders)


def place(
    cell: _Cell, text: str, size: Any = TABLE, *, bold: bool = False, italic: bool = False, align: Any = CENTRE
) -> None:
    """Write a cell of a table."""
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    write(cell, text, size, bold=bold, italic=italic, align=align)


def widths(table: Table, measures: list[Any]) -> None:
    """Fix the widths of a table's columns, which Word and LibreOffice read from every cell."""
    table.autofit = False
    for column, width in zip(table.columns, measures, strict=True):
        column.width = width
    for row in table._tbl.tr_lst:
        position = 0
        for cell in row.tc_lst:
            span = cell.grid_span
            cell.width = sum(measures[position : position + span])
            position += span


def repeat(table: Table, rows: int) -> None:
    """Repeat the first rows of a table on each page that it reaches, and break no row between pages."""
    for number, row in enumerate(table._tbl.tr_lst):
        properties = row.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        if number < rows:
            properties.append(OxmlElement("w:tblHeader"))
