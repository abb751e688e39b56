"""Groups of commands that know each command by its name and import the one that is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_group


def lazily(places: Mapping[str, str]) -> type[TyperGroup]:
    """Give the class of a group whose commands are at `places` (module and name in `bot.cli`), in the help's order."""

    class Lazy(TyperGroup):
        def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
            return list(places)

        def get_command(self, ctx: Any, cmd_name: str) -> Any:
            if cmd_name in places:
                self.commands.setdefault(cmd_name, _load(cmd_name, places[cmd_name]))
            elif not ctx.resilient_parsing:  # for "did you mean"
                self.commands.update((name, _load(name, place)) for name, place in places.items())
            return self.commands.get(cmd_name)

    return Lazy


def _load(name: str, place: str) -> Any:
    module, attribute = place.split(".")
    found = getattr(import_module(f"{__package__}.{module}"), attribute)
    alone = typer.Typer(rich_markup_mode=None)
    if isinstance(found, typer.Typer):
        alone.add_typer(found, name=name)
    else:
        alone.command(name)(found)
    return get_group(alone).commands[name]
