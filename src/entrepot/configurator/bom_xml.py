"""The bill of material in XML: the same document as in JSON, values as attributes, lists as elements.

One document is either form without loss, so its digest holds in both.
"""

from __future__ import annotations

from typing import Any

from lxml import etree

from entrepot.configurator.bom import Document
from entrepot.configurator.problems import BomInvalid
from entrepot.kernel.xml import XmlInvalid, attributes, children, read_xml

BOM = "ConfiguratorBOM"
EXTRACT = "ExtractPicks"
_LISTS = {
    BOM: ("BOMLine", "Pick", "Property"),
    EXTRACT: ("BOMLine", "Pick", "Property"),
    "NestedKit": ("Pick", "Property"),
}
#: Lists that are in a document only where they have something in them.
_RARE = {BOM: ("NestedKit",), EXTRACT: ("NestedKit", "NoLongerHolds"), "NestedKit": ("NestedKit",)}
MAX_CHARACTERS = 4_000_000


def to_xml(document: Document, root: str = BOM) -> bytes:
    """A bill of material, or the answer to one, as XML."""
    element = etree.Element(root)
    _write(element, document)
    return etree.tostring(element, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def from_xml(text: str) -> Document:
    """The bill of material in an XML text; the root may be called ``ExtractPicks`` as well."""
    try:
        root = read_xml(text, MAX_CHARACTERS)
        if root.tag not in (BOM, EXTRACT):
            raise BomInvalid(path=f"/{root.tag}", problem=f"the document is expected to be a {BOM}.")
        return _read(root)
    except XmlInvalid as error:
        raise BomInvalid(path=error.path, problem=str(error.problem)) from None


def _write(element: etree._Element, document: Document) -> None:
    for name, value in document.items():
        if isinstance(value, list):
            for one in value:
                _write(etree.SubElement(element, name), one if isinstance(one, dict) else {"Value": str(one)})
        else:
            element.set(name, str(value))


def _read(element: etree._Element) -> Document:
    always, rare = _LISTS.get(str(element.tag), ()), _RARE.get(str(element.tag), ())
    document: dict[str, Any] = dict(attributes(element))
    document |= {name: [] for name in always}
    for child in children(element, *always, *rare):
        document.setdefault(str(child.tag), []).append(_read(child))
    return document
