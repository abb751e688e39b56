"""The acknowledgement of a feedback as a .docx of one page: number, what was received, the promise."""

from __future__ import annotations

import io
from datetime import tzinfo

from handlers.texts import Words
from storage.feedback import Feedback

FONT = "Times New Roman"  # Nghị định 30/2020/NĐ-CP, Phụ lục I
POINTS = 13


def acknowledgement(say: Words, one: Feedback, agency: str, parent: str, zone: tzinfo, count: int, news: int) -> bytes:
    """Write the file. `count`: of the files that came with it; `news`: every so many days after the promise."""
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm, Pt

    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin, section.right_margin, section.top_margin, section.bottom_margin = Cm(3), Cm(2), Cm(2), Cm(2)
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(POINTS)
    for text, is_bold, above in (
        (parent.upper(), False, 0),
        (agency.upper(), True, 0),
        (say.plain("ackdoc.title"), True, 24),
        (one.number, True, 0),
    ):
        if text:
            paragraph = document.add_paragraph()
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(above), Pt(2)
            paragraph.add_run(text).bold = is_bold
    paragraph.paragraph_format.space_after = Pt(18)
    day = f"{one.received_at.astimezone(zone):%H:%M, %d/%m/%Y}"
    due = "" if one.due_at is None else f"{one.due_at.astimezone(zone):%d/%m/%Y}"
    for text in (
        say.plain("ackdoc.received", at=day),
        say.plain(
            "ackdoc.sender", name=one.sender_name or "", address=one.sender_address or "", phone=one.sender_phone or ""
        ),
        say.plain("ackdoc.kind", kind=say.plain(f"feedback.kind_{one.kind}"), clause=one.clause or "–"),
        f"{say.plain('feedback.field_label')}: {one.field}." if one.field else "",
        f"{say.plain('feedback.document_label')}: {one.document}." if one.document else "",
        say.plain("ackdoc.content", content=one.content or ""),
        say.plain("ackdoc.proposal", proposal=one.proposal) if one.proposal else "",
        say.plain("ackdoc.files", count=count) if count else "",
        say.plain("ackdoc.promise", day=due, news=news),
        say.plain("ackdoc.machine"),
    ):
        if text:
            document.add_paragraph(_printable(text))
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _printable(text: str) -> str:
    """Leave out what XML cannot hold (XML 1.0, 2.2)."""
    return "".join(
        char for char in text if char in "\n\t" or (char.isprintable() and not 0xFFFE <= ord(char) <= 0xFFFF)
    )
