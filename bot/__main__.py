"""The command `motcua`: every command is a module of `bot/cli`; here they are put together and their faults told."""

from __future__ import annotations

import sys

from knowledge.errors import MotcuaError

FAULTS = (MotcuaError, OSError)
"""What a user or the outside world can be at fault for; an OSError is a folder or file that cannot be had."""


def main() -> None:
    """Run a command. A fault of the user or of the outside is one line on standard error and status 1."""
    # A line ends where its sender ended it: a stray carriage return does not make two questions of one.
    sys.stdin.reconfigure(encoding="utf-8", errors="replace", newline="\n")  # type: ignore[union-attr]
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    from bot.cli import app

    try:
        app(prog_name="motcua")
    except FAULTS as error:
        print(told(error), file=sys.stderr)  # noqa: T201 - this is the command line
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def told(error: BaseException) -> str:
    """Word one of `FAULTS` in one line."""
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"motcua: {error.filename}: {error.strerror}"
    return f"motcua: {error}"


if __name__ == "__main__":
    main()
