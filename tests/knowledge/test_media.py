"""What a file is, is told by its content, whatever it is called."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from knowledge.media import PARTS_MOST, UNPACKED_BYTES_MOST, Media, media_type, sniff


def packed(**parts: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return written.getvalue()


def workbook() -> bytes:
    written = io.BytesIO()
    Workbook().save(written)
    return written.getvalue()


@pytest.mark.parametrize(
    ("content", "media"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"x", Media.PNG),
        (b"\xff\xd8\xff\xe0x", Media.JPEG),
        (b"GIF89a", Media.GIF),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", Media.WEBP),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", None),
        (b"%PDF-1.7\n", Media.PDF),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00", Media.OLD_OFFICE),
        (workbook(), Media.XLSX),
        (packed(**{"word/document.xml": b""}), Media.DOCX),
        (packed(readme=b"x"), Media.ZIP),
        (b"PK\x03\x04 and then nothing of a zip", None),
        ("MaHoSo,ChủHồSơ\n".encode(), Media.TEXT),
        ("MaHoSo".encode("utf-16"), Media.TEXT),
        ("ữ".encode() * 40_000, Media.TEXT),
        (b"\xef\xbb\xbfMaHoSo", Media.TEXT),
        (b"MZ\x90\x00\x03", None),
        (b"\xe1\xba", None),
        (b"", None),
    ],
)
def test_a_file_is_what_its_bytes_say(content: bytes, media: Media | None) -> None:
    assert sniff(content) == media


def test_a_zip_that_unpacks_too_far_is_nothing_that_we_know() -> None:
    bomb = packed(**{"xl/workbook.xml": b"", "xl/sheet1.xml": b"\x00" * (UNPACKED_BYTES_MOST + 1)})
    assert len(bomb) < 2_000_000
    assert sniff(bomb) is None
    assert sniff(packed(**{"xl/workbook.xml": b"", **{f"p{n}": b"" for n in range(PARTS_MOST)}})) is None


def test_what_nobody_knows_is_bytes() -> None:
    assert media_type(b"\x00\x01") == "application/octet-stream"
    assert media_type(b"a;b") == "text/plain"


@given(st.binary(max_size=200))
def test_whatever_the_bytes_are_the_reading_ends(content: bytes) -> None:
    assert sniff(content) in (None, *Media)
    sniff(b"PK\x03\x04" + content)
