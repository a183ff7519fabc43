"""Text can be read: WCAG 2.2 contrast of every pair the components set, in both themes, for all six accents."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from entrepot.web import design
from entrepot.web.pages import FACES

TOKENS = (Path(design.__file__).parent / "static" / "css" / "tokens.css").read_text("utf-8")
SURFACES = ("canvas", "surface", "raised", "sunken")
TEXT_PAIRS = [
    *[(ink, ground) for ink in ("text", "muted", "accent", "accent-strong", "danger", "success") for ground in SURFACES],
    *[(tone, f"{tone}-soft") for tone in ("accent", "success", "warning", "danger", "info")],
    *[(ink, f"{tone}-soft") for tone in ("accent", "success", "warning", "danger", "info") for ink in ("text", "muted")],
    ("accent-strong", "accent-soft"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("on-danger", "danger"),
    ("text", "line"),
]
SHAPE_PAIRS = [("control", "surface"), ("control", "canvas"), ("accent", "canvas"), ("accent", "line"), ("accent", "surface")]


def _colors(face: str, theme: int) -> dict[str, str]:
    shared, *_ = TOKENS.split("[data-theme=")
    own = re.search(rf'\[data-face="{face}"\] \{{(.*?)\}}', TOKENS, re.DOTALL)
    assert own is not None, face
    pairs = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);", shared + own[1])
    return {name: (light, dark)[theme] for name, light, dark in pairs}


def _luminance(color: str) -> float:
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    low, high = sorted((_luminance(first), _luminance(second)))
    return (high + 0.05) / (low + 0.05)


def test_the_measure_itself() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("face", FACES)
def test_text_and_shapes_stand_out(face: str, theme: int) -> None:
    colors = _colors(face, theme)
    wanted = [(pair, 4.5) for pair in TEXT_PAIRS] + [(pair, 3.0) for pair in SHAPE_PAIRS]
    weak = {
        pair: round(contrast(colors[pair[0]], colors[pair[1]]), 2)
        for pair, least in wanted
        if contrast(colors[pair[0]], colors[pair[1]]) < least
    }
    assert weak == {}
