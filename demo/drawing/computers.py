"""Notebooks, desktops, displays and what hands and eyes touch."""

from __future__ import annotations

from drawing.primitives import GOLD, TONES, WHITE, at, circle, fir, line, rect, ring, scene, shadow, shape


def notebook(tone: str, size: float = 1.0) -> str:
    dark, middle, light = TONES[tone]
    w = 250 * size
    x, top, base = 240 - w / 2, 268 - w * 0.64, 268
    return (
        shadow(240, 287, w * 0.66)
        + rect(x, top, w, base - top, dark, 12)
        + rect(x + 9, top + 9, w - 18, base - top - 17, "#16202b", 5)
        + scene(x + 13, top + 13, w - 26, base - top - 27)
        + shape(
            f"M{x - 34} {base}H{x + w + 34}L{x + w + 26} {base + 12}Q{x + w + 22} {base + 17} {x + w + 12} {base + 17}"
            f"H{x - 12}Q{x - 22} {base + 17} {x - 26} {base + 12}Z",
            middle,
        )
        + rect(x - 34, base - 4, w + 68, 8, light, 4)
        + rect(240 - 30, base + 1, 60, 5, dark, 2.5)
    )


def notebook_open(tone: str) -> str:
    """A notebook taken apart: chassis, module, battery floating above each other."""
    dark, middle, light = TONES[tone]
    lid = "M140 92L330 60Q340 58 343 67L366 142L168 182Z"
    deck = "M104 250L336 206L404 262L158 318Z"
    return (
        shadow(250, 318, 150)
        + shape(lid, dark)
        + shape("M150 99L328 69L349 136L174 171Z", "#16202b")
        + shape("M150 99L328 69L338 101L160 134Z", "#7fb0a8")
        + shape("M160 134L338 101L349 136L174 171Z", "#3c7466")
        + shape("M120 196L322 158L384 206L172 250Z", "#4c7a68")
        + "".join(circle(190 + n * 46, 204 - n * 7, 9, GOLD) for n in range(4))
        + shape("M206 214L290 198L312 214L226 232Z", "#1c2733")
        + shape(deck, middle)
        + shape("M138 254L326 219L366 252L172 294Z", dark)
        + shape("M158 256L322 226L332 234L167 265ZM176 270L338 239L350 249L186 281Z", light)
        + line("M404 262L158 318L104 250", light, 4)
    )


def tower(front: str, w: float, h: float, wide: bool = False) -> str:
    dark, middle, light = TONES["graphite"]
    wd, wm, wl = TONES[front]
    x, y = 240 - w / 2, 296 - h
    slats = "".join(rect(x + 16, y + 44 + n * 20, w * 0.5 - 18, 11, wl if n % 2 else wm, 3) for n in range(int((h - 74) // 20)))
    return (
        shadow(240, 302, w * 0.72)
        + rect(x, y, w, h, dark, 12)
        + rect(x + 8, y + 32, w * 0.5, h - 44, wd, 6)
        + slats
        + rect(x + w * 0.6, y + 32, w * 0.34, h - 44, "#16202b" if not wide else middle, 6)
        + (ring(x + w * 0.77, y + h * 0.46, w * 0.12, light, 5) + circle(x + w * 0.77, y + h * 0.46, w * 0.035, light))
        + (ring(x + w * 0.77, y + h * 0.76, w * 0.12, light, 5) if h > 190 else "")
        + circle(x + 24, y + 17, 6, GOLD)
        + rect(x + w - 60, y + 13, 40, 7, middle, 3)
        + rect(x + 14, 296, 34, 7, middle, 3)
        + rect(x + w - 48, 296, 34, 7, middle, 3)
    )


def small_box() -> str:
    dark, middle, light = TONES["steel"]
    _wd, wm, wl = TONES["wood"]
    return (
        shadow(240, 268, 130)
        + rect(120, 170, 240, 92, dark, 20)
        + rect(120, 170, 240, 56, middle, 20)
        + rect(120, 200, 240, 26, middle)
        + shape("M140 170Q150 150 172 150H308Q330 150 340 170Z", light)
        + rect(120, 226, 240, 12, wm)
        + circle(150, 250, 5, GOLD)
        + "".join(rect(196 + n * 34, 245, 22, 9, "#1c2733", 3) for n in range(3))
        + rect(318, 244, 26, 11, "#1c2733", 5)
        + fir(240, 215, 34, wl)
    )


def display(w: float, ratio: float, arm: bool = False) -> str:
    dark, middle, light = TONES["graphite"]
    h = w * ratio
    x, y = 240 - w / 2, 236 - h
    foot = rect(228, 236, 24, 44, middle) + rect(172, 276, 136, 12, light, 6)
    if arm:
        foot = (
            line("M240 190L326 236V292", TONES["steel"][1], 16)
            + circle(326, 236, 13, TONES["steel"][0])
            + rect(296, 286, 60, 12, middle, 6)
        )
    return shadow(240, 292, 110) + foot + rect(x, y, w, h + 4, dark, 10) + scene(x + 9, y + 9, w - 18, h - 16)


def arm(double: bool = False) -> str:
    dark, middle, light = TONES["steel"]
    wm = TONES["wood"][1]
    one = line("M240 262V196L322 150L318 96", middle, 18) + circle(322, 150, 15, dark) + circle(240, 196, 15, dark)
    one += (
        rect(272, 62, 96, 60, light, 8)
        + circle(300, 80, 4, dark)
        + circle(340, 80, 4, dark)
        + circle(300, 104, 4, dark)
        + circle(340, 104, 4, dark)
    )
    if double:
        one += line("M240 196L158 150L162 96", middle, 18) + circle(158, 150, 15, dark) + rect(112, 62, 96, 60, light, 8)
        one += circle(140, 92, 4, dark) + circle(180, 92, 4, dark)
    return (
        shadow(240, 306, 150)
        + one
        + rect(96, 268, 288, 20, wm, 6)
        + rect(96, 282, 288, 8, TONES["wood"][0], 4)
        + rect(212, 252, 56, 50, dark, 8)
        + rect(224, 294, 32, 12, middle, 4)
    )


def keyboard(slim: bool = False) -> str:
    dark, middle, light = TONES["steel" if slim else "graphite"]
    top, h = (150, 92) if slim else (134, 112)
    key_h = 17 if slim else 21
    keys = ""
    for row in range(4):
        for n in range(13):
            if row == 3 and 3 <= n <= 8:
                continue
            accent = (row, n) in ((0, 0), (2, 12))
            keys += rect(
                74 + n * 25.6,
                top + 11 + row * (key_h + 4),
                21,
                key_h,
                TONES["ember"][1] if accent else WHITE if slim else light,
                4,
            )
    keys += rect(74 + 3 * 25.6, top + 11 + 3 * (key_h + 4), 21 + 5 * 25.6, key_h, WHITE if slim else light, 4)
    rest = (
        "" if slim else rect(62, top + h + 6, 356, 30, TONES["wood"][1], 10) + rect(62, top + h + 6, 356, 11, TONES["wood"][2], 6)
    )
    return (
        shadow(240, top + h + (14 if slim else 46), 184)
        + rest
        + rect(62, top, 356, h, dark, 12)
        + rect(62, top, 356, h - 7, middle, 12)
        + keys
    )


def mouse(tone: str) -> str:
    dark, middle, light = TONES[tone]
    return (
        shadow(240, 300, 80)
        + shape("M240 62C304 62 322 118 322 186C322 252 288 298 240 298C192 298 158 252 158 186C158 118 176 62 240 62Z", middle)
        + shape("M240 62C304 62 322 118 322 176H240Z", light)
        + shape("M158 190H322C322 252 288 298 240 298C192 298 158 252 158 190Z", dark)
        + line("M240 64V180", dark, 4)
        + rect(229, 98, 22, 46, TONES["ember"][1], 11)
        + fir(240, 268, 44, middle)
    )


def trackball() -> str:
    dark, middle, light = TONES["graphite"]
    return (
        shadow(240, 288, 112)
        + shape(
            "M130 236C130 150 190 96 262 96C330 96 362 150 362 214C362 262 330 284 250 284H176C146 284 130 268 130 236Z", middle
        )
        + shape(
            "M130 236C130 262 146 284 176 284H250C330 284 362 262 362 214C350 250 310 262 250 262H176C150 262 134 252 130 236Z",
            dark,
        )
        + circle(232, 178, 56, dark)
        + circle(232, 174, 50, TONES["ember"][1])
        + circle(216, 156, 14, TONES["ember"][2])
        + line("M310 128Q330 160 330 200", light, 7)
    )


def pad() -> str:
    dark, middle, light = TONES["steel"]
    stitches = "".join(line(f"M{92 + n * 20} 268H{102 + n * 20}", light, 2) for n in range(15))
    return (
        shadow(240, 282, 190)
        + shape("M108 124H372L424 278H56Z", middle)
        + shape("M56 278H424L426 286H54Z", dark)
        + stitches
        + at(300, 190, 0.3, mouse("graphite"))
    )


def notebook_keys() -> str:
    dark, middle, light = TONES["night"]
    keys = "".join(
        rect(86 + n * 26, 122 + row * 29, 21, 23, light, 4) + rect(93 + n * 26, 130 + row * 29, 7, 7, TONES["steel"][2], 2)
        for row in range(4)
        for n in range(12)
        if not (row == 3 and 3 <= n <= 7)
    )
    return (
        shadow(240, 258, 176)
        + rect(72, 108, 336, 138, dark, 10)
        + rect(72, 108, 336, 130, middle, 10)
        + keys
        + rect(86 + 3 * 26, 122 + 87, 21 + 4 * 26, 23, light, 4)
    )


def panel() -> str:
    return (
        shadow(240, 296, 150)
        + rect(96, 74, 288, 210, TONES["graphite"][0], 10)
        + scene(104, 82, 272, 176, 6)
        + rect(206, 264, 68, 12, GOLD, 3)
        + line("M240 284V300", TONES["ember"][1], 10)
    )


def chassis(tone: str) -> str:
    dark, middle, light = TONES[tone]
    keys = "".join(rect(128 + n * 23, 116 + row * 23, 18, 17, dark, 3) for row in range(4) for n in range(10))
    return (
        shadow(240, 300, 164)
        + rect(92, 84, 296, 206, dark, 18)
        + rect(92, 84, 296, 198, middle, 18)
        + rect(112, 102, 256, 102, light, 10)
        + keys
        + rect(188, 216, 104, 52, light, 8)
        + "".join(circle(x, y, 4, dark) for x, y in ((104, 96), (376, 96), (104, 270), (376, 270), (240, 94), (240, 276)))
    )
