"""`rules` and `audit`: who hears of what, tried on a dossier; the trail, as an operator reads it."""

from __future__ import annotations

import re

from tests.cli.motcua import Motcua

CODE = "000.00.15.H58-200617-0001"
RULES = """
[[rule]]
to = ["role:leader", "role:official"]
news = ["overdue"]

[[rule]]
to = ["official:1"]
fields = ["Xây dựng"]
"""


def test_rules_are_set_shown_and_tried_and_the_trail_tells_of_it(bare: Motcua) -> None:
    found = re.search(r"code {2}(\S+)", bare.fine("officials", "invite", "An").out)
    assert found is not None
    bare.fine("chat", "--json", "--as", "An", stdin=f"/moi {found[1]}\n/tap Liên kết\n")
    bare.write(
        "hồ sơ.csv",
        "MaHoSo,TenTTHC,TenLinhVuc,NgayTiepNhan,TrangThaiHoSo\n" + f"{CODE},Cấp phép,Xây dựng,20200617083000,4\n",
    )
    bare.fine("dossiers", "import", "hồ sơ.csv", "--yes")
    assert "because: role:official" in bare.fine("rules", "test", CODE).out, "the shipped rule"
    assert "because: role:official" in bare.fine("rules", "test", "--news", "handover").out
    assert bare("rules", "test", "PAKN-20261123-0009", "--news", "feedback").code == 1
    bare.fine("chat", "--json", "--as", "An", stdin=f"/viec\n/tim {CODE}\n")
    shown = bare.fine("audit", "--most", "2").out
    assert f"dossier_shown  {CODE}, by official 1 (An)" in shown
    assert "work_shown  by official 1 (An)" in shown
    bare.write("rules.toml", RULES)
    assert bare.fine("rules", "set", "rules.toml").out == "2 rules\n"
    assert (
        bare.fine("rules", "show").out.splitlines()[0]
        == '1  {"to": ["role:leader", "role:official"], "news": ["overdue"]}'
    )
    told = bare.fine("rules", "test", CODE, "--news", "overdue").out.splitlines()
    assert [line.split("because: ")[1] for line in told[1:]] == ["role:official"]
    bare.write("rules.toml", "[[rule]]\nto = ['king']\n")
    wrong = bare("rules", "set", "rules.toml")
    assert (wrong.code, wrong.err) == (1, "motcua: rule 1: to: 'king' is unknown\n")
    trail = bare.fine("audit", "--action", "rules_set", "--json").records()
    assert [line["detail"] for line in trail] == ["2 rules, from the command line"]
