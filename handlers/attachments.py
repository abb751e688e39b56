"""Files that people send, as every room sees them: the order of a job that fetches one, and the words when it cannot.

A room's `takes_file` returns a `Turn` with `jobs=(Job(KIND, order(talk, talk.files[0])),)`; the job (in `bot/`) reads
the order, fetches the bytes by `bot.work.attachments.Attachments.fetch` and gives a result, or `{"fault": reason}` for
an `Unusable`; the room's `results[KIND]` words it, with `fault` for the latter and for a job that failed.
"""

from __future__ import annotations

import json
from typing import Any

from markupsafe import Markup

from handlers.messages import Attachment
from handlers.talk import Talk

BYTES_MOST = 20 << 20  # what Telegram gives to a bot (Bot API, getFile), and enough for 100,000 rows of a register
REASONS = frozenset({"too_big", "gone", "no_picture", "too_large", "other_kind"})
"""Why a file cannot be used, each with its words (`file.<reason>`); a room may have reasons of its own."""


def order(talk: Talk, file: Attachment, **more: Any) -> str:
    """Write the body of a job that works on a file of this message, with whatever else the job has to know."""
    body = {"channel": talk.account.channel, "account": talk.account.id, "file": file.to_record(), **more}
    return json.dumps(body, ensure_ascii=False)


def fault(talk: Talk, reason: str | None) -> Markup:
    """Say why a file could not be used; without a reason of ours, that it may be tried again later."""
    known = reason if reason in REASONS else "later"
    return talk.say(f"file.{known}", **({"most": BYTES_MOST >> 20} if known == "too_big" else {}))
