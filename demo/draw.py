"""Draws every picture of the demo store as SVG, in one style: flat shapes, three tones, a halo, a shadow.

Run it after a change: ``python demo/draw.py`` rewrites ``demo/images``. A drawing is a function that answers SVG
text (see `drawing`); `PICTURES` and `CATEGORIES` name them. The halo and shadow are translucent, so the pictures
sit on light and dark pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from drawing.accessories import (
    backpack,
    briefcase,
    brush,
    cable,
    cable_reel,
    case_bag,
    charger,
    cloths,
    disc_box,
    disk_box,
    dock,
    hub,
    server,
    sleeve,
    ssd_portable,
    tools,
)
from drawing.computers import (
    arm,
    chassis,
    display,
    keyboard,
    mouse,
    notebook,
    notebook_keys,
    notebook_open,
    pad,
    panel,
    small_box,
    tower,
    trackball,
)
from drawing.parts import (
    air_cooler,
    battery,
    board,
    card,
    case_fan,
    chip,
    graphics,
    hard_disk,
    memory,
    module,
    optical,
    port_module,
    power,
    ssd,
    water_cooler,
    wireless,
)
from drawing.primitives import TONES, at, circle, fir, line, rect, shadow


def ready_set() -> str:
    return (
        at(176, 172, 0.74, display(250, 0.62))
        + at(352, 200, 0.52, tower("wood", 176, 176))
        + at(196, 292, 0.44, keyboard(True))
        + at(346, 296, 0.26, mouse("graphite"))
    )


def home_office() -> str:
    wd, wm, _ = TONES["wood"]
    plant = rect(370, 214, 40, 40, TONES["ember"][1], 6) + fir(390, 216, 76, TONES["pine"][1])
    return (
        shadow(240, 320, 170)
        + rect(56, 252, 368, 16, wm, 6)
        + rect(56, 264, 368, 6, wd, 3)
        + rect(84, 268, 14, 52, wd)
        + rect(382, 268, 14, 52, wd)
        + at(206, 158, 0.72, display(270, 0.58, arm=False))
        + rect(150, 243, 112, 6, TONES["graphite"][1], 3)
        + rect(156, 240, 100, 4, TONES["graphite"][2], 2)
        + at(326, 232, 0.24, trackball())
        + plant
    )


def cable_kit() -> str:
    return (
        at(150, 138, 0.52, cable("graphite", "c"))
        + at(330, 138, 0.52, cable("pine", "d"))
        + at(160, 258, 0.5, hub(7))
        + at(336, 256, 0.5, cable_reel())
    )


def to_order() -> str:
    dials = "".join(
        line(f"M{96 + n * 40} 62V108", TONES["steel"][1], 6)
        + circle(96 + n * 40, 72 + (n * 17) % 30, 11, TONES["ember" if n % 2 else "pine"][1])
        for n in range(3)
    )
    return dials + at(258, 196, 0.96, notebook_open("sky"))


def workstation() -> str:
    return (
        at(176, 180, 1, tower("wood", 190, 238))
        + at(352, 112, 0.36, graphics())
        + at(352, 186, 0.3, chip())
        + at(352, 258, 0.34, memory())
    )


def two(left: str, right: str) -> str:
    return at(160, 164, 0.7, left) + at(322, 208, 0.7, right)


Draw = Callable[[], str]

PICTURES: dict[str, Draw] = {
    **{f"tw-nb14-{t}": (lambda t=t: notebook(t)) for t in ("graphite", "sand", "pine")},
    **{f"tw-nb13-{t}": (lambda t=t: notebook(t, 0.86)) for t in ("sand", "sky")},
    **{f"tw-nb16-{t}": (lambda t=t: notebook(t, 1.16)) for t in ("graphite", "sand")},
    **{f"tw-nc-{t}": (lambda t=t: chassis(t)) for t in ("graphite", "sand", "pine")},
    **{f"tw-ms-{t}": (lambda t=t: mouse(t)) for t in ("graphite", "sand")},
    **{f"tw-sleeve-{t}": (lambda t=t: sleeve(t)) for t in ("graphite", "moss")},
    "tw-notebook-cto": to_order,
    "tw-mini": small_box,
    "tw-cube": lambda: tower("wood", 190, 176),
    "tw-tower": lambda: tower("wood", 176, 240),
    "tw-ready-set": ready_set,
    "tw-workstation": workstation,
    "tw-dp24": lambda: display(250, 0.625),
    "tw-dp27": lambda: display(296, 0.5625),
    "tw-dp27-4k": lambda: display(320, 0.5625),
    "tw-dp34": lambda: display(396, 0.42),
    "tw-arm": arm,
    "tw-arm-dual": lambda: arm(True),
    "tw-kb": keyboard,
    "tw-kb-slim": lambda: keyboard(True),
    "tw-trackball": trackball,
    "tw-pad": pad,
    "tw-ssd-x": ssd_portable,
    "tw-hdd-x-4t": disk_box,
    "tw-nas2": server,
    "tw-cb-usbc": lambda: cable("graphite", "c"),
    "tw-cb-dp-2": lambda: cable("pine", "d"),
    "tw-cb-net": cable_reel,
    "tw-cable-kit": cable_kit,
    "tw-dock": dock,
    "tw-hub-7": lambda: hub(7),
    "tw-hub-4": lambda: hub(4),
    "tw-pa": charger,
    "tw-case": case_bag,
    "tw-backpack": backpack,
    "tw-briefcase": briefcase,
    "tw-cloth": cloths,
    "tw-brush": brush,
    "tw-home-office": home_office,
    "tw-sv": tools,
    "tw-os": disc_box,
    "tw-cpu": chip,
    "tw-mb": board,
    "tw-ram": memory,
    "tw-ssd": ssd,
    "tw-hdd": hard_disk,
    "tw-gpu": graphics,
    "tw-psu": power,
    "tw-cs-mini": lambda: tower("wood", 190, 150),
    "tw-cs-mid": lambda: tower("wood", 180, 222),
    "tw-cs-quiet": lambda: tower("steel", 180, 222, wide=True),
    "tw-cs-big": lambda: tower("wood", 212, 256),
    "tw-cl-air": air_cooler,
    "tw-cl-water": water_cooler,
    "tw-fan-140": case_fan,
    "tw-card": card,
    "tw-opt-bd": optical,
    "tw-nm": module,
    "tw-np": panel,
    "tw-nk": notebook_keys,
    "tw-nbat": battery,
    "tw-nw": wireless,
    "tw-nx": port_module,
}

CATEGORIES: dict[str, Draw] = {
    "notebooks": lambda: two(notebook("sand"), notebook("graphite")),
    "notebooks-everyday": lambda: two(notebook("sky", 0.9), notebook("pine")),
    "notebooks-pro": lambda: notebook("graphite", 1.16),
    "notebooks-custom": to_order,
    "desktops": lambda: at(160, 180, 0.84, tower("wood", 176, 240)) + at(334, 226, 0.6, small_box()),
    "desktops-ready": lambda: tower("wood", 190, 176),
    "workstations": workstation,
    "displays": lambda: two(display(250, 0.625), display(320, 0.5625)),
    "displays-screens": lambda: display(320, 0.5625),
    "displays-mounts": arm,
    "accessories": lambda: (
        at(170, 132, 0.56, keyboard())
        + at(350, 140, 0.42, mouse("sand"))
        + at(170, 250, 0.5, dock())
        + at(346, 260, 0.46, case_bag())
    ),
    "input": lambda: at(190, 190, 0.8, keyboard()) + at(398, 196, 0.46, mouse("graphite")),
    "keyboards": keyboard,
    "mice": lambda: two(mouse("sand"), mouse("graphite")),
    "storage-portable": lambda: two(disk_box(), ssd_portable()),
    "cables-power": lambda: two(charger(), cable("graphite", "c")),
    "cables": lambda: cable("pine", "c"),
    "docks-power": dock,
    "bags": lambda: two(backpack(), case_bag()),
    "care": lambda: at(232, 150, 0.7, cloths()) + at(260, 236, 0.72, brush()),
    "office-sets": home_office,
    "parts": lambda: (
        at(150, 120, 0.5, chip()) + at(330, 118, 0.54, graphics()) + at(150, 246, 0.52, memory()) + at(336, 250, 0.46, power())
    ),
    "parts-cpu": chip,
    "parts-boards": board,
    "parts-memory": memory,
    "parts-drives": lambda: two(hard_disk(), ssd()),
    "drives-ssd": ssd,
    "drives-hdd": hard_disk,
    "parts-graphics": graphics,
    "parts-power": power,
    "parts-cases": lambda: two(tower("wood", 180, 222), tower("steel", 180, 200, wide=True)),
    "parts-cooling": lambda: two(air_cooler(), case_fan()),
    "parts-cards": card,
    "parts-notebook": lambda: notebook_open("sand"),
    "np-chassis": lambda: chassis("pine"),
    "np-boards": module,
    "np-panels": panel,
    "np-memory": memory,
    "np-graphics": module,
    "np-keyboards": notebook_keys,
    "np-batteries": battery,
    "np-wireless": wireless,
    "np-ports": port_module,
    "software": disc_box,
    "services": tools,
    "shop-home-office": home_office,
    "shop-studio": lambda: at(196, 170, 0.86, display(330, 0.5625)) + at(386, 240, 0.52, tower("wood", 176, 240)),
    "shop-build": workstation,
    "shop-under-50": lambda: (
        at(150, 150, 0.5, hub(4))
        + at(330, 150, 0.5, case_bag())
        + at(160, 260, 0.5, brush())
        + at(330, 262, 0.48, cable("graphite", "c"))
    ),
}


def picture(drawing: str) -> str:
    """A whole picture: the halo every picture has, then the drawing."""
    halo = '<ellipse cx="240" cy="186" rx="208" ry="158" fill="#9fb3bd" opacity=".32"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 360" role="img">{halo}{drawing}</svg>\n'


def named() -> Iterable[tuple[str, Draw]]:
    """Every picture by file name."""
    yield from PICTURES.items()
    yield from ((f"cat-{name}", draw) for name, draw in CATEGORIES.items())


if __name__ == "__main__":
    folder = Path(__file__).parent / "images"
    folder.mkdir(exist_ok=True)
    for name, draw in named():
        (folder / f"{name}.svg").write_text(picture(draw()), "utf-8")
