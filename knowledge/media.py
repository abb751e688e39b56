"""What a file is, told from its first bytes: names and declared types are the sender's word and count for nothing.

Signatures: PNG (ISO/IEC 15948), JPEG (ITU-T T.81), GIF89a, WebP (RFC 9649), PDF (ISO 32000), ZIP (APPNOTE 4.3.7) with
the parts of Office Open XML (ECMA-376), compound files of older Office versions ([MS-CFB]).
"""

from __future__ import annotations

import io
import zipfile
from enum import StrEnum

UNPACKED_BYTES_MOST = 300 << 20  # of an xlsx: 100,000 rows of 19 columns unpack to about 120 MB
PARTS_MOST = 2_000  # of an xlsx: a part for each sheet and some more
TEXT_BYTES_READ = 64 << 10  # enough to see that something is text


class Media(StrEnum):
    """A kind of file, by its media type (IANA)."""

    PNG = "image/png"
    JPEG = "image/jpeg"
    GIF = "image/gif"
    WEBP = "image/webp"
    PDF = "application/pdf"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    ZIP = "application/zip"
    OLD_OFFICE = "application/x-ole-storage"
    TEXT = "text/plain"  # csv too: nothing in the bytes tells them apart

    @property
    def is_picture(self) -> bool:
        """Whether it is a picture of one of the kinds that we read."""
        return self in PICTURES


PICTURES = frozenset({Media.PNG, Media.JPEG, Media.GIF, Media.WEBP})
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", Media.PNG),
    (b"\xff\xd8\xff", Media.JPEG),
    (b"GIF87a", Media.GIF),
    (b"GIF89a", Media.GIF),
    (b"%PDF-", Media.PDF),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Media.OLD_OFFICE),
)
_OFFICE = {"xl/workbook.xml": Media.XLSX, "word/document.xml": Media.DOCX}
UNKNOWN = "application/octet-stream"


def sniff(content: bytes) -> Media | None:
    """Tell what these bytes are; None for nothing that we know. A zip that would unpack too far is None too."""
    for signature, media in _SIGNATURES:
        if content.startswith(signature):
            return media
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return Media.WEBP
    if content[:4] == b"PK\x03\x04":
        return _packed(content)
    return Media.TEXT if _is_text(content[:TEXT_BYTES_READ], whole=len(content) <= TEXT_BYTES_READ) else None


def media_type(content: bytes) -> str:
    """Name the media type of these bytes."""
    return sniff(content) or UNKNOWN


def _packed(content: bytes) -> Media | None:
    """Look into a zip's table of contents; nothing is unpacked. What it says of sizes binds whoever unpacks it."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return None
    if len(parts) > PARTS_MOST or sum(part.file_size for part in parts) > UNPACKED_BYTES_MOST:
        return None
    names = {part.filename for part in parts}
    return next((media for name, media in _OFFICE.items() if name in names), Media.ZIP)


def _is_text(start: bytes, *, whole: bool) -> bool:
    """Tell whether the beginning of a file is text, in UTF-8 or in UTF-16 with its mark."""
    if not start:
        return False
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return True
    if b"\x00" in start:
        return False
    try:
        (start if whole else start[:-4]).decode("utf-8")
    except UnicodeDecodeError as fault:
        return not whole and fault.start >= len(start) - 8  # a letter cut in two at the end of what was looked at
    return True
