"""XML from strangers, read so that it cannot hurt.

A document type is refused outright: even careful settings expand the entities it declares. Length and depth are
limited, nothing is fetched, and what declares another encoding than the text it came in is read as that text.
"""

from __future__ import annotations

from lxml import etree

from entrepot.kernel.errors import Invalid

MAX_CHARACTERS = 1_000_000


class XmlInvalid(Invalid):
    code = "XML_INVALID"
    message = "{path}: {problem}"


def read_xml(text: str, most: int = MAX_CHARACTERS) -> etree._Element:
    """The root element of a document; what is no XML, too long, or has a document type is refused.

    >>> read_xml('<Configuration ConfigurationId="250"/>').get("ConfigurationId")
    '250'
    """
    if len(text) > most:
        raise XmlInvalid(path="document", problem=f"it has more than {most:,} characters.")
    if "<!DOCTYPE" in text.upper():
        raise XmlInvalid(path="document", problem="document types are refused. Send the document without one.")
    parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position if error.position else (1, 1)
        problem = f"this is no XML ({error.msg or 'nothing is there'})."
        raise XmlInvalid(path=f"line {line}, column {column}", problem=problem) from None


def path_of(element: etree._Element) -> str:
    """Where an element stands: ``/Configuration/ComponentList/Component[2]``."""
    return str(element.getroottree().getpath(element))


def children(element: etree._Element, *known: str) -> list[etree._Element]:
    """The child elements; comments are passed over, an element or a text that means nothing here is refused."""
    found = []
    for child in element:
        if not isinstance(child.tag, str):
            continue
        if child.tag not in known:
            expected = f"expected are {', '.join(known)}" if known else "nothing stands below it"
            raise XmlInvalid(path=path_of(child), problem=f"this element is not known here; {expected}.")
        found.append(child)
    if (element.text or "").strip() or any((child.tail or "").strip() for child in element):
        raise XmlInvalid(path=path_of(element), problem="text is not expected here; values are attributes.")
    return found


def attributes(element: etree._Element, *known: str) -> dict[str, str]:
    """The attributes; one that means nothing here is refused."""
    found = {str(name): str(value) for name, value in element.attrib.items()}
    for name in found:
        if known and name not in known:
            raise XmlInvalid(path=f"{path_of(element)}/@{name}", problem=f"not known here; expected are {', '.join(known)}.")
    return found
