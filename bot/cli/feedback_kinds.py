"""`feedback classify`: what kind a text is. It needs neither settings nor a database."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Annotated

import typer

from bot.cli.output import write, write_json
from knowledge.feedback_kind import classify


def classify_texts(
    text: Annotated[list[str] | None, typer.Argument(help="The text; without it one a line is read.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per text.")] = False,
) -> None:
    """Tell the kind of texts, and the clause of Điều 5 (Nghị định 20/2008/NĐ-CP) that fits. Nothing is kept.

    Example: motcua feedback classify "Quy định nộp bản giấy không còn phù hợp" --json
    """
    texts: Iterable[str] = [" ".join(text)] if text else (line.rstrip("\r\n") for line in sys.stdin)
    for one in texts:
        found = classify(one)
        if as_json:
            write_json({"text": one, "kind": str(found.kind), "clause": found.clause})
        else:
            write(f"{found.kind}  {found.clause or '-'}  {one}")
