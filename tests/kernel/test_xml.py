"""XML from strangers cannot hurt: no document types, no entities, no text where none belongs."""

from __future__ import annotations

import pytest

from entrepot.kernel.xml import XmlInvalid, attributes, children, read_xml

LAUGHS = '<!DOCTYPE a [<!ENTITY l "ha"><!ENTITY m "&l;&l;&l;&l;&l;&l;&l;&l;&l;&l;">]><a b="&m;"/>'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (LAUGHS, "document types are refused"),
        ('<!doctype a SYSTEM "file:///etc/passwd"><a/>', "document types are refused"),
        ("<a", "this is no XML"),
        ("", "this is no XML"),
        ("<a>" + "x" * 50 + "</a>", "more than 40 characters"),
        ("<a>" * 9, "this is no XML"),
        ("<a>\ud800</a>", ""),
    ],
)
def test_what_could_hurt_is_refused(text: str, told: str) -> None:
    if not told:
        assert read_xml(text).text == "?"
        return
    with pytest.raises(XmlInvalid) as refused:
        read_xml(text, 40 if "40" in told else 1_000)
    assert told in refused.value.text


def test_a_line_and_a_column_say_where_it_breaks() -> None:
    with pytest.raises(XmlInvalid) as refused:
        read_xml("<a>\n  <b>\n</a>")
    assert refused.value.path.startswith("line 3, column ")


def test_a_declared_encoding_is_not_believed() -> None:
    assert read_xml('<?xml version="1.0" encoding="ISO-8859-1"?><a b="ä€"/>').get("b") == "ä€"


def test_only_what_is_known_is_read() -> None:
    root = read_xml('<a x="1"><!-- fine --><b/><c/></a>')
    with pytest.raises(XmlInvalid, match="/a/c: this element is not known here"):
        children(root, "b")
    with pytest.raises(XmlInvalid, match="/a/@x: not known here"):
        attributes(root, "y")
    with pytest.raises(XmlInvalid, match="text is not expected"):
        children(read_xml("<a>loose<b/></a>"), "b")
    assert [one.tag for one in children(root, "b", "c")] == ["b", "c"]
