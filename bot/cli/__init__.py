"""The commands, one module a group. They are the operator's: nothing in them is throttled.

A command's module is imported when it is called: a search in a file needs no database, and that is half of the
time that a start takes.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

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


class _Commands(TyperGroup):
    """Knows every command by its name and imports the one that is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return list(PLACES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name in PLACES:
            self.commands.setdefault(cmd_name, _load(cmd_name))
        elif not ctx.resilient_parsing:
            self.commands.update((name, _load(name)) for name in PLACES)  # for "did you mean"
        return self.commands.get(cmd_name)


def _load(name: str) -> Any:
    module, attribute = PLACES[name].split(".")
    found = getattr(import_module(f"{__name__}.{module}"), attribute)
    alone = typer.Typer(rich_markup_mode=None)
    if isinstance(found, typer.Typer):
        alone.add_typer(found, name=name)
    else:
        alone.command(name)(found)
    return get_group(alone).commands[name]


app = typer.Typer(
    name="motcua",
    help="The chatbot of a one-stop office. Example: motcua chat",
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def _every_command() -> None:
    """Make the group although its commands are not registered yet."""
