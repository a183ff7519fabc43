"""The design language all six faces share: tokens, components, shells, icons, and the page that shows them.

A face sets nothing but its accent (``data-face`` on the document) and writes its pages with the macros of
``design/macros/``. There is no inline script or style, and every page works without JavaScript.
"""

from entrepot.web.design.assets import router as assets
from entrepot.web.design.gallery import show as gallery

routes = [assets, gallery]

__all__ = ["assets", "gallery", "routes"]
