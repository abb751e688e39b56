"""The command `motcua`: every command is a module of `bot/cli`; here they are put together and their faults told."""

from __future__ import annotations

import sys

from knowledge.errors import MotcuaError


def main() -> None:
    """Run a command. A fault of the user or of the outside is one line on standard error and status 1."""
    # A line ends where its sender ended it: a stray carriage return does not make two questions of one.
    sys.stdin.reconfigure(encoding="utf-8", errors="replace", newline="\n")  # type: ignore[union-attr]
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    from bot.cli import app

    try:
        app(prog_name="motcua")
    except MotcuaError as error:
        _fail(str(error))
    except OSError as error:  # a folder that cannot be made, a file that cannot be written
        _fail(f"{error.filename}: {error.strerror}" if error.filename and error.strerror else str(error))
    except KeyboardInterrupt:
        sys.exit(130)


def _fail(reason: str) -> None:
    print(f"motcua: {reason}", file=sys.stderr)  # noqa: T201 - this is the command line
    sys.exit(1)


if __name__ == "__main__":
    main()
