"""Two hundred hostile texts and files: each is taken as plain words or refused, none runs, breaks or stays."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC

import pytest
from PIL import Image

from bot.work.feedback import named, safe
from handlers.documents.acknowledgement import acknowledgement
from handlers.texts import words
from knowledge.errors import Unusable
from knowledge.feedback_kind import classify
from knowledge.legal_reference import legal_reference
from knowledge.similar import most_alike
from storage.feedback import Feedback
from tests.persons import NOW


def packed(**parts: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in parts.items():
            opened.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return buffer.getvalue()


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 30), **more: object) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, "red").save(buffer, kind, **more)
    return buffer.getvalue()


def located() -> bytes:
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (10.0, 21.0, 0.0)}
    exif[0x010F] = "MAYANH-BIMAT"
    return picture(exif=exif)


DOCX = packed(word__document_dot_xml=b"<w/>")
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
BOMB = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x01\x00\x00\x00\x01\x00\x00\x08\x06\x00\x00\x00"
REFUSED: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "image-bomb-65536-squared": lambda: BOMB,
    "picture-too-long": lambda: picture("PNG", (20_001, 1)),
    "truncated-jpeg": lambda: picture()[:200],
    "truncated-png": lambda: picture("PNG")[:40],
    "jpeg-that-is-only-its-signature": lambda: b"\xff\xd8\xff",
    "zip-bomb": lambda: packed(a=b"0" * (20 << 20)),
    "docx-with-macro": lambda: packed(word__document_dot_xml=b"<w/>", word__vbaProject_dot_bin=b"x"),
    "docx-with-embedded-file": lambda: packed(word__document_dot_xml=b"<w/>", word__embeddings__a_dot_xlsx=b"x"),
    "docx-with-activex": lambda: packed(word__document_dot_xml=b"<w/>", word__activeX__a_dot_xml=b"x"),
    "docx-with-remote-template": lambda: packed(
        word__document_dot_xml=b"<w/>", word___rels__settings_dot_xml_dot_rels=b'Type="attachedTemplate"'
    ),
    "docx-bomb-in-its-relations": lambda: packed(
        word__document_dot_xml=b"<w/>", word___rels__settings_dot_xml_dot_rels=b" " * (30 << 20)
    ),
    "docx-bomb-in-its-text": lambda: packed(word__document_dot_xml=b" " * (120 << 20)),
    "docx-cut-in-half": lambda: DOCX[: len(DOCX) // 2],
    "pdf-with-javascript": lambda: PDF.replace(b"<<>>", b"<</JavaScript 2 0 R>>", 1),
    "pdf-with-js": lambda: PDF.replace(b"<<>>", b"<</JS (app.alert)>>", 1),
    "pdf-with-hidden-javascript": lambda: PDF.replace(b"<<>>", b"<</J#61vaScript 2 0 R>>", 1),
    "pdf-with-rich-media": lambda: PDF.replace(b"<<>>", b"<</RichMedia 2 0 R>>", 1),
    "pdf-that-opens-something": lambda: PDF.replace(b"<<>>", b"<</OpenAction 2 0 R>>", 1),
    "pdf-that-launches": lambda: PDF.replace(b"<<>>", b"<</Launch 2 0 R>>", 1),
    "pdf-with-file-inside": lambda: PDF.replace(b"<<>>", b"<</EmbeddedFile 2 0 R>>", 1),
    "pdf-without-end": lambda: b"%PDF-1.7 nothing more",
    "pdf-and-zip-polyglot": lambda: PDF + packed(a=b"x"),
    "xlsx": lambda: packed(xl__workbook_dot_xml=b"<w/>"),
    "csv-with-formula": lambda: b"=cmd|' /C calc'!A0,1\n",
    "html": lambda: b"<html><script>alert(1)</script>",
    "svg": lambda: b"<svg onload='alert(1)' xmlns='http://www.w3.org/2000/svg'/>",
    "executable": lambda: b"MZ\x90\x00" + b"\x00" * 100,
    "elf": lambda: b"\x7fELF" + b"\x00" * 100,
    "shell": lambda: b"#!/bin/sh\nrm -rf /\n",
    "old-office": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512,
    "bmp": lambda: picture("BMP"),
    "tiff": lambda: picture("TIFF"),
    "mp4": lambda: b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 100,
    "rar": lambda: b"Rar!\x1a\x07\x00" + b"\x00" * 50,
    "gzip": lambda: b"\x1f\x8b\x08" + b"\x00" * 50,
    "twenty-megabytes-of-nothing": lambda: b"\x00" * (20 << 20),
    "half-a-character": lambda: b"\xed\xa0\x80" * 20,
}
CLEANED: dict[str, Callable[[], bytes]] = {
    "jpeg-with-position": located,
    "jpeg-and-zip-polyglot": lambda: picture() + packed(secret=b"MAYANH-BIMAT"),
    "jpeg-and-html-polyglot": lambda: picture() + b"<script>MAYANH-BIMAT</script>",
    "png-with-text": lambda: picture("PNG") + b"MAYANH-BIMAT",
    "gif-with-tail": lambda: picture("GIF") + b"MAYANH-BIMAT",
    "webp-with-tail": lambda: picture("WEBP") + b"MAYANH-BIMAT",
}
NAMES = {
    "path": ("../../etc/passwd", "passwd.pdf"),
    "windows-path": ("C:\\Windows\\evil.exe", "evil.pdf"),
    "double-ending": ("anh.jpg.exe", "anh-jpg.pdf"),
    "markup": ("<b>x</b>.jpg", "b.pdf"),
    "only-dots": ("...", "tep.pdf"),
    "empty-name": ("", "tep.pdf"),
    "very-long": ("a" * 500 + ".jpg", "a" * 80 + ".pdf"),
    "line-break": ("a\r\nContent-Type: x.jpg", None),
}


def texts() -> Iterator[tuple[str, str]]:
    """Name 152 hostile texts."""
    kinds = {
        "markup": "<b>đậm</b><script>alert({n})</script>",
        "unclosed": "<i><b{n}",
        "formula": '=HYPERLINK("http://x",{n})',
        "at-formula": "@SUM(1+{n})*cmd|' /C calc'!A0",
        "plus-formula": "+{n}+cmd|' /C calc'!A0",
        "minus-formula": "-{n}+3+cmd|' /C notepad'!A0",
        "sql": "'; DROP TABLE feedback; -- {n}",
        "braces": "{{number}} {{agency}} %s %n ${{x}} {n}",
        "control": "quy định\x00\x07\x1b[31m bất cập {n}",
        "bidi": "quy định \u202etcudnoc\u202c bất cập {n}",
        "zero-width": "quy\u200b \u200bđịnh\ufeff bất cập {n}",
        "combining": "q" + "\u0301" * 200 + " {n}",
        "emoji": "😀" * 300 + "{n}",
        "xml-forbidden": "a\ufffe\uffff\x0b {n}",
        "long-word": "x" * 3000 + "{n}",
        "long-text": "quy định bất cập " * 240 + "{n}",
        "many-dots": "…." * 800 + "{n}",
        "regex": "(a+)+$ [[[ {n}" + "a" * 500,
        "path": "../../../etc/passwd%00 {n}",
    }
    for name, pattern in kinds.items():
        for n in range(8):
            yield f"{name}-{n}", pattern.replace("{n}", str(n) * (n + 1))


TEXTS = dict(texts())


def test_there_are_two_hundred_of_them_by_name() -> None:
    assert len(TEXTS) + len(REFUSED) + len(CLEANED) + len(NAMES) >= 200


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_file_is_refused_with_a_reason(name: str) -> None:
    with pytest.raises(Unusable):
        safe(REFUSED[name]())


@pytest.mark.parametrize("name", CLEANED)
def test_a_picture_is_written_anew_and_nothing_behind_it_is_kept(name: str) -> None:
    content, ending = safe(CLEANED[name]())
    assert ending == "jpg"
    assert b"MAYANH-BIMAT" not in content
    assert dict(Image.open(io.BytesIO(content)).getexif()) == {}
    assert not zipfile.is_zipfile(io.BytesIO(content))


def test_a_sound_document_is_taken_as_it_is() -> None:
    assert safe(PDF) == (PDF, "pdf")
    assert safe(DOCX) == (DOCX, "docx")


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_name_becomes_a_plain_one(name: str) -> None:
    given, expected = NAMES[name]
    told = named(given, "pdf")
    assert expected in (None, told)
    assert not any(sign in told for sign in '/\\<>:"|?*\r\n\x00')


@pytest.mark.parametrize("name", TEXTS)
def test_a_hostile_text_is_only_words(name: str) -> None:
    text = TEXTS[name]
    classify(text)
    legal_reference(text)
    most_alike(text, [text, "quy định"], 0.1, 2)
    say = words("vi")
    shown = str(say("feedback.answer", answer=text))
    assert "<script" not in shown
    assert json.loads(json.dumps(text)) == text


@pytest.mark.parametrize("kind", ["control", "xml-forbidden", "emoji", "bidi", "markup"])
def test_an_acknowledgement_is_written_of_any_text(kind: str) -> None:
    one = Feedback("PAKN-20261123-0001", NOW, "received", TEXTS[f"{kind}-1"], "A", "B", "C", due_at=NOW)
    assert acknowledgement(words("vi"), one, "Ban", "", UTC, 1, 7).startswith(b"PK")
