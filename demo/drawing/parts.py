"""What is inside: processors, boards, memory, drives, graphics, power, cooling and notebook modules."""

from __future__ import annotations

from drawing.primitives import GOLD, TONES, WHITE, circle, fan, fir, line, rect, ring, shadow, shape


def chip() -> str:
    dark, middle, light = TONES["pine"]
    pins = "".join(rect(132 + n * 26, 84, 14, 12, GOLD, 2) + rect(132 + n * 26, 264, 14, 12, GOLD, 2) for n in range(9))
    return (
        shadow(240, 292, 120)
        + pins
        + rect(112, 92, 256, 176, middle, 12)
        + rect(112, 256, 256, 12, dark, 6)
        + rect(150, 116, 180, 128, TONES["steel"][0], 12)
        + rect(150, 116, 180, 120, TONES["steel"][2], 12)
        + fir(240, 212, 76, TONES["steel"][1])
        + shape("M112 104Q112 92 124 92H146L112 126Z", light)
    )


def board() -> str:
    dark, middle, light = TONES["pine"]
    slots = "".join(rect(292 + n * 20, 90, 11, 110, "#16202b" if n % 2 else TONES["steel"][0], 3) for n in range(4))
    traces = (
        line("M130 250H200V214", light, 3)
        + line("M130 236H182V200", light, 3)
        + line("M262 140H282", light, 3)
        + line("M262 156H282", light, 3)
    )
    return (
        shadow(240, 306, 140)
        + rect(104, 62, 272, 240, dark, 10)
        + rect(104, 62, 272, 232, middle, 10)
        + slots
        + rect(150, 92, 112, 104, TONES["steel"][0], 8)
        + rect(166, 108, 80, 72, TONES["steel"][2], 6)
        + rect(124, 232, 230, 14, "#16202b", 4)
        + rect(124, 262, 150, 12, TONES["steel"][0], 4)
        + traces
        + rect(104, 84, 26, 60, TONES["steel"][1], 4)
        + circle(330, 264, 14, GOLD)
        + "".join(circle(x, y, 4, light) for x, y in ((114, 72), (366, 72), (114, 284), (366, 284)))
    )


def memory() -> str:
    dark, middle, light = TONES["pine"]

    def stick(y: float) -> str:
        chips = "".join(rect(104 + n * 36, y + 16, 26, 34, "#1c2733", 3) for n in range(8))
        pins = "".join(rect(96 + n * 12, y + 66, 7, 12, GOLD, 1) for n in range(24) if n != 13)
        return rect(84, y, 312, 70, middle, 6) + rect(84, y + 58, 312, 12, dark, 3) + chips + pins + circle(90, y + 34, 5, light)

    return shadow(240, 290, 160) + stick(96) + stick(196)


def ssd() -> str:
    dark, middle, light = TONES["night"]
    return (
        shadow(240, 242, 170)
        + rect(76, 140, 316, 88, dark, 8)
        + rect(76, 140, 316, 80, middle, 8)
        + rect(98, 156, 66, 50, light, 5)
        + rect(176, 156, 66, 50, light, 5)
        + rect(256, 156, 92, 50, TONES["ember"][1], 5)
        + fir(302, 200, 38, TONES["ember"][2])
        + "".join(rect(388, 146 + n * 12, 18, 7, GOLD, 1) for n in range(6) if n != 2)
        + circle(80, 180, 9, TONES["steel"][2])
    )


def hard_disk() -> str:
    dark, middle, light = TONES["steel"]
    return (
        shadow(240, 308, 110)
        + rect(146, 62, 188, 240, dark, 12)
        + rect(146, 62, 188, 230, middle, 12)
        + circle(240, 156, 78, light)
        + circle(240, 156, 70, "#e3e8ec")
        + circle(240, 156, 22, middle)
        + circle(240, 156, 9, dark)
        + line("M296 256L252 180", dark, 12)
        + circle(298, 258, 20, dark)
        + "".join(circle(x, y, 5, dark) for x, y in ((158, 74), (322, 74), (158, 280), (322, 280)))
    )


def graphics() -> str:
    dark, middle, light = TONES["graphite"]
    return (
        shadow(240, 270, 180)
        + rect(66, 116, 344, 128, dark, 14)
        + rect(66, 116, 344, 118, middle, 14)
        + fan(152, 176, 50, light, "#16202b")
        + fan(276, 176, 50, light, "#16202b")
        + rect(344, 134, 48, 84, TONES["wood"][1], 6)
        + rect(344, 134, 48, 30, TONES["wood"][2], 6)
        + rect(110, 240, 150, 16, GOLD, 2)
        + rect(50, 96, 14, 168, TONES["steel"][1], 4)
    )


def power() -> str:
    dark, middle, light = TONES["graphite"]
    wires = "".join(
        line(f"M356 {150 + n * 24}Q400 {150 + n * 24} 404 {190 + n * 30}", TONES[t][1], 9)
        for n, t in enumerate(("ember", "sky", "sand", "steel"))
    )
    return (
        shadow(230, 296, 150)
        + wires
        + rect(100, 84, 260, 204, dark, 14)
        + rect(100, 84, 260, 194, middle, 14)
        + fan(212, 180, 74, light, "#16202b")
        + ring(212, 180, 74, dark, 6)
        + rect(306, 108, 40, 22, "#16202b", 5)
        + circle(326, 250, 10, TONES["ember"][1])
    )


def air_cooler() -> str:
    dark, middle, light = TONES["steel"]
    fins = "".join(rect(120, 76 + n * 15, 240, 9, light if n % 2 else middle, 3) for n in range(13))
    return (
        shadow(240, 306, 110)
        + "".join(rect(158 + n * 52, 70, 12, 216, TONES["ember"][1], 6) for n in range(4))
        + fins
        + fan(240, 170, 72, TONES["sand"][1], TONES["wood"][0])
        + rect(196, 272, 88, 24, dark, 6)
    )


def water_cooler() -> str:
    dark, middle, light = TONES["night"]
    fans = (
        fan(118, 126, 48, TONES["steel"][2], "#16202b")
        + fan(224, 126, 48, TONES["steel"][2], "#16202b")
        + fan(330, 126, 48, TONES["steel"][2], "#16202b")
    )
    return (
        shadow(240, 306, 140)
        + rect(60, 70, 330, 112, middle, 12)
        + fans
        + line("M390 110Q440 150 400 220Q380 258 296 258", dark, 13)
        + line("M390 142Q414 170 384 206Q360 240 296 240", light, 13)
        + rect(196, 206, 104, 88, dark, 18)
        + circle(248, 250, 32, TONES["sky"][1])
        + fir(248, 268, 36, WHITE)
    )


def case_fan() -> str:
    dark, middle, light = TONES["sand"]
    return (
        shadow(240, 306, 110)
        + rect(130, 72, 220, 220, dark, 22)
        + rect(130, 72, 220, 212, middle, 22)
        + fan(240, 178, 94, light, TONES["wood"][0])
        + "".join(circle(x, y, 8, dark) for x, y in ((148, 90), (332, 90), (148, 266), (332, 266)))
    )


def card() -> str:
    dark, middle, light = TONES["pine"]
    return (
        shadow(250, 268, 140)
        + rect(118, 108, 262, 122, dark, 8)
        + rect(118, 108, 262, 114, middle, 8)
        + rect(96, 84, 16, 178, TONES["steel"][2], 4)
        + rect(84, 120, 40, 34, TONES["steel"][0], 4)
        + rect(84, 170, 40, 34, TONES["steel"][0], 4)
        + rect(216, 130, 74, 62, "#1c2733", 6)
        + rect(160, 226, 170, 16, GOLD, 2)
        + line("M296 150H350V196", light, 4)
        + line("M296 166H334V206", light, 4)
    )


def optical() -> str:
    dark, middle, _light = TONES["graphite"]
    return (
        shadow(240, 276, 160)
        + circle(280, 172, 92, TONES["steel"][2])
        + circle(280, 172, 82, "#e3e8ec")
        + shape("M280 172L344 110A90 90 0 0 1 370 158Z", TONES["sky"][2])
        + circle(280, 172, 24, TONES["steel"][1])
        + circle(280, 172, 10, dark)
        + rect(84, 196, 260, 68, dark, 10)
        + rect(84, 196, 260, 58, middle, 10)
        + rect(102, 220, 180, 8, "#16202b", 4)
        + circle(316, 226, 8, GOLD)
    )


def module() -> str:
    dark, middle, _light = TONES["night"]
    return (
        shadow(240, 286, 140)
        + shape("M112 112H332L372 152V268H112Z", middle)
        + rect(112, 256, 260, 14, dark, 6)
        + rect(148, 140, 116, 96, TONES["steel"][2], 10)
        + fir(206, 216, 58, TONES["steel"][1])
        + fan(318, 200, 42, TONES["steel"][2], "#16202b")
        + "".join(rect(122 + n * 18, 96, 11, 20, GOLD, 2) for n in range(8))
    )


def battery() -> str:
    dark, middle, light = TONES["graphite"]
    cells = "".join(rect(104 + n * 70, 140, 60, 96, dark, 8) for n in range(4))
    return (
        shadow(240, 268, 166)
        + rect(84, 118, 312, 138, "#16202b", 14)
        + rect(84, 118, 312, 130, middle, 14)
        + cells
        + shape("M250 144L216 198H240L230 236L268 178H244Z", GOLD)
        + rect(204, 100, 72, 22, light, 5)
        + "".join(rect(212 + n * 12, 98, 6, 14, GOLD, 1) for n in range(5))
    )


def wireless() -> str:
    dark, middle, _light = TONES["pine"]
    waves = "".join(
        line(f"M{176 - n * 26} {122 - n * 22}Q240 {66 - n * 32} {304 + n * 26} {122 - n * 22}", TONES["sky"][1], 9)
        for n in range(2)
    )
    return (
        shadow(240, 290, 90)
        + waves
        + rect(172, 142, 136, 136, dark, 8)
        + rect(172, 142, 136, 128, middle, 8)
        + rect(196, 162, 88, 70, TONES["steel"][2], 6)
        + circle(190, 154, 6, GOLD)
        + circle(290, 154, 6, GOLD)
        + "".join(rect(184 + n * 14, 266, 8, 14, GOLD, 1) for n in range(8))
    )


def port_module() -> str:
    dark, middle, light = TONES["sand"]
    return (
        shadow(240, 272, 120)
        + shape("M140 148L262 108L366 140L246 184Z", light)
        + shape("M140 148L246 184V262L140 224Z", middle)
        + shape("M246 184L366 140V216L246 262Z", dark)
        + shape("M276 202Q276 192 286 188L330 172Q340 170 340 180Q340 190 330 194L288 210Q278 212 276 202Z", "#16202b")
        + fir(190, 224, 42, light)
    )
