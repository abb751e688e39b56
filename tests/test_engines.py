"""Both engines really run, and no test opens the store past the fixture that runs it on both.

The rule, for every file below `tests/`: what opens a store (a name of `OPENERS`, `connect` of a driver, or the text
`sqlite:///`) stands only inside a function with a parameter `database`, `engine_url` or `empty_url`; and only
`tests/engines.py` defines, parametrises or renames these things. So the store that a test opens comes from the fixture,
once for each engine, or a reader sees at once that it does not. A helper or a child process that is handed an address
calls its parameter `engine_url`. Type annotations do not count; a `Store` is made of a `Database` and needs
no rule of its own.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.database import Database
from tests import engines

TESTS = Path(__file__).parent
FIXTURES = {"database", "empty_url", "engine_url"}
OPENERS = {"Database", "open_database", "create_engine", "create_async_engine"}
DRIVERS = {"sqlite3", "psycopg", "aiosqlite", "asyncpg"}
FILE_URL = "sqlite:///"
ALLOWED = {
    "bot/test_delivery_reach.py": {"Database"},  # chaos takes several processes, which share a PostgreSQL
    "channels/test_zalo_tokens.py": {"Database"},  # further connections to the database of the fixture
    "crash/worker.py": {"Database"},  # a process of its own: its plan holds the url of the test that started it
    "crash/zalo_worker.py": {"Database"},  # the same
    "crash/topic_worker.py": {"Database"},  # the same
    "e2e/web_site.py": {FILE_URL},  # the demo in a browser, which is SQLite only; channels/test_web.py has both engines
    "engines.py": {"Database", "connect", FILE_URL, "fixture"},  # it is the fixture
    "officials/pictures.py": {FILE_URL},  # no test: it draws the pictures of docs/officials.md
    "test_engines.py": {FILE_URL},  # the samples below
    "test_settings.py": {FILE_URL},  # values of a setting that nothing opens
}
"""What a file may do outside such a function, and why."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Rule(ast.NodeVisitor):
    """Collects what breaks the rule in one module, as (what, line)."""

    def __init__(self) -> None:
        self.broken: list[tuple[str, int]] = []
        self._inside = 0  # how many functions around here take a fixture

    def _opens(self, what: str, node: ast.expr | ast.stmt | ast.alias) -> None:
        if not self._inside:
            self.broken.append((what, node.lineno))

    def _function(self, node: Function) -> None:
        if node.name in FIXTURES:
            self.broken.append(("fixture", node.lineno))
        for part in (*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)):
            self.visit(part)
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        takes = any(argument.arg in FIXTURES for argument in arguments)
        self._inside += takes
        for statement in node.body:
            self.visit(statement)
        self._inside -= takes

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._function(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a docstring opens nothing
            self.generic_visit(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for name in node.names:
            renamed = name.asname not in (None, name.name)
            if (name.name in OPENERS and renamed) or (node.module in DRIVERS and name.name == "connect"):
                self.broken.append((name.name, node.lineno))

    def visit_Import(self, node: ast.Import) -> None:
        for name in node.names:
            if name.name in DRIVERS and name.asname not in (None, name.name):
                self.broken.append(("connect", node.lineno))

    def visit_Name(self, node: ast.Name) -> None:
        if node.id in OPENERS:
            self._opens(node.id, node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if node.attr in OPENERS:
            self._opens(node.attr, node)
        if node.attr == "connect" and isinstance(node.value, ast.Name) and node.value.id in DRIVERS:
            self._opens("connect", node)
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and FILE_URL in node.value:
            self._opens(FILE_URL, node)

    def visit_Call(self, node: ast.Call) -> None:
        named = node.args[0] if node.args else None
        if isinstance(node.func, ast.Attribute) and node.func.attr == "parametrize" and named is not None:
            names = {one.value for one in ast.walk(named) if isinstance(one, ast.Constant)}
            if any(FIXTURES & set(str(name).replace(",", " ").split()) for name in names):
                self.broken.append(("fixture", node.lineno))
        self.generic_visit(node)


def broken(source: str, name: str = "a sample") -> list[tuple[str, int]]:
    """What breaks the rule in this source."""
    rule = Rule()
    rule.visit(ast.parse(source, name))
    return rule.broken


def test_no_test_opens_the_store_past_the_fixture() -> None:
    found = []
    for path in sorted(TESTS.rglob("*.py")):
        name = path.relative_to(TESTS).as_posix()
        for what, line in broken(path.read_text(encoding="utf-8"), name):
            if what not in ALLOWED.get(name, set()):
                found.append(f"tests/{name}:{line}: {what} in a function without a fixture of the engines")
    assert found == []


@pytest.mark.parametrize("name", ALLOWED)
def test_what_is_allowed_is_needed(name: str) -> None:
    assert {what for what, _ in broken((TESTS / name).read_text(encoding="utf-8"))} == ALLOWED[name]


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("def test_a(tmp_path):\n    Database('x', VAULT)", "Database"),
        ("async def test_a():\n    Store(Database('x', VAULT))", "Database"),
        ("DATABASE = Database('x', VAULT)", "Database"),
        ("import storage.database as db\ndef test_a():\n    db.Database('x', v)", "Database"),
        ("from storage.database import Database as D", "Database"),
        ("def test_a():\n    open_database(load(None, {}))", "open_database"),
        ("def test_a():\n    run(partial(Database, 'x'))", "Database"),
        ("def test_a():\n    sqlalchemy.create_engine('x')", "create_engine"),
        ("def test_a():\n    with sqlite3.connect('x') as c: pass", "connect"),
        ("from sqlite3 import connect", "connect"),
        ("import sqlite3 as s", "connect"),
        ("def test_a(tmp_path):\n    run(f'sqlite:///{tmp_path}/x.db')", FILE_URL),
        ("def test_a(url='sqlite:///x.db'):\n    pass", FILE_URL),
        ("class A:\n    def b(self, url):\n        self.store = Store(Database(url, v))", "Database"),
        ("def outer(database):\n    pass\ndef test_a():\n    Database(1)", "Database"),
        ("@pytest.fixture\ndef database():\n    return 1", "fixture"),
        ("@pytest.mark.parametrize('engine_url', ['sqlite'], indirect=True)\ndef test_a(engine_url): ...", "fixture"),
        ("@pytest.mark.parametrize('a, database', [])\ndef test_a(a, database): ...", "fixture"),
        ("@pytest.mark.parametrize(('a', 'database'), [])\ndef test_a(a, database): ...", "fixture"),
    ],
)
def test_a_test_that_bypasses_the_fixture_is_caught(source: str, what: str) -> None:
    assert what in [one for one, _ in broken(source)]


@pytest.mark.parametrize(
    "source",
    [
        "def test_a(database):\n    Database(str(database.engine.url), VAULT)",
        "async def test_a(engine_url, tmp_path):\n    Database(engine_url, VAULT)",
        "class A:\n    def __init__(self, database: Database) -> None:\n        self.b = Database(database.url, v)",
        "def test_a(database):\n    def inner():\n        return Database(database.engine.url, VAULT)\n    inner()",
        "def helper(other: Database) -> Store:\n    x: Database = other\n    return x.connect()",
        "def main(engine_url):\n    sqlite3.connect(engine_url.removeprefix('sqlite:///'))",
        'def test_a():\n    """Nothing opens sqlite:///x.db here."""',
        "@pytest.mark.parametrize('a', [1])\ndef test_a(a, database): ...",
    ],
)
def test_a_test_that_takes_the_fixture_is_not_caught(source: str) -> None:
    assert broken(source) == []


def test_the_fixture_gives_the_engine_that_it_says_and_it_answers(
    database: Database, request: pytest.FixtureRequest
) -> None:
    engine = request.node.callspec.params["engine"]
    assert database.engine.dialect.name == engine
    ask = "SELECT sqlite_version()" if engine == "sqlite" else "SHOW server_version"
    with database.transaction() as tx:
        assert int(str(tx.execute(text(ask)).scalar_one()).split(".")[0]) >= 3


@pytest.mark.parametrize(("without", "expected"), [("", {"sqlite", "postgresql"}), ("1", {"sqlite"})])
def test_tests_of_the_store_run_once_for_each_engine(without: str, expected: set[str]) -> None:
    asked = f"{__file__}::{test_the_fixture_gives_the_engine_that_it_says_and_it_answers.__name__}"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", asked, "--collect-only", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"],
        env={**os.environ, "MOTCUA_NO_POSTGRES": without, "PYTEST_ADDOPTS": ""},
        cwd=TESTS.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert {line.split("[")[1].rstrip("]") for line in done.stdout.splitlines() if "::" in line} == expected
    assert set(engines.ENGINES) == {"sqlite", "postgresql"}


def test_where_no_postgresql_can_run_the_tests_fail_and_say_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "_binaries", lambda: None)
    with pytest.raises(RuntimeError, match="MOTCUA_NO_POSTGRES=1"), engines.running_server():
        pass
