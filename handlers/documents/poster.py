"""A poster of A4 for the counter: a QR code that opens the chat on one procedure (.docx), and the code alone (.png)."""

from __future__ import annotations

import io

from handlers.documents.checklist import FONT

ERROR_LEVEL = "q"  # a quarter of a printed code may be dirty or torn (ISO/IEC 18004, level Q)
PIXELS = 12  # of one module: 1,000 pixels for an address of a hundred characters
QR_CM = 11.0
BORDER = 4  # modules of quiet zone that ISO/IEC 18004 asks for


def png(address: str) -> bytes:
    """Draw the QR code of an address."""
    import segno

    buffer = io.BytesIO()
    segno.make(address, error=ERROR_LEVEL, micro=False).save(buffer, kind="png", scale=PIXELS, border=BORDER)
    return buffer.getvalue()


def poster(agency: str, title: str, call: str, notes: list[str], address: str) -> bytes:
    """Lay out the poster: who, what, the code, what to do with it, the address in letters."""
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm, Pt

    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(2)
    document.styles["Normal"].font.name = FONT

    def line(text: str, points: int, *, bold: bool = False) -> None:
        paragraph = document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = paragraph.add_run(text)
        run.bold, run.font.size = bold, Pt(points)

    line(agency.upper(), 18, bold=True)
    line(title, 24, bold=True)
    picture = document.add_paragraph()
    picture.alignment = WD_ALIGN_PARAGRAPH.CENTER
    picture.add_run().add_picture(io.BytesIO(png(address)), width=Cm(QR_CM))
    line(call, 20, bold=True)
    for note in notes:
        line(note, 14)
    line(address, 11)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()
