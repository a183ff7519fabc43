"""Foreign formats as other people's tools write them: counted right, or refused with the line and what to write instead."""

from __future__ import annotations

import bz2
import gzip
import lzma
import random
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from entrepot.configurator import importers
from entrepot.configurator.facts import check
from entrepot.configurator.importers import read_formula
from entrepot.configurator.knowledge import available
from entrepot.configurator.problems import ModelInvalid, ModelTooLarge
from entrepot.configurator.uvl_formula import formula_of
from entrepot.configurator.uvl_read import Condition, FeatureModel, read_uvl, walk
from tests.configurator.models import AT

compiler = pytest.mark.skipif(not available(), reason="the circuit compiler (py_d4) is not installed")
BASE = "features\n\tA\n\t\toptional\n\t\t\tB {price 3}\n\t\t\tC\n\t\t\tD\n"
THREE = "\t\t\tB\n\t\t\tC\n\t\t\tD\n"

UVL = [
    ("features\n\tA\n", 1),
    (BASE, 8),
    (BASE.replace("\n", "\r\n"), 8),
    ("\ufeff" + BASE, 8),
    ("namespace n\n\ninclude\n\tBoolean.group-cardinality\n" + BASE, 8),
    (BASE.replace("\t", "    "), 8),
    ("// one\nfeatures // two\n\n\tA // {\n/* three\n\n*/\t\tor\n\n" + THREE, 7),
    ("features\n\tA\n\t\talternative\n" + THREE + "\t\tor\n\t\t\tE\n\t\t\tF\n", 9),
    ("features\n\tA\n\t\t[2..3]\n" + THREE, 4),
    ("features\n\tA\n\t\t[2]\n" + THREE, 3),
    ("features\n\tA\n\t\t[0..1]\n" + THREE, 4),
    ("features\n\tA\n\t\t[1..*]\n" + THREE, 7),
    ("features\n\tA\n\t\t[1..2]\n" + THREE, 6),
    ("features\n\tA\n\t\toptional\n\t\t\tX\n\t\t\t\t[2..3]\n" + THREE.replace("\t\t\t", "\t\t\t\t\t"), 5),
    ("features\n\tA\n\t\t[10..20]\n" + "".join(f"\t\t\tF{n}\n" for n in range(30)), 1_027_813_650),
    ('features\n\t"My kit"\n\t\toptional\n\t\t\t"1/2 [x] {y}"\n\t\t\t"b => c"\nconstraints\n\t"1/2 [x] {y}" => "b => c"\n', 3),
    ("features\n\tA {abstract, s 'a => {b}', v [1, 2], n {x 1}}\n\t\toptional\n\t\t\tBoolean B\n\t\t\tC cardinality [1..1]\n", 4),
    ("features\n\tA\n\t\toptional\n\t\t\tB {constraint B => C}\n\t\t\tC\n\t\t\tD {constraints [D => !B, D => C]}\n", 4),
    (BASE + "constraints\n\tB => C => D\n", 5),
    (BASE + "constraints\n\tB | C & D\n", 5),
    (BASE + "constraints\n\tB <=> C => D\n", 4),
    (BASE + "constraints\n\t!(B & C) & !!D\n", 3),
    (BASE + "constraints\n\t" + "(" * 500 + "B" + ")" * 500 + "\n", 4),
    (BASE + "constraints\n\tB => (C |\n\tD)\n", 7),
]


@compiler
@pytest.mark.parametrize(("text", "count"), UVL)
def test_uvl_is_counted(tmp_path: Path, text: str, count: int) -> None:
    (tmp_path / "a.uvl").write_bytes(text.encode())
    assert check(read_formula(tmp_path / "a.uvl", AT)).configurations == str(count)


@compiler
@pytest.mark.parametrize(
    ("operands", "count"),
    [
        (" <=> ".join(f"F{n}" for n in range(24)), 1 << 23),
        (" | ".join(f"(F{n} & F{n + 1})" for n in range(0, 24, 2)), 4**12 - 3**12),
    ],
)
def test_a_constraint_that_cannot_be_multiplied_out_is_counted_too(tmp_path: Path, operands: str, count: int) -> None:
    features = "".join(f"\t\t\tF{n}\n" for n in range(24))
    (tmp_path / "a.uvl").write_text(f"features\n\tA\n\t\toptional\n{features}constraints\n\t{operands}\n")
    assert check(read_formula(tmp_path / "a.uvl", AT)).configurations == str(count)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("", 1, "Write `features`"),
        (BASE + "constraints\n\tB => X\n", 8, "there is no feature X"),
        (BASE.replace("\tD", "\tSilver") + "constraints\n\tB => Sliver\n", 8, "Did you mean Silver?"),
        (BASE + "constraints\n\tB =>\n", 8, "does not end"),
        (BASE + "constraints\n\t(B => C\n\n", 8, "is not closed"),
        (BASE + "constraints\n\tB C\n", 8, "`C` is not expected"),
        (BASE + "constraints\n\n\tsum(price) < 3\n", 9, "calculates with attributes"),
        (BASE + "constraints\n\tB.price == 3\n", 8, "B.price is an attribute"),
        (BASE + "constraints\n\tC => B == 3\n", 8, "compares values"),
        (BASE.replace("\tC", "\tB"), 5, "B is there already, in line 4"),
        (BASE.replace("\tC", "\tInteger C"), 5, "of type Integer. Write the values"),
        (BASE.replace("\tC", "\tC cardinality [1..5]"), 5, "may come several times"),
        (BASE.replace("\tC", "\tsub.C"), 5, "a feature of another file"),
        (BASE.replace("\tC", "\tC-1"), 5, '"double quotes"'),
        (BASE.replace("optional", "[4..5]"), 3, "cannot be met by 3 features"),
        (BASE.replace("optional", "several"), 3, "`several` is no kind of group"),
        (BASE.replace("\t\toptional", "        optional"), 3, "use either tabs or blanks"),
        (BASE + "\tE\n", 7, "would be a second root"),
        ("imports\n\tother as o\n" + BASE, 2, "features of other files are not read"),
        ("Features\n\tA\n", 1, "`Features` begins no section"),
        ("features\n\tA\n\t\tor\n\t\toptional\n\t\t\tB\n", 3, "nothing stands below or"),
    ],
)
def test_uvl_is_refused_with_its_line(tmp_path: Path, text: str, line: int, says: str) -> None:
    _refused(tmp_path / "a.uvl", text, line, says)


def _refused(file: Path, text: str, line: int, says: str) -> None:
    file.write_text(text)
    with pytest.raises(ModelInvalid) as caught:
        read_formula(file, AT)
    assert caught.value.text.startswith(f"{file.name}:{line}: ")
    assert says in caught.value.text


def _holds(condition: Condition, taken: set[str]) -> bool:
    if isinstance(condition, str):
        return condition in taken
    parts = [_holds(part, taken) for part in condition.parts]
    signs: dict[str, Callable[[], bool]] = {
        "!": lambda: not parts[0],
        "&": lambda: all(parts),
        "|": lambda: any(parts),
        "=>": lambda: not parts[0] or parts[1],
        "<=>": lambda: parts[0] == parts[1],
    }
    return signs[condition.sign]()


def _sound(model: FeatureModel, taken: set[str]) -> bool:
    """What the tree and the constraints say, without clauses."""
    return (
        model.root.name in taken
        and all(member.name not in taken or owner.name in taken for owner, _, member in walk(model.root))
        and all(
            group.least <= sum(one.name in taken for one in group.members) <= group.most
            for owner in model.features.values()
            if owner.name in taken
            for group in owner.groups
        )
        and all(_holds(one.condition, taken) for one in model.constraints)
    )


@pytest.mark.parametrize("seed", range(40))
def test_the_clauses_of_a_uvl_model_hold_exactly_for_its_configurations(seed: int) -> None:
    chance = random.Random(seed)
    names = [f"F{number}" for number in range(chance.randint(3, 7))]

    def said(depth: int) -> str:
        if not depth or chance.random() < 0.2:
            return chance.choice(("", "!")) + chance.choice(names)
        sign = chance.choice(("&", "|", "=>", "<=>"))
        left, right = said(depth - 1), said(depth - 1)
        return f"{left} {sign} {right}" if chance.random() < 0.5 else f"!({left} {sign} {right})"

    cut = chance.randint(1, len(names) - 2)
    kinds = ("or", "alternative", "optional", "mandatory", "[0..2]", f"[1..{cut}]")
    lines = ["features", f"\t{names[0]}", f"\t\t{chance.choice(kinds)}", *(f"\t\t\t{one}" for one in names[1 : cut + 1])]
    lines += [f"\t\t\t\t{chance.choice(kinds)}", *(f"\t\t\t\t\t{one}" for one in names[cut + 1 :])]
    lines += ["constraints", *(f"\t{said(3)}" for _ in range(2))]
    model = read_uvl("a.uvl", "\n".join(lines))
    formula = formula_of(model)
    literal = {one.name: one.literals[1] for one in formula.variables}
    own = set(literal.values())
    for bits in product((False, True), repeat=len(names)):
        taken = {name for name, bit in zip(names, bits, strict=True) if bit}
        true = {literal[name] if name in taken else -literal[name] for name in names}
        helpers = sorted({abs(one) for clause in formula.clauses() for one in clause} - own)
        assert len(helpers) < 12
        found = sum(
            all(true.intersection(clause) or more.intersection(clause) for clause in formula.clauses())
            for signs in product((1, -1), repeat=len(helpers))
            for more in [{sign * one for sign, one in zip(signs, helpers, strict=True)}]
        )
        assert found == _sound(model, taken), lines


DIMACS = [
    ("c 1 A\nc 2$ B x\np cnf 3 3\n1 2 0 -1\n-2 0\nc between\n3 0\n%\n0\n", 2),
    ("p cnf 3 1\n1 2 0\n-1 0\n", 2),
    ("\n p  cnf 2 1 \r\n1\r\n2 0\r\n", 3),
    ("p cnf 2 2\n1 -1 0\n2 2 0\n", 2),
    ("p cnf 2 2\n1 0\n0\n", 0),
    ("p cnf 4 0\n", 16),
]


@compiler
@pytest.mark.parametrize(("text", "count"), DIMACS)
def test_dimacs_is_counted(tmp_path: Path, text: str, count: int) -> None:
    (tmp_path / "a.cnf").write_text(text)
    assert check(read_formula(tmp_path / "a.cnf", AT)).configurations == str(count)


def test_comments_name_the_variables(tmp_path: Path) -> None:
    (tmp_path / "a.dimacs").write_text(DIMACS[0][0])
    assert [one.name for one in read_formula(tmp_path / "a.dimacs", AT).variables] == ["A", "B x", "3"]


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("", 1, "there is no header"),
        ("1 2 0\n", 1, "no header above the clauses"),
        ("p cnf x y\n", 1, "is no header"),
        ("p cnf 2 1\np cnf 2 1\n1 0\n", 2, "a second header"),
        ("p cnf 2 1\n1 a 0\n", 2, "this is no clause"),
        ("p cnf 2 2\n1 0\n2 3 0\n", 3, "Write `p cnf 3 2`"),
        ("p cnf 2 3\n1 0\n2 0\n", 1, "Write `p cnf 2 2`, if nothing is missing"),
        ("p cnf 2 1\n1 2\n", 2, "the last clause does not end"),
    ],
)
def test_dimacs_is_refused_with_its_line(tmp_path: Path, text: str, line: int, says: str) -> None:
    _refused(tmp_path / "a.dimacs", text, line, says)


OLDER = (
    '<instance><domains><domain name="d">0..2</domain></domains>'
    '<variables><variable name="x" domain="d"/><variable name="y" domain="d"/></variables>'
    '<relations><relation name="r" semantics="supports">0 1|1 2|7 7|</relation></relations>'
    '\n<constraints><constraint name="c" scope="x y" reference="r"/></constraints></instance>'
)


def newer(variables: str, constraints: str, more: str = "") -> str:
    return (
        f'<instance format="XCSP3" type="CSP"><variables>{variables}</variables>\n'
        f"<constraints>{constraints}</constraints>{more}</instance>"
    )


def table(scope: str, rows: str) -> str:
    return f"<extension><list>{scope}</list>{rows}</extension>"


TWO = '<var id="x">0..2</var><!-- and --><var id="y" as="x"/>'
ARRAY = '<array id="z" size="[3]">0 1</array>'
PARTS = '<array id="v" size="[2][2]"><domain for="v[0][]">0..2</domain><domain for="others">0 1</domain></array>'
XCSP = [
    (OLDER, 2),
    (OLDER.replace("supports", "conflicts"), 7),
    (newer(TWO, table("x y", "<supports>(0,1)(1,*)</supports>")), 4),
    (
        newer(
            TWO,
            "<block>"
            + table("x y", "<conflicts> (0,1) ( 1 , 2 ) </conflicts>")
            + table("x", "<supports>1..2</supports>")
            + "</block>",
        ),
        5,
    ),
    (
        newer(
            ARRAY, f"<group>{table('%0 %1', '<conflicts>(1,1)</conflicts>')}<args>z[0] z[1]</args><args>z[1] z[2]</args></group>"
        ),
        5,
    ),
    (newer(ARRAY, f"<group>{table('%0 %...', '<supports>(0,1,*)</supports>')}<args>z[2] z[0..1]</args></group>"), 2),
    (newer(TWO, table("x y", "<supports>(0..1,1..5)(2,*)</supports>")), 7),
    (newer('<var id="x">-2..2</var><var id="y">-7 0</var>', table("x y", "<supports>(-2..-1,-7)(+1..9,0)</supports>")), 4),
    (newer(PARTS, table("v[][]", "<supports>(0,0,0,0)(2,*,1,1)</supports>")), 4),
]


@compiler
@pytest.mark.parametrize(("text", "count"), XCSP)
def test_xcsp_is_counted(tmp_path: Path, text: str, count: int) -> None:
    (tmp_path / "a.xml").write_text(text)
    assert check(read_formula(tmp_path / "a.xml", AT)).configurations == str(count)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("<foo/>", 1, "there are no variables"),
        (OLDER.replace('domain="d"', 'domain="e"'), 1, "has no domain"),
        (OLDER.replace('"r"/>', '"P"/>'), 2, "this constraint (P) is no table"),
        (OLDER.replace('semantics="supports"', 'semantics="soft"'), 2, "this constraint (soft) is no table"),
        (OLDER.replace("0 1|", "0 1 2|"), 2, "a row of c has 3 cells for 2 variables"),
        (OLDER.replace('scope="x y"', 'scope="x z"'), 2, "Look at z"),
        (OLDER.replace('scope="x y" ', ""), 2, "Look at its list of variables"),
        (newer(TWO, "<intension>eq(x,1)</intension>"), 2, "this constraint (intension) is no table"),
        (newer(TWO, "<group><allDifferent>%...</allDifferent><args>x y</args></group>"), 2, "this group of `allDifferent`"),
        (newer(TWO, "", "<objectives><minimize>x</minimize></objectives>"), 2, "`objectives` is not read"),
        (newer(TWO, table("x y", "<supports>(0,1,2)</supports>")), 2, "3 cells for 2 variables"),
        (newer(TWO, table("x y", "<supports>0 1</supports>")), 2, "Write (1,2)(3,*)"),
        (newer(TWO, table("x y", "<supports>(0,{1})</supports>")), 2, "`{1}` in a row of constraint 1 is no value"),
        (newer(TWO, table("x y", "")), 2, "neither supports nor conflicts"),
        (newer(ARRAY, table("z[5] z[0]", "<conflicts/>")), 2, "`z[5]` is not within z"),
        (newer(ARRAY + '<var id="z[0]">1</var>', ""), 1, "another variable z[0]"),
    ],
)
def test_xcsp_is_refused_with_its_line(tmp_path: Path, text: str, line: int, says: str) -> None:
    _refused(tmp_path / "a.xml", text, line, says)


@compiler
@pytest.mark.parametrize(("ending", "packed"), [(".gz", gzip.compress), (".xz", lzma.compress), (".bz2", bz2.compress)])
def test_packed_files_are_read(tmp_path: Path, ending: str, packed: Callable[[bytes], bytes]) -> None:
    file = tmp_path / f"a.uvl{ending}"
    file.write_bytes(packed(BASE.encode()))
    assert check(read_formula(file, AT)).configurations == "8"


def test_what_cannot_be_unpacked_or_is_too_large_then_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.uvl.gz").write_bytes(gzip.compress(BASE.encode())[:-9])
    with pytest.raises(ModelInvalid, match="cannot be unpacked"):
        read_formula(tmp_path / "a.uvl.gz", AT)
    monkeypatch.setattr(importers, "MAX_BYTES", 10_000)
    (tmp_path / "bomb.uvl.xz").write_bytes(lzma.compress(b" " * 20_000))
    with pytest.raises(ModelTooLarge):
        read_formula(tmp_path / "bomb.uvl.xz", AT)
