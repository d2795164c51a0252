from __future__ import annotations

import pytest

from emailcleaner.core.checks.gibberish import is_gibberish

NAMES = """
schwarzschild knightsbridge hirschfeld angstschweiss jschmidt krzysztof.brzeszczyk szczepanski
wstrzykiewicz przybylski chrzanowski mkrzyzewski vlkprst.smrz hrvoje.vrbnik strcprstskrzkrk.novak
nguyen.thi.hng wright schlecht.schreiber borchgrevink rhythm.flynn lynch dzhgirkhanov
mstislav.rostropovich goldschmidt j.r.r.tolkien kstrnskjld martin1985 anna_1990_b 4you2day b2b.partner
r2d2 1234567890 20231231 007 mp3 web2 jp20 m.b.k.h.j.l.p tom.k8s.3d.team a1.sales x1y2z3 qwerty.smith
ghtmlr bbc cnn ktlmdr aaa deadbeef decade facade.cafe
""".split()


@pytest.mark.parametrize("local", NAMES)
def test_names_and_usual_shapes_pass(local: str) -> None:
    assert not is_gibberish(local)


@pytest.mark.parametrize(
    "local",
    [
        "asdfgh",
        "qwerty12",
        "zxcvb",
        "asdfg.1",
        "aaaaaa",
        "xxxxx",
        "x7k2p9q4",
        "a1b2c3d4e5",
        "bcdfghjklmnp",
        "xkqzvwjhbn",
        "user.xkqzvwjhbn",
        "deadbeef12345678",
        "3f2a9b1c4d5e6f70",
        "qzxkvbnmwp+tag",
    ],
)
def test_mashed_and_random_strings_are_found(local: str) -> None:
    assert is_gibberish(local)
