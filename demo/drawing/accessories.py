"""What lies beside a computer: storage, cables, docks, bags, care, boxes and tools."""

from __future__ import annotations

from drawing.primitives import GOLD, TONES, WHITE, at, circle, coil, ellipse, fir, line, rect, shadow, shape


def ssd_portable() -> str:
    dark, middle, light = TONES["pine"]
    return (
        shadow(240, 276, 120)
        + shape("M130 192C130 128 178 98 244 98C316 98 356 132 356 186C356 244 312 270 240 270C170 270 130 246 130 192Z", middle)
        + shape("M130 192C130 246 170 270 240 270C312 270 356 244 356 186C352 232 306 250 240 250C176 250 136 232 130 192Z", dark)
        + shape("M170 150C190 124 230 116 262 118C230 128 200 138 184 164Z", light)
        + rect(222, 254, 42, 12, "#16202b", 6)
        + fir(246, 216, 60, light)
    )


def disk_box() -> str:
    dark, middle, light = TONES["ember"]
    return (
        shadow(240, 292, 96)
        + rect(164, 92, 152, 196, dark, 16)
        + rect(164, 92, 152, 186, middle, 16)
        + rect(164, 92, 30, 186, light, 14)
        + rect(180, 92, 14, 186, light)
        + circle(290, 254, 7, WHITE)
        + fir(252, 206, 76, light)
    )


def server() -> str:
    dark, middle, light = TONES["graphite"]
    bays = "".join(
        rect(176 + n * 68, 116, 60, 126, "#1c2733", 6)
        + rect(184 + n * 68, 126, 44, 8, light, 4)
        + circle(206 + n * 68, 226, 5, GOLD)
        for n in range(2)
    )
    return (
        shadow(240, 292, 112)
        + rect(148, 84, 184, 202, dark, 14)
        + rect(148, 84, 184, 192, middle, 14)
        + bays
        + rect(176, 256, 128, 8, TONES["wood"][1], 4)
    )


def cable(tone: str, plug: str) -> str:
    dark, middle, light = TONES[tone]
    rings = "".join(coil(240, 186 - n * 13, 112 - n * 4, 58 - n * 2, middle if n % 2 else dark) for n in range(4))
    plugs = (
        rect(318, 228, 62, 34, light, 8) + rect(378, 236, 28, 18, TONES["steel"][1], 4)
        if plug == "c"
        else rect(310, 222, 64, 48, dark, 6) + rect(372, 230, 32, 32, TONES["steel"][1], 3)
    )
    return (
        shadow(240, 262, 150)
        + rings
        + line("M150 204Q190 262 318 246", middle, 12)
        + rect(202, 226, 40, 22, TONES["ember"][1], 6)
        + plugs
    )


def cable_reel() -> str:
    wd, wm, wl = TONES["wood"]
    turns = "".join(rect(176, 118 + n * 16, 128, 13, TONES["sky"][n % 2], 6) for n in range(8))
    return (
        shadow(240, 300, 130)
        + turns
        + ellipse(172, 182, 34, 106, wm)
        + ellipse(172, 182, 10, 30, wd)
        + ellipse(308, 182, 34, 106, wd)
        + ellipse(304, 182, 34, 106, wl)
        + ellipse(304, 182, 10, 30, wd)
        + line("M246 246Q300 300 392 282", TONES["sky"][1], 11)
        + rect(388, 270, 34, 24, "#e6e1d6", 4)
    )


def dock() -> str:
    dark, middle, light = TONES["graphite"]
    ports = "".join(rect(128 + n * 36, 212, 25, 14, "#16202b", 4) for n in range(6))
    return (
        shadow(240, 256, 156)
        + shape("M112 168H368L384 196H96Z", light)
        + rect(96, 194, 288, 52, middle, 10)
        + rect(96, 236, 288, 10, dark, 5)
        + ports
        + circle(356, 219, 7, GOLD)
        + line("M96 214Q50 214 54 268", dark, 9)
    )


def hub(ports: int) -> str:
    dark, middle, light = TONES["steel"]
    w = 60 + ports * 34
    x = 250 - w / 2
    holes = "".join(rect(x + 26 + n * 34, 196, 22, 12, "#16202b", 4) for n in range(ports))
    return (
        shadow(240, 248, w * 0.6)
        + shape(f"M{x + 14} 152H{x + w - 14}L{x + w} 178H{x}Z", light)
        + rect(x, 176, w, 58, middle, 10)
        + rect(x, 224, w, 10, dark, 5)
        + holes
        + circle(x + 14, 218, 4, GOLD)
        + line(f"M{x} 204Q{x - 50} 204 {x - 46} 264", dark, 8)
    )


def charger() -> str:
    dark, middle, light = TONES["paper"]
    return (
        shadow(226, 280, 112)
        + rect(150, 130, 136, 140, dark, 22)
        + rect(150, 130, 136, 130, light, 22)
        + rect(186, 96, 14, 40, TONES["steel"][0], 4)
        + rect(236, 96, 14, 40, TONES["steel"][0], 4)
        + fir(218, 232, 66, middle)
        + rect(262, 232, 30, 16, "#16202b", 5)
        + line("M290 240Q360 244 352 180T404 116", dark, 9)
        + rect(392, 84, 24, 36, TONES["steel"][0], 5)
    )


def case_bag() -> str:
    dark, middle, light = TONES["steel"]
    wd, wm, _ = TONES["wood"]
    stitches = "".join(line(f"M{104 + n * 18} 268H{113 + n * 18}", light, 2) for n in range(16))
    return (
        shadow(240, 286, 170)
        + rect(88, 106, 304, 174, dark, 18)
        + rect(88, 106, 304, 164, middle, 18)
        + shape("M88 124Q88 106 106 106H374Q392 106 392 124V160L240 204L88 160Z", light)
        + rect(214, 176, 52, 46, wd, 8)
        + rect(214, 176, 52, 40, wm, 8)
        + circle(240, 196, 6, GOLD)
        + stitches
    )


def sleeve(tone: str) -> str:
    dark, middle, light = TONES[tone]
    return (
        shadow(240, 284, 164)
        + at(240, 118, 0.86, rect(110, 120, 260, 90, TONES["steel"][1], 12) + rect(110, 120, 260, 12, TONES["steel"][2], 6))
        + rect(96, 122, 288, 156, dark, 14)
        + rect(96, 122, 288, 146, middle, 14)
        + rect(96, 122, 288, 20, light, 10)
        + rect(348, 216, 22, 34, TONES["wood"][1], 4)
    )


def backpack() -> str:
    dark, middle, light = TONES["moss"]
    wm = TONES["wood"][1]
    return (
        shadow(240, 312, 104)
        + line("M206 76Q206 44 240 44Q274 44 274 76", dark, 12)
        + shape("M150 136Q150 68 240 68Q330 68 330 136V286Q330 304 312 304H168Q150 304 150 286Z", middle)
        + shape("M150 136Q150 68 240 68Q330 68 330 136V158Q240 186 150 158Z", light)
        + rect(172, 208, 136, 78, dark, 12)
        + rect(172, 208, 136, 16, light, 8)
        + rect(186, 146, 14, 84, wm, 5)
        + rect(280, 146, 14, 84, wm, 5)
        + circle(193, 222, 6, GOLD)
        + circle(287, 222, 6, GOLD)
    )


def briefcase() -> str:
    wd, wm, wl = TONES["wood"]
    return (
        shadow(240, 292, 156)
        + line("M196 112V92Q196 76 212 76H268Q284 76 284 92V112", wd, 12)
        + rect(96, 110, 288, 174, wd, 16)
        + shape("M96 126Q96 110 112 110H368Q384 110 384 126V196L240 226L96 196Z", wm)
        + line("M102 196L240 224L378 196", wl, 3)
        + rect(222, 202, 36, 40, GOLD, 6)
        + circle(240, 220, 5, wd)
    )


def cloths() -> str:
    return shadow(240, 276, 150) + "".join(
        shape(
            f"M{106 + n * 22} {208 - n * 46}Q{240 + n * 8} {176 - n * 46} {352 + n * 10} {204 - n * 46}"
            f"L{374 - n * 6} {266 - n * 46}Q240 {286 - n * 46} {92 + n * 26} {264 - n * 46}Z",
            TONES[t][1],
        )
        + line(f"M{118 + n * 22} {222 - n * 46}Q{240 + n * 8} {192 - n * 46} {346 + n * 8} {216 - n * 46}", TONES[t][2], 3)
        for n, t in enumerate(("steel", "sand", "sky"))
    )


def brush() -> str:
    wd, wm, wl = TONES["wood"]
    return shadow(250, 288, 130) + at(
        240,
        180,
        1,
        rect(84, 160, 190, 36, wm, 18)
        + rect(96, 166, 160, 9, wl, 4)
        + rect(268, 152, 44, 52, TONES["steel"][1], 6)
        + shape("M312 152H384Q402 178 384 204H312Z", TONES["paper"][1])
        + "".join(line(f"M316 {160 + n * 9}H{382 - abs(2 - n) * 3}", TONES["paper"][0], 2) for n in range(5))
        + circle(104, 178, 6, wd),
        -24,
    )


def disc_box() -> str:
    dark, middle, light = TONES["pine"]
    return (
        shadow(250, 298, 110)
        + shape("M150 82H318V290H150Z", middle)
        + shape("M318 82L350 100V276L318 290Z", dark)
        + fir(234, 214, 116, light)
        + circle(280, 122, 20, GOLD)
        + rect(178, 240, 112, 12, light, 6)
        + rect(178, 262, 72, 8, light, 4)
    )


def tools() -> str:
    wd, wm, wl = TONES["wood"]
    _dark, middle, light = TONES["steel"]
    driver = (
        rect(232, 176, 16, 120, middle, 4)
        + rect(220, 64, 40, 118, TONES["ember"][1], 14)
        + rect(228, 74, 8, 92, TONES["ember"][2], 4)
    )
    wrench = rect(230, 120, 20, 176, light, 8) + shape(
        "M240 62A38 38 0 0 1 266 128L240 138L214 128A38 38 0 0 1 222 66V100H258V66Q250 62 240 62Z", light
    )
    return (
        shadow(240, 304, 120)
        + at(240, 186, 1, driver, 38)
        + at(240, 186, 1, wrench, -38)
        + circle(240, 196, 40, wm)
        + circle(240, 196, 32, wl)
        + fir(240, 220, 46, wd)
    )
