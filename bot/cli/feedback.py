"""`feedback`: what was handed in."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Annotated

import typer

from bot.cli.common import Most, opened, settings
from bot.cli.output import write, write_json
from knowledge.errors import Wrong
from knowledge.feedback_kind import classify
from storage import feedback

app = typer.Typer(help="Feedback that was handed in. Example: motcua feedback list", no_args_is_help=True)


@app.command("list")
def list_feedback(
    most: Most = 50,
) -> None:
    """List the latest feedback by its receipt numbers, without content.

    Example: motcua feedback list
    """
    given = settings()
    with opened(given) as database, database.transaction() as tx:
        for one in feedback.listed(tx, most):
            write(f"{one.number}  {one.received_at.astimezone(given.agency.timezone):%Y-%m-%d %H:%M}  {one.state}")


@app.command("show")
def show(number: Annotated[str, typer.Argument(help="A receipt number such as PA-2026-0001.")]) -> None:
    """Show one feedback.

    Example: motcua feedback show PA-2026-0001
    """
    given = settings()
    with opened(given) as database, database.transaction() as tx:
        found = feedback.find(tx, number.strip().upper())
    if found is None:
        raise Wrong(f"no feedback {number}")
    write(f"{found.number}  {found.received_at.astimezone(given.agency.timezone):%Y-%m-%d %H:%M}  {found.state}")
    for name, value in (
        ("name", found.sender_name),
        ("address", found.sender_address),
        ("phone", found.sender_phone),
        ("content", found.content),
    ):
        write(f"{name}: {'(erased)' if value is None else value}")


@app.command("classify")
def classify_texts(
    text: Annotated[list[str] | None, typer.Argument(help="The text; without it one a line is read.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per text.")] = False,
) -> None:
    """Tell the kind of texts, and the clause of Điều 5 (Nghị định 20/2008/NĐ-CP) that fits. Nothing is kept.

    Example: motcua feedback classify "Quy định nộp bản giấy không còn phù hợp" --json
    """
    texts: Iterable[str] = [" ".join(text)] if text else (line.rstrip("\r\n") for line in sys.stdin)
    for one in texts:
        found = classify(one)
        if as_json:
            write_json({"text": one, "kind": str(found.kind), "clause": found.clause})
        else:
            write(f"{found.kind}  {found.clause or '-'}  {one}")
