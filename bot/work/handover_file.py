"""Files in a conversation with a person: fetched, known by their content, without what a picture says of its place.

A job's work. Only pictures, documents and texts go on; a picture is drawn anew, so that nothing hides in it.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import datetime

from bot.work.attachments import Attachments
from bot.work.pictures import open_picture
from handlers.messages import Attachment
from knowledge.errors import Unusable
from knowledge.media import Media, sniff
from storage import files
from storage.database import Database

KINDS = frozenset({Media.PDF, Media.DOCX, Media.XLSX, Media.TEXT})
QUALITY = 85  # of a JPEG: text on a photo stays readable


def work(database: Database, fetched: Attachments, clock: Callable[[], datetime], body: str) -> str:
    """Do the job: fetch and keep the file that the order names. Gives its hash, or why it cannot go on."""
    order = json.loads(body)
    try:
        content = cleaned(fetched.fetch(order["channel"], Attachment.from_record(order["file"])))
    except Unusable as fault:
        return json.dumps({"line": order["line"], "fault": fault.reason})
    with database.transaction() as tx:
        key = files.keep(tx, content, clock() + files.KEPT_SHORTLY, account_id=order["account"])
    return json.dumps({"line": order["line"], "hash": key})


def cleaned(content: bytes) -> bytes:
    """Give what may go on of a file. Raises `Unusable` (`no_picture`, `too_large`, `other_kind`)."""
    kind = sniff(content)
    if kind is not None and kind.is_picture:
        drawn = io.BytesIO()
        picture = open_picture(content)
        if kind is Media.JPEG:
            picture.save(drawn, "JPEG", quality=QUALITY)
        else:
            picture.save(drawn, "PNG")
        return drawn.getvalue()
    if kind in KINDS:
        return content
    raise Unusable("other_kind")
