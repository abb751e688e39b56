"""What a button carries: a version, a verb and its arguments, at most 64 bytes.

A button lives in a chat for years, so an action of another version, or one that nobody made, is an ordinary answer
("this button is out of date"), never an error.
"""

from __future__ import annotations

from handlers.messages import ACTION_BYTES

VERSION = "1"
SEPARATOR = ":"


def action(verb: str, *arguments: str) -> str:
    """Write an action; the parts hold no colon and the whole fits into a button of every channel."""
    written = SEPARATOR.join((VERSION, verb, *arguments))
    if any(SEPARATOR in part for part in (verb, *arguments)) or len(written.encode()) > ACTION_BYTES:
        raise ValueError(f"an action that no button can carry: {written!r}")
    return written


def parse(written: str) -> tuple[str, tuple[str, ...]] | None:
    """Read an action into its verb and arguments; None when it is forged, damaged or of another version."""
    version, *parts = written.split(SEPARATOR)
    if version != VERSION or not parts or len(written.encode()) > ACTION_BYTES:
        return None
    return parts[0], tuple(parts[1:])
