"""`keys`: a newer key for what is encrypted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.app import real_clock
from bot.cli.common import opened, settings
from bot.cli.output import write
from knowledge.errors import Wrong
from storage import audit, rotating
from storage.vault import new_key, open_vault

app = typer.Typer(help="The key of what is encrypted. Example: motcua keys rotate", no_args_is_help=True)


@app.command("new")
def new(file: Annotated[Path, typer.Argument(help="The key file to make.")]) -> None:
    """Make a newer key and say what to write into the settings; nothing is encrypted with it yet.

    Example: motcua keys new var/key-2027
    """
    given = settings().database
    new_key(open_vault(given.key_file, given.old_key_files), file)
    older = ", ".join(f'"{one}"' for one in (given.key_file, *given.old_key_files))
    write(f'made {file}; in [database]: key_file = "{file}", old_key_files = [{older}]')
    write("restart every process at the same time, then: motcua keys rotate")


@app.command("rotate")
def rotate() -> None:
    """Encrypt with the newest key what older ones still hold; it may be stopped and begun again at any time.

    Example: motcua keys rotate
    """
    given = settings()
    if not given.database.old_key_files:
        raise Wrong("database.old_key_files is empty: there is no older key to leave")
    with opened(given) as database:
        done = rotating.rotate(database)
        told = ", ".join(f"{table} {count}" for table, count in sorted(done.items())) or "nothing"
        with database.transaction() as tx:
            audit.add(tx, "keys_rotated", real_clock(), detail=told)
    write(f"encrypted anew: {told}")
    write("nothing needs the older keys any more, but backups made before: database.old_key_files may be emptied")
