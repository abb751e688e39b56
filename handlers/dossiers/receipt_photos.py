"""A photo of a receipt: a job reads the codes on it, and what they say is looked up as if it had been typed."""

from __future__ import annotations

import json
from dataclasses import replace

from handlers import attachments
from handlers.dossiers import asking as dossier_asking
from handlers.dossiers import looking_up as dossiers
from handlers.messages import Attachment, Job, Turn
from handlers.rooms import Outcome, Room
from handlers.talk import Talk, clean
from storage import files

KIND = "receipt_photo"  # of the job
PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".gif")


def take(talk: Talk) -> Turn | None:
    """Order the reading of a picture; None for another file, in a form, and where the words under it hold the code."""
    picture = next((file for file in talk.files if _is_picture(file)), None)
    if picture is None or talk.session.is_filling or dossier_asking.asked(talk):
        return None
    order = attachments.order(talk, picture, group=talk.group, network=talk.network)
    turn = talk.answer(talk.say("lookup.reading_photo"), misses=0, done="photo_taken")
    return replace(turn, jobs=(Job(KIND, order),))


def _is_picture(file: Attachment) -> bool:
    return file.media_type.startswith("image/") or file.name.lower().endswith(PICTURES)


def tell(talk: Talk, outcome: Outcome) -> Turn:
    """Look up the codes that were read, before the same people as the photo was sent; the photo itself goes."""
    rows = [[talk.button("lookup", "lookup"), talk.button("menu", "menu")]]
    if outcome.result is None:
        return talk.answer(attachments.fault(talk, None), rows, done="photo_unread")
    found = json.loads(outcome.result)
    files.forget(talk.tx, found["reference"])
    if "fault" in found:
        return talk.answer(attachments.fault(talk, found["fault"]), rows, done="photo_unread")
    read = replace(talk, text=clean("\n".join(found["texts"])), group=found["group"], network=found["network"])
    asked = [one for one in dossier_asking.asked(read) if one.reading.code is not None]
    if asked:
        return dossiers.answer(read, asked)
    key = "lookup.other_code_in_photo" if found["texts"] else "lookup.no_code_in_photo"
    text = talk.say(key, example=dossier_asking.example(talk.agency))
    return talk.answer(text, rows, step=dossier_asking.ASKED, done="photo_unread")


ROOM = Room("receipt_photos", takes_file=take, results={KIND: tell})
