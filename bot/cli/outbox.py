"""`outbox`: what leaves, and what could not."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from bot.app import real_clock
from bot.cli.common import Most, opened, settings
from bot.cli.output import write
from knowledge.errors import Wrong
from storage import outbox_desk

LARGEST = 2**63 - 1  # the largest number of a row


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
    """List the latest messages by state, without content.

    Example: motcua outbox list --state failed
    """
    with opened(settings()) as database, database.transaction() as tx:
        for row in outbox_desk.listed(tx, state, most):
            write(f"{row.id}  {row.channel}  {row.kind}  {row.state}  tries {row.attempts}  {row.error or ''}".rstrip())


@app.command("retry")
def retry(
    row_id: Annotated[int, typer.Argument(min=1, max=LARGEST, help="The number of a row that waits for its next try.")],
) -> None:
    """Try a waiting message at once.

    Example: motcua outbox retry 12
    """
    with opened(settings()) as database, database.transaction() as tx:
        if not outbox_desk.hurry(tx, row_id, real_clock()):
            raise Wrong(f"row {row_id} does not wait: only what is queued can be tried again")
    write(f"row {row_id} is due now")
