"""Bad files and bad rows: each is told with its place and its code, and takes no good row with it."""

from __future__ import annotations

import pytest

from entrepot.commerce import catalog
from entrepot.kernel.db import Database

from .conftest import Load

ENTRY = "CatalogEntry\nPartNumber,Type,ParentGroupIdentifier,Name\n"

FILES: list[tuple[str, str | bytes, str]] = [
    ("CatalogEntry.csv", "CatalogEntry\nPartNumber,Type,Colour\nA,Item,red\n", "UNKNOWN_COLUMN"),
    ("CatalogEntry.csv", "CatalogEntry\nPartNumber,Type,Type\nA,Item,Item\n", "COLUMN_REPEATED"),
    ("Attribute.csv", "AttributeDictionaryAttributeAllowedValues\nValueIdentifier\nred\n", "COLUMN_MISSING"),
    ("Mystery.csv", "Mysteries\nName\nx\n", "KIND_UNKNOWN"),
    ("Mystery.csv", "Name,Size\nx,1\n", "KIND_UNKNOWN"),
    ("CatalogEntry.csv", "", "EMPTY_FILE"),
    ("CatalogEntry.csv", "CatalogEntry\n", "EMPTY_FILE"),
    ("Person.csv", "Person\nlogonId,password\nmara,secret\n", "COLUMN_FORBIDDEN"),
    ("CatalogEntry.xml", '<!DOCTYPE x [<!ENTITY e "y">]><x><CatalogEntry/></x>', "BAD_XML"),
    ("CatalogEntry.xml", "<x><CatalogEntry><PartNumber>A</PartNumber></x>", "BAD_XML"),
]


@pytest.mark.parametrize(("name", "content", "code"), FILES, ids=[f"{n}-{c}" for n, (_, _, c) in enumerate(FILES)])
def test_a_file_with_a_bad_header_is_refused_whole(base: Load, name: str, content: str | bytes, code: str) -> None:
    report = base({name: content})
    assert [problem.code for problem in report.problems] == [code]
    assert (report.status, report.changes) == (3, 0)


ROWS: list[tuple[str, str | bytes, str, int]] = [
    ("ragged", ENTRY + "GOOD,Item,SUB,Good\nA,Item\n", "RAGGED_ROW", 4),
    ("too long a row", ENTRY + "GOOD,Item,SUB,Good\nA,Item,SUB,Name,more\n", "RAGGED_ROW", 4),
    ("bytes of another encoding", (ENTRY + "GOOD,Item,SUB,Good\nA,Item,SUB,Stra").encode() + b"\xdfe\n", "BAD_ENCODING", 4),
    ("a NUL", ENTRY + "GOOD,Item,SUB,Good\nA,Item,SUB,a\0b\n", "BAD_CHARACTER", 4),
    ("an oversized field", ENTRY + "GOOD,Item,SUB,Good\nA,Item,SUB," + "x" * 255 + "\n", "TOO_LONG", 4),
    ("a field beyond all bounds", ENTRY + "GOOD,Item,SUB,Good\nA,Item,SUB," + "x" * 1_200_000 + "\n", "BAD_ROW", 4),
    ("a key twice", ENTRY + "GOOD,Item,SUB,Good\nGOOD,Item,SUB,Again\n", "DUPLICATE_IN_FILE", 4),
    ("no key", ENTRY + "GOOD,Item,SUB,Good\n,Item,SUB,Name\n", "REQUIRED", 4),
    ("an unknown type", ENTRY + "GOOD,Item,SUB,Good\nA,Gadget,SUB,Name\n", "BAD_VALUE", 4),
    ("an unknown parent", ENTRY + "GOOD,Item,SUB,Good\nA,Item,NOWHERE,Name\n", "PARENT_NOT_FOUND", 4),
    ("two master parents", ENTRY + "GOOD,Item,SUB,Good\nKIT,Package,TOP,Kit\n", "MASTER_SINGLE_PARENT", 4),
    ("another type", ENTRY + "GOOD,Item,SUB,Good\nKIT,Item,SUB,Kit\n", "TYPE_NOT_ALLOWED", 4),
    ("after a line break in a cell", ENTRY + 'GOOD,Item,SUB,"Go\nod"\nA,Gadget,SUB,Name\n', "BAD_VALUE", 5),
    (
        "a language nobody knows",
        ENTRY.replace("Name", "LanguageId") + "GOOD,Item,SUB,-1\nA,Item,SUB,-99\n",
        "LANGUAGE_UNKNOWN",
        4,
    ),
    ("a price without currency", ENTRY.replace("Name", "ListPrice") + "GOOD,Item,SUB,\nA,Item,SUB,10\n", "CURRENCY_UNKNOWN", 4),
    (
        "a price in minor units and commas",
        ENTRY.replace("Name", "ListPrice") + 'GOOD,Item,SUB,\nA,Item,SUB,"1,149"\n',
        "BAD_VALUE",
        4,
    ),
    ("a strange Delete", ENTRY.replace("Name", "Delete") + "GOOD,Item,SUB,\nA,Item,SUB,yes\n", "BAD_VALUE", 4),
    ("deleting nothing", ENTRY.replace("Name", "Delete") + "GOOD,Item,SUB,\nA,Item,SUB,1\n", "NOT_FOUND", 4),
]


@pytest.mark.parametrize(("content", "code", "line"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_a_bad_row_is_told_and_the_good_row_stays(
    base: Load, commerce: Database, content: str | bytes, code: str, line: int
) -> None:
    report = base({"CatalogEntry.csv": content})
    assert [(problem.code, problem.line) for problem in report.problems] == [(code, line)]
    assert (report.status, report.items[0].rejected, report.changes) == (1, 1, 1)
    with commerce.read() as conn:
        owner = catalog.find_store(conn, "shop").owner_id
        assert (owner, "GOOD") in catalog.ENTRIES.find(conn, [(owner, "GOOD")])
        assert (owner, "A") not in catalog.ENTRIES.find(conn, [(owner, "A")])


OTHERS: list[tuple[str, str, str]] = [
    ("CatalogGroup", "GroupIdentifier,ParentGroupIdentifier\nTOP,SUB\n", "MASTER_SINGLE_PARENT"),
    ("CatalogGroup", "GroupIdentifier,ParentGroupIdentifier\nX,Y\nY,X\n", "PARENT_NOT_FOUND"),
    ("CatalogGroupRelationship", "GroupIdentifier,ParentGroupIdentifier,CatalogIdentifier\nSUB,SUB,sales\n", "CATALOG_CYCLE"),
    ("CatalogGroupRelationship", "GroupIdentifier,ParentGroupIdentifier,CatalogIdentifier\nSUB,TOP,none\n", "PARENT_NOT_FOUND"),
    ("CatalogEntryComponent", "PartNumber,ChildPartNumber\nKIT,KIT2\nKIT2,KIT\n", "KIT_CYCLE"),
    ("CatalogEntryComponent", "PartNumber,ChildPartNumber\nKIT,KIT\n", "KIT_CYCLE"),
    ("CatalogEntryComponent", "PartNumber,ChildPartNumber\nKIT,SHIRT\n", "TYPE_NOT_ALLOWED"),
    ("CatalogEntryComponent", "PartNumber,ChildPartNumber,Quantity\nKIT,BUTTON,0.5\n", "BAD_VALUE"),
    ("CatalogEntryComponent", "PartNumber,ChildPartNumber,Quantity\nKIT,BUTTON,-1\n", "BAD_VALUE"),
    ("CatalogEntryAssociation", "PartNumber,AssociationType,TargetPartNumber\nKIT,X-SELL,KIT\n", "ASSOCIATION_SELF"),
    ("CatalogEntryParentProductRelationship", "PartNumber,ParentPartNumber\nBUTTON,KIT\n", "TYPE_NOT_ALLOWED"),
    ("Catalog", "Identifier,MasterCatalog\nother,1\n", "MASTER_CATALOG_DUPLICATE"),
    ("CatalogEntryConfiguration", "PartNumber,Model\nBUTTON,model\n", "TYPE_NOT_ALLOWED"),
    ("CatalogEntryConfiguration", "PartNumber,Model,DefaultConfiguration\nBUTTON,m,board oak\n", "BAD_VALUE"),
    ("CatalogEntryConfiguration", "PartNumber,Model,DefaultConfiguration\nBUTTON,m,<Bom/>\n", "BAD_VALUE"),
    ("CatalogGroup", "GroupIdentifier,Delete\nSUB,1\n", "GROUP_NOT_EMPTY"),
    ("Catalog", "Identifier,Delete\nmaster,1\n", "GROUP_NOT_EMPTY"),
]


@pytest.mark.parametrize(("kind", "content", "code"), OTHERS, ids=[f"{n}-{o[0]}-{o[2]}" for n, o in enumerate(OTHERS)])
def test_the_rules_of_the_catalog_turn_rows_down(base: Load, kind: str, content: str, code: str) -> None:
    report = base({f"{kind}.csv": f"{kind}\n{content}"})
    assert {problem.code for problem in report.problems} == {code}
    assert report.status == 1


def test_defining_attributes_must_be_predefined_and_their_values_known(base: Load) -> None:
    base(
        {
            "a.csv": "AttributeDictionaryAttributeAndAllowedValues\n"
            "Identifier,AttributeType,AllowedValue1\ncolor,1,red\nnote,2,\n",
        }
    )
    usage = "CatalogEntryAttributeDictionaryAttributeRelationship\nPartNumber,AttributeIdentifier,Value,Usage\n"
    report = base(
        {
            "u.csv": usage
            + "SHIRT-R,color,red,1\nSHIRT,color,blue,1\nKIT,note,made on the fly,2\nKIT2,note,x,1\nBUTTON,color,0,1\n"
        }
    )
    assert [problem.code for problem in report.problems] == ["TYPE_NOT_ALLOWED", "BAD_VALUE", "ATTRIBUTE_VALUE_UNKNOWN"]
    report = base({"v.csv": "AttributeDictionaryAttributeAllowedValues\nIdentifier,ValueIdentifier,Delete\ncolor,red,1\n"})
    assert [(problem.code, problem.message) for problem in report.problems] == [("ATTRIBUTE_IN_USE", "used by SHIRT-R")]


def test_a_load_order_that_expects_another_kind_refuses_the_file(base: Load) -> None:
    order = "loadItems:\n  - {name: CatalogGroup, location: CatalogEntry.csv}\n"
    report = base({"CatalogEntry.csv": ENTRY, "load.yaml": order})
    assert [problem.code for problem in report.problems] == ["KIND_MISMATCH"]
