"""The HTTP interface for programs: catalog, prices, carts and orders of a store, models of its kits; in JSON (catalog reads
in XML too)."""

from entrepot.web.api.carts import CartApi
from entrepot.web.api.catalogs import CatalogApi
from entrepot.web.api.configurations import BillOfMaterialApi, ConfigurationApi
from entrepot.web.api.coupons import CouponApi
from entrepot.web.api.desk import DeskApi
from entrepot.web.api.grants import GrantApi
from entrepot.web.api.model_drafts import ModelDraftApi
from entrepot.web.api.models import ModelApi
from entrepot.web.api.operations import OperationsApi
from entrepot.web.api.orders import OrderApi
from entrepot.web.api.published import SchemaApi
from entrepot.web.api.sessions import SessionApi

routes = [
    CatalogApi,
    CartApi,
    CouponApi,
    GrantApi,
    OrderApi,
    SessionApi,
    DeskApi,
    OperationsApi,
    ModelApi,
    ModelDraftApi,
    ConfigurationApi,
    BillOfMaterialApi,
    SchemaApi,
]

__all__ = ["routes"]
