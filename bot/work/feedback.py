"""The jobs of feedback: looking at a file before it is kept, and writing the acknowledgement.

A picture is decoded and written anew, so that nothing else that its file says (place, device, a second file behind its
end) is kept; a document is taken as it is once its kind is told by content and it carries no macro and no second file.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.settings import Settings
from bot.work.attachments import Attachments
from bot.work.pictures import open_picture
from handlers.documents.acknowledgement import acknowledgement
from handlers.messages import Attachment
from handlers.texts import words
from knowledge.errors import Unusable
from knowledge.media import Media, sniff
from storage import accounts, feedback, files
from storage.database import Database

PICTURE_SIDE = 2400  # pixels: enough to read a page
QUALITY = 85
DRAFT_KEPT = timedelta(days=90)  # as long as the draft of the form that holds it
RECEIPT_KEPT = timedelta(days=7)
NAME_MOST = 80
_MACRO = re.compile(r"vbaProject|\.bin$|activeX|embeddings/", re.IGNORECASE)
_ACTIVE_PDF = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|OpenAction|AA|RichMedia|XFA)\b")
_HIDDEN_SIGN = re.compile(rb"#([0-9a-fA-F]{2})")  # how a name of a PDF may hide its letters
UNPACKED_MOST, PACKED_TIMES = 100 << 20, 200  # bytes of a document once unpacked; how many times what it is packed
_ENDINGS = {Media.PDF: "pdf", Media.DOCX: "docx"}


def look_at(database: Database, fetched: Attachments, clock: Callable[[], datetime], body: str) -> str:
    """Fetch a file, make it safe and keep it; gives its hash and name, or the reason why it cannot be used."""
    order = json.loads(body)
    sent = Attachment.from_record(order["file"])
    told = {key: order[key] for key in ("number", "text") if key in order}
    try:
        content, ending = safe(fetched.fetch(order["channel"], sent))
    except Unusable as fault:
        return json.dumps({**told, "fault": fault.reason}, ensure_ascii=False)
    finally:
        with database.transaction() as tx:
            if re.fullmatch(r"[0-9a-f]{32}", sent.reference):
                files.forget(tx, sent.reference)
    with database.transaction() as tx:
        key = files.keep(tx, content, clock() + DRAFT_KEPT, account_id=order["account"])
    return json.dumps({**told, "hash": key, "name": named(sent.name, ending)}, ensure_ascii=False)


def safe(content: bytes) -> tuple[bytes, str]:
    """Give the bytes to keep and the ending of their name.

    Raises `Unusable`: `feedback_kind` for a kind that is not taken, `feedback_unsafe` for macros and second files, and
    as `open_picture` does.
    """
    media = sniff(content)
    if media is not None and media.is_picture:
        picture = open_picture(content)
        picture.thumbnail((PICTURE_SIDE, PICTURE_SIDE))
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=QUALITY)
        return buffer.getvalue(), "jpg"
    if media is Media.PDF:
        plain = _HIDDEN_SIGN.sub(lambda sign: bytes.fromhex(sign[1].decode()), content)
        if zipfile.is_zipfile(io.BytesIO(content)) or _ACTIVE_PDF.search(plain) or b"%%EOF" not in content[-2048:]:
            raise Unusable("feedback_unsafe")
        return content, "pdf"
    if media is Media.DOCX:
        _check_document(content)
        return content, "docx"
    raise Unusable("feedback_kind")


def _check_document(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            names = packed.namelist()
            size = sum(part.file_size for part in packed.infolist())
            if size > min(UNPACKED_MOST, PACKED_TIMES * len(content)):
                raise Unusable("feedback_unsafe")
            links = b"".join(packed.read(name) for name in names if name.endswith("settings.xml.rels"))
    except (zipfile.BadZipFile, ValueError, OSError, RuntimeError, NotImplementedError):
        raise Unusable("feedback_unsafe") from None
    if not content.startswith(b"PK\x03\x04") or any(map(_MACRO.search, names)) or b"attachedTemplate" in links:
        raise Unusable("feedback_unsafe")


def named(name: str, ending: str) -> str:
    """Name a kept file by what it was called, without folders and signs, and by what it really is."""
    stem = re.sub(r"[^\w\- ]+", "-", re.split(r"[\\/]", name)[-1].rsplit(".", 1)[0]).strip("- ")[:NAME_MOST]
    return f"{stem or 'tep'}.{ending}"


def write_receipt(database: Database, settings: Settings, clock: Callable[[], datetime], body: str) -> str:
    """Write the acknowledgement of a feedback and keep it for its sender."""
    order = json.loads(body)
    with database.transaction() as tx:
        one = feedback.find(tx, order["number"])
        found = accounts.by_id(tx, order["account"])
        if one is None or one.account_id != order["account"] or one.content is None:
            return json.dumps({})
        count = len(feedback.files_of(tx, one))
        say = words(None if found is None else found[0].language)
    zone = ZoneInfo(settings.agency.timezone.key)
    office, news = settings.agency, settings.feedback.news_days
    content = acknowledgement(say, one, office.name, office.parent, zone, count, news)
    with database.transaction() as tx:
        key = files.keep(tx, content, clock() + RECEIPT_KEPT, account_id=order["account"])
    return json.dumps({"hash": key, "name": f"{one.number}.docx"})
