"""Models that are hard on purpose, of any size and always the same for a seed: no engine may be tuned to a given file.

A car is a tree of features with a few very large groups and rules that reach across it; a price book is a chain of
tables of allowed combinations; a tangle is rules between anything and anything, which no compiler finishes.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import product as cartesian
from math import prod

_KINDS = ("optional", "mandatory", "alternative", "or")


def car(features: int, rules: int, seed: int, *, reach: int = 12, largest: int = 250) -> str:
    """A product line as UVL: groups of up to ``largest``, each rule among features ``reach`` places apart at most."""
    chance = random.Random(seed)
    children = _tree(chance, features, largest)
    lines = ["features", *_branch(children, 0, 1), "constraints"]
    optional = [
        child for groups in children.values() for kind, members in groups if kind != "mandatory" for child in sorted(members)
    ]
    optional.sort()
    for _ in range(rules):
        at = chance.randrange(len(optional))
        near = optional[max(0, at - reach) : at + reach]
        others = [one for one in chance.sample(near, min(chance.randint(1, 4), len(near))) if one != optional[at]]
        if others:
            said = " | ".join(f"{'!' if chance.random() < 0.4 else ''}F{one}" for one in others)
            lines.append(f"\tF{optional[at]} => {said}")
    return "\n".join(lines) + "\n"


def line(features: int, rules: int, seed: int, *, reach: int = 10, far: float = 0.0, largest: int = 300) -> str:
    """A product line as UVL whose rules are like a real car's: "requires" and "excludes" between neighbors in the tree.

    ``reach`` is how far apart they stand on average, ``far`` the share of those between anything and anything: with a
    few of these no compiler finishes. All rules are true of forty known products.
    """
    chance = random.Random(seed)
    children = _tree(chance, features, largest)
    in_products = [0] * features
    for number in range(40):
        for one in _taken(chance, children):
            in_products[one] |= 1 << number
    everything = (1 << 40) - 1
    free = {child for groups in children.values() for kind, members in groups if kind != "mandatory" for child in members}
    order = [one for one in _in_order(children) if one in free]
    lines = ["features", *_branch(children, 0, 1), "constraints"]
    while rules:
        at = chance.randrange(len(order))
        apart = chance.choice((-1, 1)) * (1 + int(chance.expovariate(1 / reach)))
        to = chance.randrange(len(order)) if chance.random() < far else at + apart
        if not 0 <= to < len(order) or to == at:
            continue
        excluded = chance.random() < 0.15
        one, other = order[at], order[to]
        if in_products[one] & (in_products[other] if excluded else everything & ~in_products[other]):
            continue
        lines.append(f"\tF{one} => {'!' if excluded else ''}F{other}")
        rules -= 1
    return "\n".join(lines) + "\n"


def _in_order(children: dict[int, list[tuple[str, range]]]) -> Iterator[int]:
    waiting = [0]
    while waiting:
        yield (one := waiting.pop())
        waiting += reversed([member for _, members in children.get(one, ()) for member in members])


def _taken(chance: random.Random, children: dict[int, list[tuple[str, range]]]) -> Iterator[int]:
    """The features of a random product."""
    waiting = [0]
    while waiting:
        yield (one := waiting.pop())
        for kind, members in children.get(one, ()):
            most = {"mandatory": len(members), "alternative": 1, "or": chance.randint(1, len(members))}
            waiting += chance.sample(members, most.get(kind, chance.randint(0, len(members))))


def _tree(chance: random.Random, features: int, largest: int) -> dict[int, list[tuple[str, range]]]:
    """Groups of children per feature; every fiftieth alternative group is very large, as paints and trims are."""
    children: dict[int, list[tuple[str, range]]] = {}
    waiting, known = [0], 1
    while known < features and waiting:
        parent = waiting.pop(chance.randrange(min(len(waiting), 30)))
        groups = []
        for _ in range(chance.randint(1, 3) if parent else 12):
            kind = chance.choices(_KINDS, (5, 3, 4, 1))[0]
            size = chance.randint(2, 9)
            if kind == "alternative" and chance.random() < 0.02:
                size = chance.randint(largest // 4, largest)
            size = min(size, features - known)
            if size < 1:
                break
            members = range(known, known + size)
            known += size
            groups.append((kind if size > 1 else "optional", members))
            waiting += [one for one in members if size < 10 or chance.random() < 0.1]
        children[parent] = groups
    return children


def _branch(children: dict[int, list[tuple[str, range]]], feature: int, depth: int) -> Iterator[str]:
    yield "\t" * depth + f"F{feature}"
    for kind, members in children.get(feature, ()):
        yield "\t" * (depth + 1) + kind
        for member in members:
            yield from _branch(children, member, depth + 2)


def price_book(variables: int, tables: int, rows: int, seed: int) -> str:
    """Tables of allowed combinations as XCSP 2.1: a few of up to ``rows`` rows, all true of a hundred known products."""
    chance = random.Random(seed)
    sizes = [chance.choice((2, 2, 3, 4, 5, 8, 12, 20, 40)) for _ in range(variables)]
    products = _products(chance, sizes)
    relations = []
    for number in range(tables):
        scope = _scope(chance, variables, chance.randint(2, 8), 9)
        most = rows if number % 20 == 0 else max(20, rows // 60)
        allowed = {tuple(product[one] for one in scope) for product in products}
        for _ in range(most):
            row = list(chance.choice(products))
            for one in chance.sample(scope, min(2, len(scope))):
                row[one] = chance.randrange(sizes[one])
            allowed.add(tuple(row[one] for one in scope))
        relations.append((scope, sorted(allowed)))
    return _xcsp(sizes, relations)


def range_book(variables: int, tables: int, rows: int, seed: int, *, reach: int = 8, largest: int = 300) -> str:
    """Tables as a car maker keeps them, as XCSP 2.1: each row of a catalog page spelled out for all it stands for.

    Most variables have two to five values, a few up to ``largest``. A table is of up to twelve neighbors and the union of a
    few blocks, each a set of values per variable; the largest have some ``rows`` rows. All are true of thirty products.
    """
    chance = random.Random(seed)
    sizes = [chance.choices((2, 3, 4, 5, 8, 13, 20, 40), (50, 14, 8, 8, 6, 5, 3, 2))[0] for _ in range(variables)]
    for one in chance.sample(range(variables), max(1, variables // 60)):
        sizes[one] = chance.randint(largest // 4, largest)
    products = _products(chance, sizes)[:30]
    relations = []
    for number in range(tables):
        most = rows if number % 40 == 0 else int(chance.choice((6, 20, 60, 200, 900)) * rows / 26_881) + 4
        scope = _scope(chance, variables, min(12, 2 + int(chance.expovariate(0.35)) + (4 if number % 40 == 0 else 0)), reach)
        allowed = {tuple(product[one] for one in scope) for product in products}
        for _ in range(200):
            block = [_block(chance, sizes[one], product[one]) for product in [chance.choice(products)] for one in scope]
            if len(allowed) + prod(map(len, block)) <= most:
                allowed.update(cartesian(*block))
        relations.append((scope, sorted(allowed)))
    return _xcsp(sizes, relations)


def _scope(chance: random.Random, variables: int, width: int, reach: int) -> list[int]:
    middle = chance.randrange(variables)
    near = range(max(0, middle - reach), min(variables, middle + reach))
    return sorted(chance.sample(near, min(width, len(near))))


def _block(chance: random.Random, size: int, value: int) -> set[int]:
    """One value, all of them, or a range; always with a known one."""
    kind = chance.random()
    if kind < 0.4:
        return {value}
    if kind < 0.7 and size < 60:
        return set(range(size))
    low = chance.randint(0, value)
    return set(range(low, chance.randint(value, min(size - 1, low + 20 + value - low)) + 1))


def _xcsp(sizes: list[int], tables: list[tuple[list[int], list[tuple[int, ...]]]]) -> str:
    relations, constraints = [], []
    for number, (scope, rows) in enumerate(tables):
        text = "|".join(" ".join(map(str, row)) for row in rows)
        names = " ".join(f"V{one}" for one in scope)
        relations.append(f'<relation name="R{number}" arity="{len(scope)}" semantics="supports">{text}</relation>')
        constraints.append(f'<constraint name="C{number}" arity="{len(scope)}" scope="{names}" reference="R{number}"/>')
    domains = [f'<domain name="D{size}">0..{size - 1}</domain>' for size in sorted(set(sizes))]
    questions = [f'<variable name="V{number}" domain="D{size}"/>' for number, size in enumerate(sizes)]
    parts = (("domains", domains), ("variables", questions), ("relations", relations), ("constraints", constraints))
    body = "\n".join(f"<{name}>\n" + "\n".join(lines) + f"\n</{name}>" for name, lines in parts)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<instance>\n<presentation format="XCSP 2.1"/>\n{body}\n</instance>\n'


def _products(chance: random.Random, sizes: list[int]) -> list[tuple[int, ...]]:
    """A hundred products, each like an earlier one but for a few values."""
    products = [tuple(chance.randrange(size) for size in sizes)]
    while len(products) < 100:
        like = list(chance.choice(products))
        for one in chance.sample(range(len(sizes)), max(1, len(sizes) // 5)):
            like[one] = chance.randrange(sizes[one])
        products.append(tuple(like))
    return products


def tangle(variables: int, clauses: int, seed: int) -> str:
    """Clauses of two to five literals over everything, true of one known assignment, as DIMACS."""
    chance = random.Random(seed)
    known = [chance.random() < 0.4 for _ in range(variables)]
    lines = [f"p cnf {variables} {clauses}"]
    for _ in range(clauses):
        some = chance.sample(range(variables), chance.choice((2, 3, 3, 4, 5)))
        signs = [known[one] if place == 0 else chance.random() < 0.4 for place, one in enumerate(some)]
        lines.append(" ".join(str(one + 1 if sign else -one - 1) for one, sign in zip(some, signs, strict=True)) + " 0")
    return "\n".join(lines) + "\n"
