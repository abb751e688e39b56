"""The crash points of the code: read from it, so that a commit without its kill is noticed.

`store.write("name", job)` (or `_write`) is a commit: it makes the points `name.written`, before it, and
`name.committed`, after it. `reached("name")` is a point of its own.
"""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

BOT = Path(__file__).parents[2] / "bot"
WRITES = ("write", "_write")
STORE = "store.py"  # the only file that may compose the names of points: those of its commits
COMMIT_ARGUMENTS = 2  # a name and a job; the `write` of a file has one


def collect(folder: Path = BOT) -> set[str]:
    """List the points of all modules below a folder.

    Raises `ValueError` for a point whose name cannot be read, and for a name that two places share: a kill at one of
    them would pass for a kill at both.
    """
    found: list[str] = []
    for path in sorted(folder.rglob("*.py")):
        found += _of_module(path.name, ast.parse(path.read_text(encoding="utf-8"), path.name))
    shared = sorted(name for name, times in Counter(found).items() if times > 1)
    if shared:
        raise ValueError(f"crash points that more than one place calls by the same name: {', '.join(shared)}")
    return set(found)


def _of_module(file: str, tree: ast.Module) -> list[str]:
    found: list[str] = []
    passed_on = _passed_on(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = _name(node.func)
        if called in WRITES and isinstance(node.func, ast.Attribute) and len(node.args) >= COMMIT_ARGUMENTS:
            if node not in passed_on:
                name = _literal(file, node)
                found += [f"{name}.written", f"{name}.committed"]
        elif called == "reached" and file != STORE:
            found.append(_literal(file, node))
    return found


def _passed_on(tree: ast.Module) -> set[ast.Call]:
    """Find the calls inside a method called `_write`: they hand on the name that their callers gave."""
    return {
        call
        for method in ast.walk(tree)
        if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) and method.name == "_write"
        for call in ast.walk(method)
        if isinstance(call, ast.Call)
    }


def _name(called: ast.expr) -> str:
    if isinstance(called, ast.Attribute):
        return called.attr
    return called.id if isinstance(called, ast.Name) else ""


def _literal(file: str, call: ast.Call) -> str:
    first = call.args[0]
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        return first.value
    raise ValueError(f"{file}:{call.lineno}: the name of a crash point must be written out")
