"""How a job gets the bytes of what somebody sent.

A channel that leaves files at its platform fetches them (`channels.base.Fetching`); one that has none of its own (the
terminal) keeps what comes in at once and refers to it by its hash in `storage/files.py`. Jobs run in threads, channels
on the event loop: `Attachments.fetch` is called in the job's thread and waits there.

A job whose file cannot be used gives the reason back as its result, so that the room can word it; whatever else it
raises is tried again::

    def read_receipt(attachments: Attachments, body: str) -> str:
        order = json.loads(body)  # as `handlers.attachments.order` wrote it
        try:
            picture = open_picture(attachments.fetch(order["channel"], Attachment.from_record(order["file"])))
        except Unusable as fault:
            return json.dumps({"fault": fault.reason})
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime

from bot.channels.base import Channel, Fetching
from handlers.attachments import BYTES_MOST
from handlers.messages import Attachment
from knowledge.errors import Unusable
from knowledge.media import media_type
from storage import files
from storage.database import Database

FETCH_SECONDS = 60.0  # for all of it to come; a job tries three times


def keep(database: Database, content: bytes, name: str, now: datetime) -> Attachment:
    """Keep what came over a channel without a platform, and give it as that channel's attachment. Call it in a thread.

    Raises `Unusable` (`too_big`), `Unavailable`.
    """
    if len(content) > BYTES_MOST:
        raise Unusable("too_big")
    with database.transaction() as tx:
        key = files.keep(tx, content, now + files.KEPT_SHORTLY)
    return Attachment(key, name, len(content), media_type(content))


class Attachments:
    """Fetches attachments for the jobs of one process, through the channels that it has."""

    def __init__(self, database: Database, channels: Mapping[str, Channel], loop: asyncio.AbstractEventLoop) -> None:
        self._database = database
        self._channels = channels
        self._loop = loop

    def fetch(self, channel: str, attachment: Attachment, most: int = BYTES_MOST) -> bytes:
        """Fetch a file that came over this channel, at most so many bytes; call it in a job's thread.

        Raises `Unusable` with `too_big` or `gone` for good, `DeliveryError` or `TimeoutError` where a later try helps.
        """
        if attachment.size is not None and attachment.size > most:
            raise Unusable("too_big")
        through = self._channels.get(channel)
        if isinstance(through, Fetching):
            fetching = asyncio.run_coroutine_threadsafe(through.fetch(attachment.reference, most), self._loop)
            try:
                content = fetching.result(FETCH_SECONDS)
            finally:
                fetching.cancel()
        else:
            content = self._kept(attachment.reference)
        if len(content) > most:
            raise Unusable("too_big")
        return content

    def _kept(self, reference: str) -> bytes:
        with self._database.transaction() as tx:
            found = files.load(tx, reference)
        if found is None:
            raise Unusable("gone")
        return found.content
