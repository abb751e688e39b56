"""What the search benchmark asks and in which catalogues: golden questions, their noise forms, catalogues by size.

The catalogues: the two shipped editions with their other names, each with the entries that the golden questions are
about (52 of 2020, 38 of 2026: the edition of 2026 has labour and environment too, which were out of scope when the
questions were written); either of them among distractors up to a size; and the national records alone. Distractors are
national records of other fields than those the boards work in (`OURS`): a record of these fields is the same matter in
newer words or at another level, and would be right too.

Beyond the national records titles are generated: a record's leading operation is replaced by another one ("Cấp lại
giấy phép lái xe" gives "Gia hạn giấy phép lái xe"), each distinct when folded, drawn with a seed.
"""

import gzip
import json
import random
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from bench.search_records import Question, Record
from knowledge.catalogue import load_edition
from knowledge.vietnamese import fold as without_marks
from knowledge.vietnamese import nfc, syllables
from tests.golden.noise import NOISES, noisy

GOLDEN: Final = Path(__file__).parents[1] / "tests" / "golden"
HALVES: Final = ("test", "tune")
SEED: Final = 20260617
EDITIONS: Final = {"2020": "tien-giang-2020", "2026": "dong-thap-2026"}
SOURCES: Final = frozenset({"clean", "aspect"})  # the kinds written with marks, from which noise is made
TITLES_ASKED: Final = 80
LONGEST_TITLE_QUESTION: Final = 12  # syllables
# The forms that make up one kind; each question gets one of them, by turns.
FORMS: Final = {
    "nomarks": ("missing_marks", "some_marks"),
    "telex": ("telex",),
    "vni": ("vni",),
    "misspelling": ("initials", "finals", "hoi_nga", "i_y"),
    "typo": ("adjacent_key", "dropped_letter", "swapped_letters"),
    "teencode": ("teencode",),
    "run_together": ("run_together",),
    "two_at_once": ("two_at_once",),
}
if {name for names in FORMS.values() for name in names} != set(NOISES):
    raise RuntimeError("every noise form belongs to one kind")
# Fields of national records where one of our 52 or 38 entries has a twin.
OURS: Final = frozenset(
    without_marks(name)
    for name in (
        *("Đầu tư tại Việt nam", "Hoạt động xây dựng", "Quản lý chất lượng công trình xây dựng", "Môi trường"),
        *("Quản lý nhà nước về khu công nghiệp, khu kinh tế", "Phòng cháy, chữa cháy"),
        "Thành lập và hoạt động của doanh nghiệp",
    )
)
OPERATIONS: Final = (
    *("Cấp", "Cấp mới", "Cấp phép", "Cấp lại", "Cấp đổi", "Gia hạn", "Điều chỉnh", "Thu hồi", "Đăng ký", "Xác nhận"),
    *("Thẩm định", "Phê duyệt", "Công nhận", "Thay đổi nội dung", "Sửa đổi, bổ sung", "Chấm dứt", "Tạm ngừng", "Khai"),
    *("Thông báo", "Công bố", "Chấp thuận", "Thành lập", "Xóa", "Hủy", "Bổ sung", "Cho phép", "Đề nghị", "Chuyển đổi"),
    "Kiểm tra",
)
# The same as another one ("Cấp mới" as "Cấp") or nearly: they are replaced but not put anywhere.
NOT_PUT: Final = frozenset(
    {"Cấp", "Cấp mới", "Cấp phép", "Cho phép", "Đề nghị", "Khai", "Sửa đổi, bổ sung", "Thay đổi nội dung"}
)
_LEADING: Final = re.compile(
    rf"^(?:Thủ tục )?({'|'.join(sorted(map(re.escape, OPERATIONS), key=len, reverse=True))})\s+(?=\w)", re.IGNORECASE
)


def golden(half: str) -> list[dict[str, object]]:
    lines = (GOLDEN / f"{half}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def questions(half: str, catalogue: str, every: int = 1, noise_every: int = 1) -> list[Question]:
    """The golden questions of one half about one catalogue, with noise forms of those written with marks.

    every: take each n-th question only. noise_every: make noise of each n-th of the questions taken that it is made of.
    """
    found: list[Question] = []
    marked = 0
    rows = [(number, row) for number, row in enumerate(golden(half)) if row["catalogue"] == catalogue]
    for number, row in rows[::every]:
        text, kind, expect = str(row["q"]), str(row["kind"]), _ids(row["expect"])
        found.append(Question(text, kind, expect, number))
        marked += kind in SOURCES
        if kind in SOURCES and marked % noise_every == 0:
            found += noise_forms(text, expect, number)
    return found


def noise_forms(text: str, expect: tuple[str, ...], number: int) -> Iterable[Question]:
    """One misspelled form of every kind; a form that leaves the text as it is gives way to the next of its kind."""
    for kind, names in FORMS.items():
        turned = [*names[number % len(names) :], *names[: number % len(names)]]
        form = next((made for name in turned if (made := noisy(text, name, number)) != nfc(text)), None)
        if form is not None:
            yield Question(form, kind, expect, number)


def edition(catalogue: str) -> list[Record]:
    """The entries of a shipped edition that the golden questions are about."""
    asked = {
        one for half in HALVES for row in golden(half) if row["catalogue"] == catalogue for one in _ids(row["expect"])
    }
    procedures = load_edition(EDITIONS[catalogue]).procedures
    return [Record(p.id, p.title, p.field, tuple(p.aliases)) for p in procedures if p.id in asked]


def national(path: Path) -> list[Record]:
    """The national records of a gzipped file of JSON lines (`ma_thu_tuc`, `ten_thu_tuc`, `linh_vuc`)."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return [Record(row["ma_thu_tuc"], _spaced(row["ten_thu_tuc"]), _spaced(row["linh_vuc"])) for row in rows]


def embedded(ours: Sequence[Record], records: Sequence[Record], size: int) -> list[Record]:
    """Our entries among distractors: a seeded sample of national records, then generated titles up to the size."""
    own = {record.id for record in ours}
    others = [r for r in records if r.id not in own and without_marks(r.field) not in OURS]
    return [*ours, *grown(others, size - len(ours))]


def grown(records: Sequence[Record], size: int) -> list[Record]:
    """As many records as asked for; a smaller size is the beginning of a larger one."""
    drawn = list(records)
    random.Random(SEED).shuffle(drawn)
    return drawn[:size] if size <= len(drawn) else [*drawn, *generated(records, size - len(drawn))]


def generated(records: Sequence[Record], count: int) -> list[Record]:
    """Further titles: the same objects with other operations, none of them twice."""
    taken = {without_marks(record.title) for record in records}
    made: list[Record] = []
    for record in records:
        found = _LEADING.match(record.title)
        if found is None:
            continue
        rest = record.title[found.end() :]
        for number, operation in enumerate(OPERATIONS):
            title = f"{operation} {rest}"
            if operation not in NOT_PUT and (key := without_marks(title)) not in taken:
                taken.add(key)
                made.append(Record(f"{record.id}-{number}", title, record.field))
    random.Random(SEED).shuffle(made)
    if len(made) < count:
        raise SystemExit(f"only {len(made)} further titles can be generated, {count} are needed")
    return made[:count]


def title_questions(records: Sequence[Record], among: Sequence[Record], every: int = 1) -> list[Question]:
    """Questions made from titles: the beginning of a title and its noise forms.

    Every title of the catalogue (``among``) that holds the same words in a row is a right answer. Titles that begin
    like more than three others are left out: nobody could mean one of them.
    """
    rows = [(record.id, f" {' '.join(syllables(without_marks(record.title)))} ") for record in among]
    found: list[Question] = []
    for number, record in enumerate(records[: TITLES_ASKED * 2 : every]):
        text = " ".join(re.split(r"[(;/]", record.title)[0].split()[:LONGEST_TITLE_QUESTION]).rstrip(" ,.")
        text = text.removeprefix("Thủ tục ")
        asked = f" {' '.join(syllables(without_marks(text)))} "
        right = tuple(one for one, title in rows if asked in title)
        if 1 <= len(right) <= 3 and len(asked.split()) >= 3:
            found.append(Question(text[:1].lower() + text[1:], "clean", right, number))
            found += noise_forms(text[:1].lower() + text[1:], right, number)
        if len({question.source for question in found}) * every >= TITLES_ASKED:
            break
    return found


def _ids(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()


def _spaced(text: str) -> str:
    return nfc(" ".join(text.split()))
