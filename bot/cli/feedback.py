"""`feedback`: what was handed in."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.common import Most, opened, settings
from bot.cli.output import write
from knowledge.errors import Wrong
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
