"""What a start imports: time before the first answer is time that somebody waits."""

from __future__ import annotations

import subprocess
import sys

from tests.cli.motcua import Motcua

DATABASE = ("sqlalchemy", "alembic", "psycopg", "cryptography", "bot.settings")
SHOWN = ("rich.progress", "prompt_toolkit", "holidays")


def imported(motcua: Motcua, *words: str) -> set[str]:
    """Run a command and list the modules that it imported."""
    code = (
        "import atexit, sys\n"
        "atexit.register(lambda: print(*sys.modules, sep='\\n', file=sys.stderr))\n"
        f"sys.argv = ['motcua', *{words!r}]\n"
        "from bot.__main__ import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=motcua.folder,
        env=motcua.environment(),
        input=b"menu\n",
        capture_output=True,
        check=True,
        timeout=60,
    )
    return set(done.stderr.decode().split())


def test_a_command_imports_only_what_it_needs(bare: Motcua) -> None:
    bare.write("c.jsonl", '{"id": "a", "title": "Cấp giấy phép xây dựng"}\n')
    needless = {
        ("ask", "--catalogue", "c.jsonl", "gpxd"): {*DATABASE, *SHOWN, "asyncio"},
        ("feedback", "classify", "gpxd"): {*DATABASE, *SHOWN, "asyncio"},
        ("chat", "--json"): {"alembic", "psycopg", *SHOWN},
        ("dossiers", "list"): {"alembic", "psycopg", *SHOWN},
    }
    bare("migrate")  # which needs more
    for words, modules in needless.items():
        found = imported(bare, *words)
        assert "bot.cli" in found
        assert not found & modules, words
