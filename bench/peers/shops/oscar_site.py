"""A shop of django-oscar, as its documentation says to set one up, with the write-ahead log and one transaction per write.

Runs in the peer's own environment, with the folder in PEER_FOLDER: ``python oscar_site.py`` once, then
``gunicorn oscar_site:application``.
"""

# ruff: noqa: E402  Django wants its settings before anything of it is imported
from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(os.environ["PEER_FOLDER"])
ENTRIES = 24


def _settings() -> dict[str, object]:
    from oscar import defaults

    oscar = {name: getattr(defaults, name) for name in dir(defaults) if name.startswith("OSCAR_")}
    return oscar | {
        "SECRET_KEY": "measured on this machine alone",
        "DEBUG": False,
        "ALLOWED_HOSTS": ["127.0.0.1"],
        "ROOT_URLCONF": "oscar_site",
        "SITE_ID": 1,
        "USE_TZ": True,
        "TIME_ZONE": "UTC",
        "LANGUAGE_CODE": "en-us",
        "LANGUAGES": [("en-us", "English"), ("de", "Deutsch")],
        "STATIC_URL": "/static/",
        "STATIC_ROOT": str(FOLDER / "static"),
        "MEDIA_URL": "/media/",
        "MEDIA_ROOT": str(FOLDER / "media"),
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "DATABASES": {
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": str(FOLDER / "oscar.db"),
                "CONN_MAX_AGE": None,
                "OPTIONS": {
                    "transaction_mode": "IMMEDIATE",
                    "timeout": 20,
                    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
                },
            }
        },
        "HAYSTACK_CONNECTIONS": {
            "default": {"ENGINE": "haystack.backends.whoosh_backend.WhooshEngine", "PATH": str(FOLDER / "index")}
        },
        "AUTHENTICATION_BACKENDS": [
            "oscar.apps.customer.auth_backends.EmailBackend",
            "django.contrib.auth.backends.ModelBackend",
        ],
        "OSCAR_ALLOW_ANON_CHECKOUT": True,
        "OSCAR_DEFAULT_CURRENCY": "USD",
        "OSCAR_PRODUCTS_PER_PAGE": ENTRIES,
        "OSCAR_SHOP_NAME": "Measured",
        "LOGGING_CONFIG": None,
        "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.template.context_processors.i18n",
                        "django.contrib.messages.context_processors.messages",
                        "oscar.apps.search.context_processors.search_form",
                        "oscar.apps.checkout.context_processors.checkout",
                        "oscar.apps.communication.notifications.context_processors.notifications",
                        "oscar.core.context_processors.metadata",
                    ]
                },
            }
        ],
        "MIDDLEWARE": [
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "oscarapi.middleware.ApiBasketMiddleWare",
        ],
    }


def configure() -> None:
    """Set Django up."""
    import django
    from django.conf import settings

    values = _settings()
    base = "admin auth contenttypes sessions messages staticfiles sites flatpages"
    plain = "analytics checkout address shipping catalogue communication partner basket payment offer order customer search"
    desks = "reports users orders catalogue offers partners pages ranges reviews vouchers communications shipping"
    values["INSTALLED_APPS"] = [
        *(f"django.contrib.{name}" for name in base.split()),
        "oscar.config.Shop",
        *(f"oscar.apps.{name}.apps.{name.title()}Config" for name in f"{plain} voucher wishlists dashboard".split()),
        "oscar.apps.catalogue.reviews.apps.CatalogueReviewsConfig",
        *(f"oscar.apps.dashboard.{name}.apps.{name.title()}DashboardConfig" for name in desks.split()),
        *("sorl.thumbnail", "widget_tweaks", "haystack", "treebeard", "django_tables2", "rest_framework", "oscarapi"),
    ]
    settings.configure(**values)
    django.setup()


configure()

from django.apps import apps as _apps
from django.core.wsgi import get_wsgi_application
from django.urls import include, path

urlpatterns = [
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/", include("oscarapi.urls")),
    path("", include(_apps.get_app_config("oscar").urls[0])),
]
application = get_wsgi_application()


def fill() -> None:
    """A category with as many products as a page has, each with a price and stock enough, and free shipping."""
    from decimal import Decimal

    from oscar.core.loading import get_model

    country = get_model("address", "Country")
    country.objects.create(iso_3166_1_a2="US", printable_name="United States", name="United States", is_shipping_country=True)
    category = get_model("catalogue", "Category").add_root(name="Measured", slug="measured")
    partner = get_model("partner", "Partner").objects.create(name="Measured")
    kind = get_model("catalogue", "ProductClass").objects.create(name="Thing", requires_shipping=True, track_stock=True)
    product = get_model("catalogue", "Product")
    stock = get_model("partner", "StockRecord")
    for place in range(ENTRIES):
        made = product.objects.create(title=f"Thing {place}", product_class=kind, upc=f"T-{place}", description="A thing.")
        made.categories.add(category)
        stock.objects.create(
            product=made,
            partner=partner,
            partner_sku=f"T-{place}",
            price_currency="USD",
            price=Decimal("12.90") + place,
            num_in_stock=900_000,
        )


if __name__ == "__main__":
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    fill()
    call_command("rebuild_index", interactive=False, verbosity=0)
