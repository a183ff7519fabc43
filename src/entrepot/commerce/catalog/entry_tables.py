"""Tables of catalog entries: what is sold, its texts, attributes, content, neighbors and store policies.

Decimals that are not money (weights, multiples, component quantities) are kept as the text that was given;
arithmetic on quantities happens in whole steps of the item, so nothing is ever rounded here.
"""

from __future__ import annotations

import sqlalchemy as sa

from entrepot.commerce.catalog.tables import page_texts, texts
from entrepot.commerce.database import metadata
from entrepot.kernel.db import BigKey, Instant
from entrepot.kernel.sheet import Sheet

catalog_entry = sa.Table(
    "catalog_entry",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("owner_id", sa.BigInteger, nullable=False),
    sa.Column("part_number", sa.String(64), nullable=False),
    sa.Column("type", sa.String(24), nullable=False),
    sa.Column("kit_inventory", sa.String(9)),
    sa.Column("buyable", sa.Boolean, nullable=False, default=True),
    sa.Column("on_special", sa.Boolean, nullable=False, default=False),
    sa.Column("marked_for_delete", sa.Boolean, nullable=False, default=False),
    sa.Column("manufacturer", sa.String(254)),
    sa.Column("manufacturer_part_number", sa.String(64)),
    sa.Column("tax_category", sa.String(64)),
    sa.Column("quantity_unit", sa.String(16)),
    sa.Column("quantity_multiple", sa.String(24)),
    sa.Column("nominal_quantity", sa.String(24)),
    sa.Column("weight", sa.String(24)),
    sa.Column("weight_unit", sa.String(16)),
    sa.Column("length", sa.String(24)),
    sa.Column("width", sa.String(24)),
    sa.Column("height", sa.String(24)),
    sa.Column("size_unit", sa.String(16)),
    sa.Column("start_at", Instant),
    sa.Column("end_at", Instant),
    sa.Column("available_from", Instant),
    sa.Column("last_order_at", Instant),
    sa.Column("end_of_service_at", Instant),
    sa.Column("discontinued_at", Instant),
    sa.Column("url", sa.String(254)),
    *(sa.Column(f"field{n}", sa.String(254)) for n in range(1, 6)),
    sa.Column("updated_at", Instant),
    sa.UniqueConstraint("owner_id", "part_number"),
    sa.Index("catalog_entry_part_number", "part_number"),
    sa.CheckConstraint(
        "type IN ('product', 'item', 'bundle', 'package', 'dynamic_kit', 'predefined_dynamic_kit')", name="catalog_entry_type"
    ),
)

catalog_entry_description = sa.Table(
    "catalog_entry_description",
    metadata,
    sa.Column("entry_id", sa.BigInteger, sa.ForeignKey("catalog_entry.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("language", sa.String(16), primary_key=True),
    sa.Column("published", sa.Boolean, nullable=False, default=True),
    sa.Column("available", sa.Boolean, nullable=False, default=True),
    *texts(),
    *page_texts(),
    sa.Column("aux_description1", sa.Text),
    sa.Column("aux_description2", sa.Text),
    sa.Column("search_text", sa.Text),
)

store_catalog_entry = sa.Table(
    "store_catalog_entry",
    metadata,
    sa.Column("store_id", sa.BigInteger, sa.ForeignKey("store.id"), primary_key=True),
    sa.Column("entry_id", sa.BigInteger, sa.ForeignKey("catalog_entry.id", ondelete="CASCADE"), primary_key=True),
    sa.Index("store_catalog_entry_entry", "entry_id"),
)

catalog_entry_relation = sa.Table(
    "catalog_entry_relation",
    metadata,
    sa.Column("parent_id", sa.BigInteger, sa.ForeignKey("catalog_entry.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("child_id", sa.BigInteger, sa.ForeignKey("catalog_entry.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("type", sa.String(24), primary_key=True),
    sa.Column("sequence", sa.Double, nullable=False, default=0.0),
    sa.Column("quantity", sa.String(24), nullable=False, default="1"),
    sa.Column("group_name", sa.String(254)),
    *(sa.Column(f"field{n}", sa.String(254)) for n in range(1, 4)),
    sa.Index("catalog_entry_relation_child", "child_id", "type"),
    sa.Index(
        "catalog_entry_relation_one_product",
        "child_id",
        unique=True,
        sqlite_where=sa.text("type = 'product_item'"),
        postgresql_where=sa.text("type = 'product_item'"),
    ),
)

attribute = sa.Table(
    "attribute",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("owner_id", sa.BigInteger, nullable=False),
    sa.Column("identifier", sa.String(254), nullable=False),
    sa.Column("type", sa.String(8), nullable=False, default="STRING"),
    sa.Column("predefined", sa.Boolean, nullable=False, default=False),
    sa.Column("sequence", sa.Double, nullable=False, default=0.0),
    *(
        sa.Column(name, sa.Boolean, nullable=False, default=name == "displayable")
        for name in ("displayable", "searchable", "comparable", "facetable", "merchandisable")
    ),
    sa.UniqueConstraint("owner_id", "identifier"),
)

attribute_description = sa.Table(
    "attribute_description",
    metadata,
    sa.Column("attribute_id", sa.BigInteger, sa.ForeignKey("attribute.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("language", sa.String(16), primary_key=True),
    sa.Column("name", sa.String(254)),
    sa.Column("description", sa.Text),
)

attribute_value = sa.Table(
    "attribute_value",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("attribute_id", sa.BigInteger, sa.ForeignKey("attribute.id", ondelete="CASCADE"), nullable=False),
    sa.Column("identifier", sa.String(254), nullable=False),
    sa.Column("sequence", sa.Double, nullable=False, default=0.0),
    sa.UniqueConstraint("attribute_id", "identifier"),
)

attribute_value_description = sa.Table(
    "attribute_value_description",
    metadata,
    sa.Column("value_id", sa.BigInteger, sa.ForeignKey("attribute_value.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("language", sa.String(16), primary_key=True),
    sa.Column("value", sa.Text),
    sa.Column("image1", sa.String(254)),
    sa.Column("image2", sa.String(254)),
)

catalog_entry_attribute = sa.Table(
    "catalog_entry_attribute",
    metadata,
    sa.Column("entry_id", sa.BigInteger, sa.ForeignKey("catalog_entry.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("attribute_id", sa.BigInteger, sa.ForeignKey("attribute.id"), primary_key=True),
    sa.Column("value_id", sa.BigInteger, sa.ForeignKey("attribute_value.id"), primary_key=True),
    sa.Column("usage", sa.Integer, nullable=False, default=2),
    sa.Column("sequence", sa.Double, nullable=False, default=0.0),
    sa.Index("catalog_entry_attribute_value", "value_id"),
)

merchandising_association = sa.Table(
    "merchandising_association",
    metadata,
    sa.Column("store_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("from_id", sa.BigInteger, sa.ForeignKey("catalog_entry.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("to_id", sa.BigInteger, sa.ForeignKey("catalog_entry.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("type", sa.String(12), primary_key=True),
    sa.Column("specifier", sa.String(32), primary_key=True),
    sa.Column("sequence", sa.Double, nullable=False, default=0.0),
    sa.Column("quantity", sa.String(24), nullable=False, default="1"),
    *(sa.Column(f"field{n}", sa.String(254)) for n in range(1, 4)),
    sa.Column("date1", Instant),
    sa.Index("merchandising_association_from", "from_id"),
)

configurable_entry = sa.Table(
    "configurable_entry",
    metadata,
    sa.Column("entry_id", sa.BigInteger, sa.ForeignKey("catalog_entry.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("model", sa.String(4000)),
    sa.Column("url", sa.String(254)),
    sa.Column("default_configuration", sa.Text),
    sa.Column("configurable", sa.Boolean, nullable=False, default=True),
)

store_item = sa.Table(
    "store_item",
    metadata,
    sa.Column("store_id", sa.BigInteger, sa.ForeignKey("store.id"), primary_key=True),
    sa.Column("entry_id", sa.BigInteger, sa.ForeignKey("catalog_entry.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("track_inventory", sa.String(1), nullable=False, default="Y"),
    sa.Column("backorderable", sa.Boolean, nullable=False, default=True),
    sa.Column("force_backorder", sa.Boolean, nullable=False, default=False),
    sa.Column("release_separately", sa.Boolean, nullable=False, default=False),
    sa.Column("creditable", sa.Boolean, nullable=False, default=True),
    sa.Column("return_not_desired", sa.Boolean, nullable=False, default=False),
    sa.Column("minimum_quantity_for_split", sa.String(24), nullable=False, default="0"),
    sa.Column("picking_method", sa.String(1), nullable=False, default="F"),
    sa.Column("discontinued", sa.Boolean, nullable=False, default=False),
    sa.Column("foreign_sku", sa.String(64)),
    sa.Column("foreign_system", sa.String(64)),
    sa.CheckConstraint("track_inventory IN ('Y', 'N', 'E')", name="store_item_track_inventory"),
    sa.Index("store_item_entry", "entry_id"),
)

ENTRIES = Sheet(catalog_entry, ("owner_id", "part_number"), "part_number", touched="updated_at")
ENTRY_TEXTS = Sheet(catalog_entry_description, ("entry_id", "language"), "entry_id")
STORE_ENTRIES = Sheet(store_catalog_entry, ("store_id", "entry_id"), "entry_id")
RELATIONS = Sheet(catalog_entry_relation, ("type", "parent_id", "child_id"), "child_id")
ATTRIBUTES = Sheet(attribute, ("owner_id", "identifier"), "identifier")
ATTRIBUTE_TEXTS = Sheet(attribute_description, ("attribute_id", "language"), "attribute_id")
VALUES = Sheet(attribute_value, ("attribute_id", "identifier"), "attribute_id")
VALUE_TEXTS = Sheet(attribute_value_description, ("value_id", "language"), "value_id")
ENTRY_ATTRIBUTES = Sheet(catalog_entry_attribute, ("entry_id", "attribute_id", "value_id"), "entry_id")
ASSOCIATIONS = Sheet(merchandising_association, ("store_id", "from_id", "to_id", "type", "specifier"), "from_id")
CONFIGURABLES = Sheet(configurable_entry, ("entry_id",), "entry_id")
STORE_ITEMS = Sheet(store_item, ("store_id", "entry_id"), "entry_id")
