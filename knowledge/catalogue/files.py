"""Files of a catalogue, by the ending of their names: xlsx, toml, jsonl."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import PurePath
from typing import Final

from knowledge.catalogue.editions import read_toml
from knowledge.catalogue.faults import CatalogueError, CatalogueFault
from knowledge.catalogue.lines import read_lines, write_lines
from knowledge.catalogue.model import Edition
from knowledge.catalogue.parsed import Parsed
from knowledge.catalogue.toml_text import write_toml
from knowledge.catalogue.xlsx import read_xlsx, write_xlsx

ENDINGS: Final = ("xlsx", "toml", "jsonl")
FILE_MOST: Final = 64 * 1024 * 1024
"""Bytes of a file: the national records, the largest we know, are 38 MiB."""

Watch = Callable[[Iterable[str]], Iterable[str]]
"""Lets a progress bar see the lines go by."""


def ending(name: str) -> str:
    """The ending by which a file's format is known. Raises CatalogueError for another one."""
    found = PurePath(name).suffix.lower().removeprefix(".")
    if found not in ENDINGS:
        raise CatalogueError([CatalogueFault("", "", "unknown_format", {"allowed": ", ".join(ENDINGS)})])
    return found


def read_file(name: str, data: bytes, today: date, watch: Watch = iter) -> Parsed:
    """What a file holds of a catalogue. Raises CatalogueError for one that is not read at all, and says why."""
    kind = ending(name)
    if len(data) > FILE_MOST:
        values = {"size": len(data) >> 20, "most": FILE_MOST >> 20}
        raise CatalogueError([CatalogueFault("", "", "too_big", values)])
    if kind == "xlsx":
        return read_xlsx(data)
    text = _decoded(data)
    return read_toml(text) if kind == "toml" else read_lines(watch(_split(text)), today)


def write_file(name: str, edition: Edition) -> bytes:
    """The file of an edition. Raises CatalogueError for a name of an unknown format."""
    match ending(name):
        case "xlsx":
            return write_xlsx(edition)
        case "toml":
            return write_toml(edition).encode()
        case _:
            return "".join(f"{line}\n" for line in write_lines(edition)).encode()


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        value = data[error.start : error.start + 1].hex().upper()
        raise CatalogueError([CatalogueFault("", "", "not_utf8", {"value": value}, line=line)]) from None


def _split(text: str) -> Iterator[str]:
    yield from text.split("\n")  # a text may hold one of Unicode's other line ends
