"""Where an address belongs, as browsers see it; what could be read in two ways belongs to nobody."""

from __future__ import annotations

import pytest

from entrepot.kernel.origin import NOBODY, origin_of


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://shop.example/cart?line=7#top", "https://shop.example"),
        ("HTTPS://Shop.Example:443", "https://shop.example"),
        ("http://shop.example:80/", "http://shop.example"),
        ("https://shop.example:80/", "https://shop.example:80"),
        ("http://[::1]:9000/start", "http://[::1]:9000"),
        ("/configurator?token=a", ""),
        ("start", ""),
        ("//evil.example/", NOBODY),
        ("///evil.example/", NOBODY),
        ("http:///evil.example/", NOBODY),
        ("/\\evil.example", NOBODY),
        ("https://shop.example\\@evil.example/", NOBODY),
        ("https://shop.example@evil.example/", NOBODY),
        ("https://shop.example/\r\nlocation: x", NOBODY),
        ("https://shop.example:port/", NOBODY),
        ("https://[::1/", NOBODY),
        ("https://shöp.example/", NOBODY),
        ("javascript:alert(1)", NOBODY),
        ("ftp://shop.example/", NOBODY),
    ],
)
def test_an_address_has_one_origin(address: str, origin: str) -> None:
    assert origin_of(address) == origin
