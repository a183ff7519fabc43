"""Small models for tests: a bicycle that people recognise, random ones, and a brute-force judge."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

from hypothesis import strategies as st

from entrepot.configurator import Model, Pick, read_model
from entrepot.configurator.evaluate import holds
from entrepot.configurator.model import OptionClass, Table

AT = datetime(2026, 11, 1, tzinfo=UTC)
DEMO = Path(__file__).parents[2] / "demo" / "models"

BICYCLE = """
model: bicycle
organization: shop
languages: [en-US, de-DE]
properties: {inch: number, kg: number, carries: number}
classes:
  frame:
    title: {en-US: Frame, de-DE: Rahmen}
    items:
      small: {part: F-S, properties: {inch: 26, carries: 20}}
      large: {part: F-L, properties: {inch: 28, carries: 30}}
  wheels:
    title: {en-US: Wheels, de-DE: Laufräder}
    part: WHEEL-SET
    ratio: 2
    items:
      w26: {part: W-26, properties: {inch: 26, kg: 2}}
      w28: {part: W-28, properties: {inch: 28, kg: 2}}
  extras:
    title: Extras
    choose: any
    items:
      rack: {part: RACK, properties: {kg: 3}}
      bag: {part: BAG, quantity: {min: 1, max: 2}, required: false, properties: {kg: 9}}
      light: {part: LIGHT}
  motor:
    title: Motor
    choose: optional
    items:
      hub:
        part: HUB
        properties: {kg: 4}
        classes:
          battery:
            title: Battery
            items: {b5: B-500, b9: B-900}
rules:
  - id: size
    holds: wheels.inch = frame.inch
    message: {en-US: Wheels must have the size of the frame., de-DE: Laufräder müssen zum Rahmen passen.}
  - id: rack
    when: extras.bag
    requires: extras.rack
    message: {en-US: Bags hang on the rack., de-DE: Taschen hängen am Gepäckträger.}
  - id: weight
    holds: sum(kg) <= frame.carries
    message: {en-US: Too heavy for this frame., de-DE: Zu schwer für diesen Rahmen.}
  - id: long-range
    excludes: [battery.b9, frame.small]
    message: {en-US: The large battery does not fit the small frame., de-DE: Der große Akku passt nicht in den kleinen Rahmen.}
defaults: [frame.large, {choose: extras.light, when: motor.hub}, battery.b9, battery.b5]
"""


def bicycle() -> Model:
    return read_model(BICYCLE, "bicycle.yaml")


def demo(name: str) -> Model:
    return read_model((DEMO / f"{name}.yaml").read_text(encoding="utf-8"), f"{name}.yaml")


def every_configuration(model: Model) -> Iterator[tuple[Pick, ...]]:
    """All valid configurations by trying everything: what the engines are judged by."""
    ways = [list(_ways(one)) for one in model.classes]
    for combination in product(*ways):
        picks = tuple(pick for part in combination for pick in part)
        if _valid(model, picks):
            yield picks


def _ways(one: OptionClass) -> Iterator[tuple[Pick, ...]]:
    options = [[()] + [(Pick(one.name, item.name, quantity),) for quantity in item.quantities] for item in one.items]
    for combination in product(*options):
        picks = tuple(pick for part in combination for pick in part)
        if len(picks) <= one.most and (len(picks) >= one.least or one.owner is not None):
            yield picks


def _valid(model: Model, picks: tuple[Pick, ...]) -> bool:
    taken: dict[str, list[tuple[str, int]]] = {}
    for pick in picks:
        taken.setdefault(pick.option_class, []).append((pick.option, pick.quantity))
    for one in model.classes:
        if one.owner is not None:
            asked = any(option == one.owner.option for option, _ in taken.get(one.owner.option_class, ()))
            count = len(taken.get(one.name, ()))
            if count < (one.least if asked else 0) or (not asked and count):
                return False
    return all(_rule_holds(model, taken, rule.holds) for rule in model.rules)


def _rule_holds(model: Model, taken: dict[str, list[tuple[str, int]]], rule: object) -> bool:
    if not isinstance(rule, Table):
        return holds(model, taken, rule)  # type: ignore[arg-type]
    cells = [taken[name][0][0] if taken.get(name) else "-" for name in rule.classes]
    found = any(all(cell in ("*", value) for cell, value in zip(row, cells, strict=True)) for row in rule.rows)
    return found == rule.allowed


@st.composite
def model_texts(draw: st.DrawFn) -> str:
    """Random small models as text, so that the reader is tried as well."""
    lines = ["model: random", "organization: o", "languages: [en]", "properties: {n: number, s: text}", "classes:"]
    names = [f"c{number}" for number in range(draw(st.integers(2, 3)))]
    items: dict[str, list[str]] = {}
    single: list[str] = []
    for name in names:
        items[name] = [f"{name}i{number}" for number in range(draw(st.integers(1, 3)))]
        choose = draw(st.sampled_from(["one", "optional", "any", "some"]))
        if choose in ("one", "optional") or len(items[name]) == 1:
            single.append(name)
        lines += [f"  {name}:", f"    choose: {choose}", f"    ratio: {draw(st.integers(1, 2))}", "    items:"]
        for item in items[name]:
            most = draw(st.integers(1, 2)) if len(items[name]) < 3 else 1
            number, text = draw(st.integers(0, 3)), draw(st.sampled_from("xy"))
            lines.append(f"      {item}: {{quantity: {{min: 1, max: {most}}}, properties: {{n: {number}, s: {text}}}}}")
    if draw(st.booleans()):
        owner = names[0]
        lines[lines.index(f"      {items[owner][0]}: " + lines_of(lines, items[owner][0]))] = (
            f"      {items[owner][0]}: {{properties: {{n: 1, s: x}}, classes: "
            f"{{sub: {{choose: {draw(st.sampled_from(['one', 'any']))}, "
            "items: {p: {properties: {n: 2, s: y}}, q: }}}}"
        )
        names.append("sub")
        items["sub"] = ["p", "q"]
    lines.append("rules:")
    for number in range(draw(st.integers(0, 4))):
        lines += [f"  - id: r{number}", f"    message: rule {number}", *_rule(draw, names, items, single)]
    if lines[-1] == "rules:":
        lines[-1] = "rules: []"
    return "\n".join(lines)


def lines_of(lines: list[str], item: str) -> str:
    return next(line for line in lines if line.startswith(f"      {item}: ")).removeprefix(f"      {item}: ")


def _rule(draw: st.DrawFn, names: list[str], items: dict[str, list[str]], single: list[str]) -> list[str]:
    def atom() -> str:
        name = draw(st.sampled_from(names))
        return draw(
            st.sampled_from(
                [
                    f"{name}.{draw(st.sampled_from(items[name]))}",
                    name,
                    f"count({name}) >= 2",
                    f"sum({name}.n) < 4",
                    f"{name}.n != 2",
                ]
            )
        )

    kind = draw(st.sampled_from(["holds", "pairs", "sum", "requires", "excludes", "table"]))
    a, b = draw(st.sampled_from(names)), draw(st.sampled_from(names))
    if kind == "table" and len(single) >= 2:
        columns = single[:2]
        cells = [[*items[name], "*", "-"] for name in columns]
        rows = draw(st.lists(st.tuples(*(st.sampled_from(each) for each in cells)), min_size=1, max_size=5))
        listed = ", ".join(f'["{one}", "{other}"]' for one, other in rows)
        return [f"    table: {{classes: [{', '.join(columns)}], {draw(st.sampled_from(['allowed', 'forbidden']))}: [{listed}]}}"]
    if kind == "pairs":
        return [f"    holds: {a}.{draw(st.sampled_from(['s = ' + b + '.s', 'n <= ' + b + '.n']))}"]
    if kind == "sum":
        return [f"    holds: sum(n) {draw(st.sampled_from(['<=', '>=', '=', '!=']))} {b}.n + {draw(st.integers(0, 6))}"]
    if kind == "requires":
        return [f"    when: {atom()} and {atom()}", f"    requires: {atom()} or not {atom()}"]
    if kind == "excludes":
        return [f"    excludes: [{a}.{items[a][0]}, {b}.{items[b][-1]}]"]
    return [f"    holds: ({atom()} <-> {atom()}) or not ({atom()} and {atom()})"]
