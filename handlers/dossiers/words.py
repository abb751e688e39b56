"""A dossier in words: what anybody with its code may know, and what only its owner may.

A bare code opens nothing but the status, the dates and the next step: codes can be counted up, so nothing of the owner
or of the matter is shown. Every answer says of what time its data is, where that comes from, and if the source is down.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from markupsafe import Markup

from handlers.board import contact
from handlers.talk import Talk, lines
from knowledge.dossier import ReturnWay, Supplement
from knowledge.status import Status, result_is_ready
from storage.dossiers import history as dossier_history
from storage.dossiers import records as dossiers
from storage.dossiers import sources
from storage.dossiers import steps as dossier_steps
from storage.dossiers import supplements as dossier_supplements
from storage.dossiers.records import Dossier

HISTORY_SHOWN, STEPS_SHOWN = 12, 8  # the last ones; with more an answer is no longer read on a telephone
SHOWN = 300  # characters of what a source wrote about missing papers or a step
OPEN_WORD = 1  # letters of each word of a name that are shown


def public(talk: Talk, dossier: Dossier) -> Markup:
    """Tell what anybody may know."""
    return lines([*_heading(talk, dossier), *_state(talk, dossier), fresh(talk, dossier)])


def detail(talk: Talk, dossier: Dossier) -> Markup:
    """Tell what the owner may know: whose it is, what it is about, what is missing, what is to be paid, every step."""
    say = talk.say
    parts = [
        *_heading(talk, dossier),
        *_state(talk, dossier),
        *personal(talk, dossier),
        *collecting(talk, dossier),
        *_about(talk, dossier),
        *_timeline(talk, dossier),
        fresh(talk, dossier),
        say("detail.masked"),
    ]
    return lines(parts)


def _heading(talk: Talk, dossier: Dossier) -> Iterator[Markup]:
    if dossier.illustrative:
        yield talk.say("lookup.illustrative")
    yield talk.say("lookup.status", code=dossier.code, status=talk.say(f"status.{status_key(dossier)}"))


def _state(talk: Talk, dossier: Dossier) -> Iterator[Markup]:
    yield dates(talk, dossier)
    yield late(talk, dossier) or next_step(talk, dossier)


def next_step(talk: Talk, dossier: Dossier) -> Markup:
    """Tell what to do now, and where a fee is paid."""
    is_paying = dossier.status is Status.NEED_PAYMENT and bool(talk.agency.payment_url)
    return lines(
        [
            talk.say(f"next.{status_key(dossier)}", contact=contact(talk)),
            talk.say("lookup.pay_at", url=talk.agency.payment_url) if is_paying else "",
        ]
    )


def dates(talk: Talk, dossier: Dossier) -> Markup:
    """Tell the date that matters now."""
    say = talk.say
    if dossier.status is Status.RETURNED and dossier.returned_at is not None:
        return say("lookup.returned", at=talk.moment(dossier.returned_at))
    if dossier.finished_at is not None and dossier.status in (Status.RESULT_READY, Status.RETURNED):
        return say("lookup.finished", at=talk.moment(dossier.finished_at))
    if dossier.status.is_final:
        return Markup("")
    if dossier.due_at is None:
        return say("lookup.no_due")
    # While the business must act, or the dossier is stopped, the agency's clock stands: the date may move.
    stands = dossier.status.waits_for_business or dossier.status is Status.STOPPED
    return say("lookup.due_stands" if stands else "lookup.due", due=talk.moment(dossier.due_at))


def late(talk: Talk, dossier: Dossier) -> Markup:
    """Say that the due day is past: for certain when the data is younger, else that the data does not tell.

    Days are compared, in local time, and only while the agency's clock runs.
    """
    if dossier.due_at is None or not dossier.status.clock_is_running:
        return Markup("")
    due = talk.local(dossier.due_at).date()
    if due < talk.local(dossier.as_of).date():
        return talk.say("lookup.overdue", contact=contact(talk))
    return talk.say("lookup.perhaps_overdue", contact=contact(talk)) if due < talk.now.date() else Markup("")


def fresh(talk: Talk, dossier: Dossier) -> Markup:
    """Tell of what time the data is and where it comes from, and since when that source is down."""
    source = talk.say.plain("lookup.sample") if dossier.illustrative else dossier.source
    known = sources.find(talk.tx, dossier.source)
    failed_at = None if known is None else known.failed_at
    return lines(
        [
            talk.say("lookup.as_of", as_of=talk.moment(dossier.as_of), source=source),
            "" if failed_at is None else talk.say("lookup.source_down", since=talk.moment(failed_at)),
        ]
    )


def status_key(dossier: Dossier, status: Status | None = None) -> str:
    """Name the words of a status; a 9 without a finishing date does not say that the result is ready."""
    status = dossier.status if status is None else status
    finished = dossier.finished_at.date() if dossier.finished_at else None
    if status is Status.RESULT_READY and not result_is_ready(status, finished):
        return "s9_not_ready"
    return f"s{int(status)}"


def personal(talk: Talk, dossier: Dossier) -> Iterator[Markup]:
    """Tell what is missing and what is to be paid, while the business has to act."""
    if dossier.status is Status.NEED_SUPPLEMENT:
        for one in dossier_supplements.of(talk.tx, dossier.id):
            if one.received_at is None:
                yield _missing(talk, one)
    if dossier.status is Status.NEED_PAYMENT and dossier.fee_due:
        yield talk.say("detail.fee", amount=f"{dossier.fee_due:,}".replace(",", "."))


def _missing(talk: Talk, one: Supplement) -> Markup:
    what = talk.say("detail.missing", what=_short(one.what)) if one.what else talk.say("detail.missing_untold")
    by = "" if one.ends_at is None else talk.say("detail.missing_by", at=talk.moment(one.ends_at))
    return lines([what, by])


def collecting(talk: Talk, dossier: Dossier) -> Iterator[Markup]:
    """Tell how a result that is ready comes to its owner."""
    if status_key(dossier) != "s9":
        return
    if dossier.return_way == ReturnWay.POST:
        yield talk.say("detail.by_post")
    elif talk.agency.counter:
        yield talk.say("detail.at_counter", counter=talk.agency.counter)
    else:
        yield talk.say("detail.at_desk", contact=contact(talk))


def _about(talk: Talk, dossier: Dossier) -> Iterator[Markup]:
    owner, say = dossiers.owner(talk.tx, dossier.id), talk.say
    if owner.name:
        yield say("detail.owner", name=masked(owner.name))
    if dossier.procedure_title:
        yield say("detail.procedure", title=dossier.procedure_title)
    yield say("detail.received", at=talk.moment(dossier.received_at))
    if dossier.unit:
        yield say("detail.desk", unit=dossier.unit)
    others = [code for code in dossiers.codes(talk.tx, dossier.id) if code != dossier.code]
    if others:
        yield say("detail.other_code", code=", ".join(others))


def _timeline(talk: Talk, dossier: Dossier) -> Iterator[Markup]:
    told = dossier_history.history(talk.tx, dossier.id)
    moments: list[tuple[datetime, Markup]] = [
        (since, talk.say("detail.status_at", at=talk.moment(since), status=_words(talk, dossier, status)))
        for status, since, _ in told[-HISTORY_SHOWN:]
    ]
    for step in dossier_steps.of(talk.tx, dossier.id)[-STEPS_SHOWN:]:
        what = " – ".join(_short(part) for part in (step.step, step.unit) if part)
        if what:
            moments.append((step.at, talk.say("detail.step_at", at=talk.moment(step.at), step=what)))
    if moments:
        yield talk.say("detail.timeline")
        yield from (line for _, line in sorted(moments, key=lambda one: one[0]))


def _words(talk: Talk, dossier: Dossier, status: Status) -> Markup:
    return talk.say(f"status.{status_key(dossier, status)}")


def masked(name: str) -> str:
    """Write a name so that who knows it recognises it and nobody else learns it."""
    return " ".join(word[:OPEN_WORD] + "*" * (len(word) - OPEN_WORD) for word in name.split())


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN].rstrip()}…"
