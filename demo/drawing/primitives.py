"""The strokes every picture is made of: tones, flat shapes, the shadow below things, the fir that is our sign."""

from __future__ import annotations

TONES = {  # dark, middle, light
    "graphite": ("#39414d", "#566170", "#8995a5"),
    "sand": ("#ab9270", "#cdb897", "#e8dcc6"),
    "pine": ("#2b5a4c", "#437c6a", "#7db29f"),
    "sky": ("#4f84b0", "#7dadd3", "#b9d8ee"),
    "moss": ("#5b6b37", "#7d904b", "#b2c182"),
    "wood": ("#b5854f", "#d3a970", "#ecd2a8"),
    "steel": ("#6a7683", "#96a2af", "#c9d1d9"),
    "ember": ("#b84a26", "#de6f42", "#f3ad8a"),
    "night": ("#1c2733", "#2a3949", "#43566a"),
    "paper": ("#c9c3b6", "#e6e1d6", "#f7f4ec"),
}

WHITE = "#f7f4ec"

GOLD = "#e9b65c"


def rect(x: float, y: float, w: float, h: float, fill: str, r: float = 0) -> str:
    return f'<rect x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}" rx="{r:g}" fill="{fill}"/>'


def circle(x: float, y: float, r: float, fill: str) -> str:
    return f'<circle cx="{x:g}" cy="{y:g}" r="{r:g}" fill="{fill}"/>'


def ring(x: float, y: float, r: float, stroke: str, width: float = 6) -> str:
    return f'<circle cx="{x:g}" cy="{y:g}" r="{r:g}" fill="none" stroke="{stroke}" stroke-width="{width:g}"/>'


def ellipse(x: float, y: float, rx: float, ry: float, fill: str) -> str:
    return f'<ellipse cx="{x:g}" cy="{y:g}" rx="{rx:g}" ry="{ry:g}" fill="{fill}"/>'


def coil(x: float, y: float, rx: float, ry: float, stroke: str) -> str:
    return f'<ellipse cx="{x:g}" cy="{y:g}" rx="{rx:g}" ry="{ry:g}" fill="none" stroke="{stroke}" stroke-width="12"/>'


def shape(points: str, fill: str) -> str:
    return f'<path d="{points}" fill="{fill}"/>'


def line(points: str, stroke: str, width: float = 6) -> str:
    joints = 'stroke-linecap="round" stroke-linejoin="round"'
    return f'<path d="{points}" fill="none" stroke="{stroke}" stroke-width="{width:g}" {joints}/>'


def at(x: float, y: float, scale: float, drawing: str, turn: float = 0) -> str:
    """A whole 480×360 drawing, made smaller and put with its center at (x, y)."""
    return f'<g transform="translate({x:g} {y:g}) rotate({turn:g}) scale({scale:g}) translate(-240 -180)">{drawing}</g>'


def shadow(x: float, y: float, w: float) -> str:
    return f'<ellipse cx="{x:g}" cy="{y:g}" rx="{w:g}" ry="{max(5, w / 14):g}" fill="#10151c" opacity=".16"/>'


def fir(x: float, y: float, h: float, fill: str) -> str:
    """The workshop's sign: a fir of three steps, standing on (x, y)."""
    w = h * 0.34
    steps = "".join(
        f"M{x:g} {y - h * (1 - n * 0.24):g}L{x + w * (0.55 + n * 0.22):g} {y - h * (0.5 - n * 0.19):g}"
        f"L{x - w * (0.55 + n * 0.22):g} {y - h * (0.5 - n * 0.19):g}Z"
        for n in range(3)
    )
    return shape(steps, fill) + rect(x - w * 0.12, y - h * 0.13, w * 0.24, h * 0.13, fill)


def scene(x: float, y: float, w: float, h: float, r: float = 4) -> str:
    """What every screen shows: a low sun, two ridges, a few firs."""
    clip = f"c{x:g}-{y:g}-{w:g}".replace(".", "_")
    ridge = f"M{x} {y + h * 0.62}Q{x + w * 0.25} {y + h * 0.36} {x + w * 0.5} {y + h * 0.6}T{x + w} {y + h * 0.5}V{y + h}H{x}Z"
    front = f"M{x} {y + h * 0.82}Q{x + w * 0.3} {y + h * 0.62} {x + w * 0.62} {y + h * 0.8}T{x + w} {y + h * 0.74}V{y + h}H{x}Z"
    firs = "".join(
        fir(x + w * px, y + h * py, h * ph, "#1f463c")
        for px, py, ph in ((0.16, 0.86, 0.36), (0.25, 0.86, 0.25), (0.8, 0.88, 0.4))
    )
    return (
        f'<clipPath id="{clip}"><rect x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}" rx="{r:g}"/></clipPath>'
        + f'<g clip-path="url(#{clip})">'
        + rect(x, y, w, h, "#cfe5e4")
        + circle(x + w * 0.66, y + h * 0.4, h * 0.15, GOLD)
        + shape(ridge, "#7fb0a8")
        + shape(front, "#3c7466")
        + firs
        + "</g>"
    )


def fan(x: float, y: float, r: float, blade: str, back: str) -> str:
    outline = (
        f"M{x:g} {y:g}q{r * 0.34:g} {-r * 0.34:g} {r * 0.12:g} {-r * 0.86:g}q{-r * 0.5:g} {r * 0.16:g} {-r * 0.12:g} {r * 0.86:g}"
    )
    blades = "".join(f'<path d="{outline}" fill="{blade}" transform="rotate({n * 51.4:g} {x:g} {y:g})"/>' for n in range(7))
    return circle(x, y, r, back) + blades + circle(x, y, r * 0.2, blade)
