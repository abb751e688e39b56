"""What a command says: its result on standard output, everything else on standard error."""

from __future__ import annotations

import json
import sys
from typing import Any

from knowledge.vietnamese import nfc


def write(line: str) -> None:
    """Write a line of a command's result."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def write_json(record: dict[str, Any]) -> None:
    """Write one JSON object on a line: unescaped, in the normal form C of Unicode."""
    write(nfc(json.dumps(record, ensure_ascii=False, default=str)))


def tell(line: str) -> None:
    """Tell the operator something that is not the result."""
    sys.stderr.write(line + "\n")
