"""`ask`: search only, a stable shape for other programs, each question answered at once."""

from __future__ import annotations

import json
import select
import subprocess
import unicodedata

import pytest

from tests.cli.motcua import Motcua

TITLE = "Cấp giấy phép xây dựng công trình"
PERMIT = {
    "id": "P-01",
    "title": TITLE,
    "field": "Xây dựng",
    "aliases": ["giấy phép xây nhà xưởng"],
}
LABOUR = {"id": 7, "title": "Cấp giấy phép lao động cho người nước ngoài"}


def as_lines(*records: object) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def answered_line(process: subprocess.Popen[bytes], question: str) -> dict[str, object]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{question}\n".encode())
    process.stdin.flush()
    assert select.select([process.stdout], [], [], 30)[0], "no answer while standard input stays open"
    record: dict[str, object] = json.loads(process.stdout.readline())
    return record


def test_the_published_catalogue_is_searched_and_each_question_answered_at_once(motcua: Motcua) -> None:
    with motcua.start("ask", "--json", "--top", "5") as process:
        permit = answered_line(process, "xin giấy phép xây dựng cần giấy tờ gì")
        weather = answered_line(process, "thời tiết hôm nay thế nào")
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (0, b"", b"")
    assert list(permit) == ["query", "decision", "answered", "results"]
    assert permit["query"] == "xin giấy phép xây dựng cần giấy tờ gì"
    assert (permit["decision"], permit["answered"]) == ("answer", True)
    results = permit["results"]
    assert isinstance(results, list)
    assert 1 < len(results) <= 5
    assert all(list(result) == ["id", "title", "score"] for result in results)
    assert results[0]["id"] == "XD01"
    assert [result["score"] for result in results] == sorted((r["score"] for r in results), reverse=True)
    assert (weather["decision"], weather["answered"]) == ("unknown", False)
    worst = weather["results"]
    assert isinstance(worst, list)
    assert not worst or worst[0]["score"] < results[0]["score"]


def test_answered_is_true_exactly_when_the_decision_is_answer(bare: Motcua) -> None:
    name = bare.write("c.jsonl", as_lines(PERMIT, LABOUR, {"id": "x", "title": "Cấp giấy phép môi trường"}))
    questions = [
        "giay phep xay dung hay giay phep moi truong",
        "giay phep lao dong",
        "xin chào",
        "",
        "gpxd",
        "'; DROP TABLE",
        "x" * 50_000,
        "\0\x1b[2J",
    ]
    records = bare.fine("ask", "--json", "--catalogue", name, stdin="\n".join(questions)).records()
    assert [record["query"] for record in records] == questions
    assert all(record["answered"] is (record["decision"] == "answer") for record in records)
    assert {record["decision"] for record in records} == {"answer", "choose", "unknown"}
    assert all(result["id"] in ("P-01", "7", "x") for record in records for result in record["results"])


def test_another_catalogue_needs_no_database_and_no_settings(bare: Motcua) -> None:
    bare.settings = {"MOTCUA_FOO__BAR": "wrong"}
    name = bare.write("c.jsonl", "\ufeff" + as_lines(PERMIT, LABOUR) + "\r\n")
    record = bare.fine(
        "ask", "giay", "phep", "xay", "nha", "xuong", "--json", "--top", "1", "--catalogue", name
    ).records()
    assert [hit["id"] for hit in record[0]["results"]] == ["P-01"]
    assert record[0]["query"] == "giay phep xay nha xuong"
    assert sorted(path.name for path in bare.folder.iterdir()) == ["c.jsonl"]


def test_what_was_asked_comes_back_in_normal_form(bare: Motcua) -> None:
    name = bare.write("c.jsonl", as_lines({**PERMIT, "title": unicodedata.normalize("NFD", TITLE)}))
    asked = unicodedata.normalize("NFD", "cấp giấy phép xây dựng")
    record = bare.fine("ask", asked, "--json", "--catalogue", name).records()[0]
    assert record["query"] == "cấp giấy phép xây dựng"
    assert record["results"][0]["title"] == TITLE


def test_as_text_with_explanations_the_evidence_is_named(bare: Motcua) -> None:
    name = bare.write("c.jsonl", as_lines(PERMIT, LABOUR))
    short = bare.fine("ask", "giay phep xay dung", "--catalogue", name).lines()
    long = bare.fine("ask", "giay phep xay dung", "--catalogue", name, "--explain").lines()
    assert short[0] == "answer: giay phep xay dung"
    assert short[1].split()[1] == "P-01"
    assert len(long) > len(short)
    explained = bare.fine("ask", "gpxd", "--json", "--explain", "--catalogue", name).records()[0]
    assert explained["results"][0]["evidence"]


@pytest.mark.parametrize(
    "bad",
    [
        b"not json",
        b"[1, 2]",
        b'"text"',
        b'{"title": "x"}',
        b'{"id": "x"}',
        b'{"id": null, "title": "x"}',
        b'{"id": "x", "title": null}',
        b'{"id": "x", "title": ""}',
        b'{"id": "x", "title": ["x"]}',
        b'{"id": true, "title": "x"}',
        b'{"id": "x", "title": "x", "aliases": "x"}',
        b'{"id": "x", "title": "x", "aliases": [null]}',
        b'{"id": "x", "title": "x", "field": 5}',
        b"[" * 100_000,
    ],
    ids=lambda bad: bad[:30].decode(),
)
def test_a_bad_line_of_the_catalogue_is_named(bad: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    from bot.cli.ask import _read
    from knowledge.errors import Wrong

    file = tmp_path_factory.mktemp("c") / "c.jsonl"
    file.write_bytes(as_lines(PERMIT).encode() + b"\n" + bad + b"\n")
    with pytest.raises(Wrong, match=r"c\.jsonl: line 3: not a JSON object with id and title"):
        list(_read(file))


def test_a_title_with_another_line_end_in_it_is_one_line(bare: Motcua) -> None:
    name = bare.write("c.jsonl", as_lines({"id": "a", "title": "Cấp giấy phép\u2028xây dựng\u0085"}, LABOUR))
    assert bare.fine("ask", "gpxd", "--json", "--catalogue", name).records()[0]["results"][0]["id"] == "a"


def test_a_catalogue_that_cannot_be_used_is_told_in_one_line(bare: Motcua) -> None:
    bare.write("latin.jsonl", '{"id": "a", "title": "Cấp giấy phép"}'.encode("cp1258", errors="replace") + b"\xff")
    for name, said in (("latin.jsonl", "not text in UTF-8"), ("none.jsonl", "No such file or directory")):
        ran = bare("ask", "x", "--catalogue", name)
        assert (ran.code, ran.out) == (1, "")
        assert ran.err == f"motcua: {name}: {said}\n"


def test_an_empty_catalogue_knows_nothing(bare: Motcua) -> None:
    record = bare.fine("ask", "gpxd", "--json", "--catalogue", bare.write("c.jsonl", "")).records()[0]
    assert (record["decision"], record["results"]) == ("unknown", [])


def test_when_nobody_reads_on_the_search_ends_without_a_traceback(bare: Motcua) -> None:
    name = bare.write("c.jsonl", as_lines(PERMIT))
    with bare.start("ask", "--json", "--catalogue", name) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stderr is not None
        answered_line(process, "gpxd")
        process.stdout.close()
        process.stdin.write(b"gpxd\n" * 50)
        process.stdin.close()
        said = process.stderr.read()
        assert process.wait(30) == 1
    assert said == b""
