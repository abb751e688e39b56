"""`outbox`: what leaves, and what could not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

import typer

from bot.app import real_clock
from bot.cli.common import Most, opened, settings
from bot.cli.output import write
from knowledge.errors import Wrong
from storage.delivery import outbox_desk
from storage.delivery.outbox_desk import DEAD_FOR, Row

LARGEST = 2**63 - 1  # the largest number of a row
Number = Annotated[int, typer.Argument(min=1, max=LARGEST, help="The number of a row, as `list` shows it.")]


class State(StrEnum):
    """The states of a message, for the filter."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    GONE = "gone"
    KEPT = "kept"
    EXPIRED = "expired"


app = typer.Typer(help="Messages to send. Example: motcua outbox list --state failed", no_args_is_help=True)


@app.command("list")
def list_rows(
    state: Annotated[State | None, typer.Option("--state", help="Only this state.")] = None,
    most: Most = 50,
) -> None:
    """List the latest messages by state, without content; with the platform's receipts, where it gives any.

    Example: motcua outbox list --state failed
    """
    with opened(settings()) as database, database.transaction() as tx:
        for row in outbox_desk.listed(tx, state, most):
            told = "  ".join(_since(row))
            write(f"{row.id}  {row.channel}  {row.kind}  {row.state}  tries {row.attempts}  {told}".rstrip())


def _since(row: Row) -> Iterator[str]:
    """Say what became of a message, as far as that is known: when it arrived, when it was seen, what went wrong."""
    for what, at in (("received", row.received_at), ("seen", row.seen_at)):
        if at is not None:
            yield f"{what} {at:%Y-%m-%d %H:%M}"
    if row.error:
        yield row.error


@app.command("show")
def show(row_id: Number) -> None:
    """Show how one message stands, without content.

    Example: motcua outbox show 12
    """
    with opened(settings()) as database, database.transaction() as tx:
        row = outbox_desk.shown(tx, row_id)
    if row is None:
        raise Wrong(f"there is no row {row_id}")
    for name, value in asdict(row).items():
        write(f"{name}: {'–' if value is None else value}")


@app.command("retry")
def retry(
    row_id: Annotated[int | None, typer.Argument(min=1, max=LARGEST, help="A row, as `list` shows it.")] = None,
    failed: Annotated[bool, typer.Option("--failed", help="All that were given up within the last week.")] = False,
) -> None:
    """Try a message at once that waits for its next try, or that was given up within the last week; or all of these.

    Example: motcua outbox retry 12
    """
    if (row_id is None) is not failed:
        raise typer.BadParameter("a row, or --failed")
    with opened(settings()) as database, database.transaction() as tx:
        if row_id is None:
            write(f"{outbox_desk.retry_failed(tx, real_clock())} rows are due now")
            return
        if not outbox_desk.retry(tx, row_id, real_clock()):
            raise Wrong(
                f"row {row_id} cannot be tried again: only what is queued, or failed less than {DEAD_FOR.days} days ago"
                " for somebody who is still there"
            )
    write(f"row {row_id} is due now")
