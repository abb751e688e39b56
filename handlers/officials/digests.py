"""What waited for officials becomes one message each: how many of what, the most urgent of it, a file where it is long.

Each official's digest is an event of its own, and a long one is put together by a job, so that no turn computes for
long. What is settled meanwhile, or was taken by somebody else, is left out.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from handlers.agency import Agency
from handlers.messages import FileRef, Happening, Notice, Reply
from handlers.notices import Rules
from handlers.officials import news as office_news
from handlers.officials import words as duty_words
from handlers.officials.notices import is_open
from handlers.officials.telling import LONGEST, SETTLE, Told, say_to, single
from handlers.officials.words import LISTED
from handlers.rooms import Outcome
from knowledge.duties import OF_CLAIMER, News
from storage import audit, events, jobs
from storage.database import Connection
from storage.dossiers import records as dossiers
from storage.dossiers.records import Dossier
from storage.events import NewEvent, Pending
from storage.jobs import NewJob
from storage.officials import duty
from storage.officials import register as officials

DIGESTS = "duty_digests"  # the moment, every few minutes, at which what waits is told
DIGEST = "duty_digest"  # the event of one official's digest, and the same happening
FILE = "duty_file"  # the job that puts a long digest together


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of news in a digest, as an event or a job carries it."""

    news: str
    subject: str
    mark: str
    dossier_id: int | None


def tell_waiting(tx: Connection, event: Pending, now: datetime) -> None:
    """Find whose digest is due: an event each."""
    for number in duty.ready(tx, now, SETTLE, LONGEST):
        body = json.dumps({"official": number})
        events.accept(tx, NewEvent(event.channel, f"{DIGEST}:{event.id}:{number}", DIGEST, body, event.lane), now)


def take_one(agency: Agency, tx: Connection, event: Pending, now: datetime) -> list[Happening]:
    """Take what waits for an official; a long digest is put together by a job."""
    number = json.loads(event.body)["official"]
    one, waiting = officials.by_id(tx, number), duty.take_waiting(tx, number, now)
    if one is None or one.account_id is None or not waiting:
        return []
    items = [(each.news, each.subject, each.mark, each.dossier_id) for each in waiting]
    body = {"official": number, "account": one.account_id, "items": items}
    if len(waiting) <= LISTED:
        return [Happening(DIGEST, gathered(agency, tx, body, now))]
    body["language"] = say_to(tx, one.account_id).language
    jobs.add(tx, NewJob(FILE, json.dumps(body), event.lane, event.channel), now)
    return []


def gathered(agency: Agency, tx: Connection, order: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Leave out what is no news any more, count the rest, and choose what the message shows."""
    standing = list(standing_of(agency, tx, order, now))
    listed = sorted(standing, key=lambda found: (found[1] is not None, found[1] and duty_words.urgency(found[1])))
    shown = [(one.news, one.subject, one.mark, one.dossier_id) for one, _ in listed[:LISTED]]
    return {
        "official": order["official"],
        "account": order["account"],
        "total": len(standing),
        "counts": Counter(one.news for one, _ in standing),
        "items": shown,
    }


def standing_of(
    agency: Agency, tx: Connection, order: dict[str, Any], now: datetime
) -> Iterator[tuple[Item, Dossier | None]]:
    """Give what still is news for an official, with its dossier."""
    official_id, read = order["official"], [Item(*one) for one in order["items"]]
    numbers = [one.dossier_id for one in read if one.dossier_id is not None]
    claims, known = duty.claims(tx, numbers), {one.id: one for one in dossiers.by_ids(tx, numbers)}
    for one in read:
        if one.dossier_id is None:
            if office_news.stands(agency, tx, one.subject, one.mark, now):
                yield one, None
            continue
        claim = claims.get(one.dossier_id)
        is_others = claim is not None and claim.official_id != official_id and one.news in OF_CLAIMER
        if one.dossier_id in known and is_open(known[one.dossier_id]) and not is_others:
            yield one, known[one.dossier_id]


def file_written(tx: Connection, event: Pending, now: datetime) -> list[Happening]:
    """Handle the end of the job: the digest goes out with its file."""
    outcome = Outcome.from_json(event.body)
    if outcome.result is None:
        audit.add(tx, "duty_file_failed", now, event_id=event.id, detail=outcome.error)
        return []
    return [Happening(DIGEST, json.loads(outcome.result))]


def rules(agency: Agency) -> Rules:
    """Give the rule by which digests are sent."""
    return {DIGEST: partial(_digested, agency)}


def _digested(agency: Agency, tx: Connection, happening: Happening, now: datetime) -> Iterator[Notice]:
    """Send a digest to whoever still is an official; of one piece of news alone the notice itself."""
    facts = happening.facts
    account_id: int = facts["account"]
    if officials.of_account(tx, account_id) is None:
        return
    items = [Item(*one) for one in facts["items"]]
    known = {one.id: one for one in dossiers.by_ids(tx, [one.dossier_id for one in items if one.dossier_id])}
    told = [Told(News(one.news), known.get(one.dossier_id or 0), one.mark, one.subject) for one in items]
    told = [one for one, item in zip(told, items, strict=True) if one.dossier or item.dossier_id is None]
    if facts["total"] == 1 and told:
        found = single(agency, tx, told[0], account_id, now)
        if found is not None:
            yield found
        return
    say = say_to(tx, account_id)
    others = [office_news.worded(agency, tx, say, one.about, one.mark, now) for one in told if one.dossier is None]
    lines = [reply.text for reply in others if reply is not None]
    shown = [one.dossier for one in told if one.dossier is not None]
    if not lines and not shown:
        return
    text = duty_words.digest(say, agency, facts["counts"], lines, shown, now)
    files = (FileRef(facts["file"], say.plain("duty.file_name")),) if "file" in facts else ()
    yield Notice(account_id, Reply(text, duty_words.digest_buttons(say), files), urgent=True, here=True)
