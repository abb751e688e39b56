"""A dossier as officials are told of it: code, procedure, field, due date, a link; nothing of whose it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.actions import action
from handlers.agency import Agency
from handlers.messages import Button, Reply
from handlers.talk import lines
from handlers.texts import Words
from knowledge.duties import DOSSIERS, News
from knowledge.urgency import working_days_between
from storage.dossiers.records import Dossier
from storage.officials.duty import Claim

TITLE_MOST = 160  # characters of a procedure's title that are shown
LISTED = 10  # dossiers in one message; more come as a file
ASKS_APOLOGY = frozenset({News.DUE_1, News.DUE_0, News.OVERDUE})


def notice(
    say: Words, agency: Agency, news: str, dossier: Dossier, now: datetime, *, claim: Claim | None, who: str = ""
) -> Reply:
    """Word one piece of news over its buttons; `who`: the claimer's name, for a dossier that was claimed."""
    parts = [say(f"duty.{news}"), about(say, agency, dossier, now), taken(say, agency, claim, who)]
    return Reply(lines(parts), buttons(say, dossier, claim, news))


def about(say: Words, agency: Agency, dossier: Dossier, now: datetime) -> Markup:
    """Tell what a dossier is: the code, the matter, when it is due, where to look it up."""
    title = dossier.procedure_title or dossier.procedure_code or ""
    shown = title if len(title) <= TITLE_MOST else f"{title[: TITLE_MOST - 1]}…"
    parts = [
        say("duty.code", code=dossier.code),
        say("duty.procedure", title=shown) if shown else "",
        say("duty.field", field=dossier.field_title) if dossier.field_title else "",
        say("duty.due", due=moment(agency, dossier.due_at), left=left(say, agency, dossier, now)),
        say("duty.link", link=link) if (link := agency.link_to(dossier.code)) else "",
    ]
    return lines(parts)


def left(say: Words, agency: Agency, dossier: Dossier, now: datetime) -> str:
    """Say how many working days are left, or how late a dossier is."""
    if dossier.due_at is None:
        return say.plain("duty.no_due")
    zone = ZoneInfo(agency.timezone)
    due, today = dossier.due_at.astimezone(zone).date(), now.astimezone(zone).date()
    days = working_days_between(agency.calendar, today, due)
    if due < today:
        return say.plain("duty.late", days=max(-days, 1))
    return say.plain("duty.left", days=days) if days else say.plain("duty.today")


def taken(say: Words, agency: Agency, claim: Claim | None, who: str) -> Markup | str:
    """Say who took a dossier and when, and whether they said to be done."""
    if claim is None:
        return ""
    if claim.done_at is not None:
        return say("duty.finished", who=who, at=moment(agency, claim.done_at))
    return say("duty.claimed", who=who, at=moment(agency, claim.claimed_at))


def buttons(say: Words, dossier: Dossier, claim: Claim | None, news: str = "") -> tuple[tuple[Button, ...], ...]:
    """Give what can be done about a dossier."""
    number = str(dossier.id)

    def button(key: str, verb: str) -> Button:
        return Button(say.plain(key), action(verb, number))

    rows: list[tuple[Button, ...]] = []
    if claim is None:
        rows.append((button("button.claim", "claim"), button("button.later", "later")))
    elif claim.done_at is None:
        rows.append(
            (
                button("button.handover", "handover"),
                button("button.later", "later"),
                button("button.dossier_done", "dossierdone"),
            )
        )
    if news in ASKS_APOLOGY and dossier.apologised_at is None:
        rows.append((button("button.apology", "apology"), button("button.apologised", "apologised")))
    return tuple(rows)


def digest(
    say: Words,
    agency: Agency,
    counts: Mapping[str, int],
    others: Sequence[Markup],
    shown: Iterable[Dossier],
    now: datetime,
) -> Markup:
    """Word several pieces of news in one message: how many of what, then what is of no dossier, and the dossiers."""
    of_dossiers = all(news in DOSSIERS for news in counts)
    parts = [say("duty.digest" if of_dossiers else "duty.digest_mixed", count=sum(counts.values()))]
    parts += [say("duty.digest_kind", kind=say.plain(f"news.{news}"), count=counts[news]) for news in counts]
    urgent = sorted({one.id: one for one in shown}.values(), key=urgency)
    return lines([*parts, *others, *(line(say, agency, one, now) for one in urgent)])


def line(say: Words, agency: Agency, dossier: Dossier, now: datetime) -> Markup:
    """Word a dossier in one line of a list."""
    return say("duty.line", code=dossier.code, left=left(say, agency, dossier, now))


def urgency(dossier: Dossier) -> tuple[bool, datetime]:
    """Order dossiers: by due date, those without one last."""
    return dossier.due_at is None, dossier.due_at or dossier.received_at


def moment(agency: Agency, at: datetime | None) -> str:
    """Write a time as officials read it."""
    return "–" if at is None else at.astimezone(ZoneInfo(agency.timezone)).strftime("%H:%M, %d/%m/%Y")


def digest_buttons(say: Words) -> tuple[tuple[Button, ...], ...]:
    """Give the buttons below a digest."""
    return ((Button(say.plain("button.work"), action("work")), Button(say.plain("button.wishes"), action("wishes"))),)
