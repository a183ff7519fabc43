"""The design language all six faces share: tokens, components, shells, icons, and the page that shows them.

A face sets nothing but its accent (``data-face`` on the document) and writes its pages with the macros of
``design/macros.html``. There is no inline script or style, and every page works without JavaScript.
``gallery.routes`` serves the assets and the gallery; it is not imported here because pages need the assets.
"""
