"""`feedback`: what was handed in, answers by command, the register as a file."""

from __future__ import annotations

import csv
import json
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.app import agency, real_clock
from bot.cli.common import Most, opened, settings
from bot.cli.output import write, write_json
from handlers import notices
from handlers.feedback import handling as feedback_handling
from handlers.feedback import notices as feedback_notices
from handlers.feedback.handling import Doer
from knowledge.errors import Wrong
from knowledge.feedback_kind import FeedbackKind
from storage import feedback
from storage.feedback import Feedback, State

Json = Annotated[bool, typer.Option("--json", help="One JSON object per feedback.")]
COLUMNS = (
    "number",
    "received_at",
    "state",
    "kind",
    "clause",
    "field",
    "procedure",
    "language",
    "sender_kind",
    "due_at",
)
TIMES = ("received_at", "due_at", "answered_at", "reopened_at", "published_at")
TEXTS = ("content", "proposal", "document", "answer", "forwarded_to", "letter")
SENDER = ("sender_name", "sender_address", "sender_phone")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run


def list_feedback(
    most: Most = 50,
    state: Annotated[str, typer.Option(help=f"Only this state: {', '.join(State)}.")] = "",
    kind: Annotated[str, typer.Option(help="Only this class: regulation, conduct, both, other.")] = "",
    field: Annotated[str, typer.Option(help="Only this field.")] = "",
    older: Annotated[int, typer.Option("--older", min=0, help="Only what came so many days ago or earlier.")] = 0,
    as_json: Json = False,
) -> None:
    """List the latest feedback by its receipt numbers, without content.

    Example: motcua feedback list --state received --older 10
    """
    given = settings()
    if state and state not in set(State):
        raise typer.BadParameter(f"--state: {state!r} is none of {', '.join(State)}")
    if kind and kind not in set(FeedbackKind):
        raise typer.BadParameter(f"--kind: {kind!r} is none of {', '.join(FeedbackKind)}")
    before = real_clock() - timedelta(days=older) if older else None
    wanted = feedback.Wanted([state] if state else None, kind or None, field or None, before)
    with opened(given) as database, database.transaction() as tx:
        for one in feedback.listed(tx, most, wanted):
            if as_json:
                write_json({name: _plain(getattr(one, name)) for name in COLUMNS})
            else:
                at = one.received_at.astimezone(given.agency.timezone)
                write(f"{one.number}  {at:%Y-%m-%d %H:%M}  {one.kind}  {one.state}")


def show(number: Annotated[str, typer.Argument(help="A receipt number such as PAKN-20261123-0001.")]) -> None:
    """Show one feedback.

    Example: motcua feedback show PAKN-20261123-0001
    """
    given = settings()
    with opened(given) as database, database.transaction() as tx:
        found = _find(tx, number)
        steps = feedback.steps(tx, found)
    zone = given.agency.timezone
    write(f"{found.number}  {found.received_at.astimezone(zone):%Y-%m-%d %H:%M}  {found.state}")
    for name, value in (
        ("name", found.sender_name),
        ("address", found.sender_address),
        ("phone", found.sender_phone),
        ("content", found.content),
    ):
        write(f"{name}: {'(none or erased)' if value is None else value}")
    for name in ("kind", "clause", "field", "procedure", "proposal", "document", "due_at", "answer", "letter"):
        value = getattr(found, name)
        if value is not None:
            write(f"{name}: {value.astimezone(zone):%Y-%m-%d}" if isinstance(value, datetime) else f"{name}: {value}")
    for step in steps:
        write(f"step: {step.at.astimezone(zone):%Y-%m-%d %H:%M}  {step.state}")


def answer(
    number: Annotated[str, typer.Argument(help="A receipt number such as PAKN-20261123-0001.")],
    text: Annotated[list[str] | None, typer.Argument(help="The answer; without it standard input is read.")] = None,
) -> None:
    """Answer a feedback; the answer goes to the conversation in which it was handed in.

    Example: motcua feedback answer PAKN-20261123-0001 "Từ ngày 1/12 chỉ nộp bản điện tử."
    """
    given = settings()
    said = (" ".join(text) if text else sys.stdin.read()).strip()
    if not said:
        raise Wrong("an answer needs words")
    now = real_clock()
    with opened(given) as database, database.transaction() as tx:
        one = _find(tx, number)
        if not feedback_handling.allowed(one, "answer"):
            raise Wrong(f"{one.number} cannot be answered: it is {one.state}")
        happening = feedback_handling.answer(Doer(tx, now), one, said)
        told = notices.decide(feedback_notices.rules(agency(given)), tx, [happening], now)
        for place, notice in enumerate(told):
            notices.queue(tx, notice, f"{one.number}:{now.isoformat()}:{place}", now)
    write(f"{one.number}  answered")


def export(
    out: Annotated[Path | None, typer.Option("--out", help="A .csv or .jsonl file; without it JSON lines.")] = None,
    senders: Annotated[bool, typer.Option("--senders", help="With names, addresses and phones.")] = False,
) -> None:
    """Export the register, without who sent it unless asked for.

    Example: motcua feedback export --out pakn.csv
    """
    names = (*COLUMNS, *TIMES[2:], *TEXTS, *(SENDER if senders else ()))
    with opened(settings()) as database, database.transaction() as tx:
        records = [
            {name: _plain(getattr(one, name)) for name in names}
            for one in feedback.listed(tx, 1_000_000, oldest_first=True)
        ]
    if out is None:
        for record in records:
            write_json(record)
    elif out.suffix == ".csv":
        with out.open("w", encoding="utf-8-sig", newline="") as file:
            table = csv.DictWriter(file, names)
            table.writeheader()
            table.writerows({name: _cell(value) for name, value in record.items()} for record in records)
    elif out.suffix == ".jsonl":
        out.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    else:
        raise typer.BadParameter(f"--out: {out.name}: .csv or .jsonl is needed")


def _find(tx: Any, number: str) -> Feedback:
    found = feedback.find(tx, number.strip().upper())
    if found is None:
        raise Wrong(f"no feedback {number}")
    return found


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _cell(value: object) -> object:
    """Keep a spreadsheet from running what somebody wrote (CWE-1236)."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
