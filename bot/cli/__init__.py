"""The commands, one module a group. They are the operator's: nothing in them is throttled.

A command's module is imported when it is called: a search in a file needs no database, and that is half of the
time that a start takes.
"""

from __future__ import annotations

import typer

from bot.cli.lazily import lazily

PLACES = {
    "run": "run.run",
    "chat": "chat.chat",
    "demo": "chat.demo",
    "ask": "ask.ask",
    "status": "status.status",
    "due": "due.due",
    "migrate": "operations.migrate_command",
    "keys": "keys.app",
    "dossiers": "dossiers.app",
    "catalogue": "catalogue.app",
    "feedback": "feedback.app",
    "report": "report.report",
    "officials": "officials.app",
    "roster": "roster.app",
    "rules": "rules.app",
    "audit": "audit.audit",
    "outbox": "outbox.app",
    "telegram": "telegram.app",
    "zalo": "zalo.app",
    "standins": "standins.standins",
}
"""Where each command is: module and name in this package, in the order of the help."""


app = typer.Typer(
    name="motcua",
    help="The chatbot of a one-stop office. Example: motcua chat",
    cls=lazily(PLACES),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def _every_command() -> None:
    """Make the group although its commands are not registered yet."""
