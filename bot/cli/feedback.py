"""`feedback`: the group; each of its commands is imported when it is called."""

from __future__ import annotations

import typer

from bot.cli.lazily import lazily

app = typer.Typer(
    help="Feedback that was handed in. Example: motcua feedback list",
    no_args_is_help=True,
    cls=lazily(
        {
            "list": "feedback_register.list_feedback",
            "show": "feedback_register.show",
            "answer": "feedback_register.answer",
            "export": "feedback_register.export",
            "classify": "feedback_kinds.classify_texts",
        }
    ),
)


@app.callback()
def _every_command() -> None:
    """Make the group although its commands are not registered yet."""
