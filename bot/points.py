"""Where a kill hurts most: the points just before and just after each commit, and around each send.

In service `reached` does nothing. The crash tests put a hook here that kills the process; they read the names of
the points from the code, so a new commit without its kill fails them.
"""

from __future__ import annotations

from collections.abc import Callable


def _pass(name: str) -> None:
    """Go on: nobody wants to die here."""


hook: Callable[[str], None] = _pass


def reached(name: str) -> None:
    """Say that the process has come to this point."""
    hook(name)
