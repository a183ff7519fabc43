"""What a new model starts from: small, sound, with one of everything a modeler needs first."""

from __future__ import annotations

import re

from entrepot.configurator.problems import ModelInvalid

_STARTER = """\
# A model of a dynamic kit. Check it: entrepot model check {name}.yaml
model: {name}
organization: {organization}
languages: [en-US, de-DE]
title: {{en-US: My kit, de-DE: Mein Bausatz}}

properties:
  size: number          # declared here, given to classes or options below

classes:
  case:
    title: {{en-US: Case, de-DE: Gehäuse}}
    items:
      small: {{part: CASE-S, properties: {{size: 10}}}}
      large: {{part: CASE-L, properties: {{size: 20}}}}
  inserts:
    title: {{en-US: Inserts, de-DE: Einsätze}}
    choose: any         # one (the default), optional, any, some, or {{min: 1, max: 3}}
    items:
      tray: {{part: TRAY, quantity: {{min: 1, max: 3}}, properties: {{size: 5}}}}
      divider: {{part: DIVIDER, properties: {{size: 2}}}}

rules:
  - id: room
    holds: sum(inserts.size) <= case.size
    message: {{en-US: The inserts do not fit into this case., de-DE: Die Einsätze passen nicht in dieses Gehäuse.}}
  - id: tray-first
    when: inserts.divider
    requires: inserts.tray
    message: {{en-US: A divider goes into a tray., de-DE: Ein Trenner gehört in einen Einsatz.}}

defaults: [case.small]
"""


def starter(name: str, organization: str) -> str:
    """The text of a new model."""
    for what, text in (("name", name), ("organization", organization)):
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*", text):
            raise ModelInvalid(
                file=f"{name}.yaml",
                line=1,
                problem=f"`{text}` is no {what}.",
                remedy="Start with a letter; use letters, digits and -.",
            )
    return _STARTER.format(name=name, organization=organization)
