"""Rate tables as merchants type them, what becomes of each band, and that no page explains anything but what a cart pays."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.commerce.charges import (
    Band,
    BandText,
    Basis,
    Parcel,
    Rate,
    RateTable,
    Remark,
    ShippingMode,
    TableText,
    Verdict,
    compare,
    consider,
    offer_shipping,
    rate_for,
    read_measure,
    read_table,
    remarks_on,
    replaced,
    stored_rate,
    tables_of,
    text_of,
    write_measure,
)
from entrepot.commerce.charges.tables import read_rate
from entrepot.kernel.errors import Invalid

ZONE = "Europe/Berlin"
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def typed(rows: str, **more: str) -> TableText:
    """A table of bands written 'from-below:price+per kilogram>included'."""
    bands = []
    for row in rows.split():
        span, _, costs = row.partition(":")
        least, _, below = span.partition("-")
        base, _, more_cost = costs.partition("+")
        per, _, included = more_cost.partition(">")
        bands.append(BandText(least, below, base, per, included))
    return TableText(currency=more.get("currency", "EUR"), places=more.get("places", "DE AT"), bands=tuple(bands))


READ = """
0-30:49 30-80:69 80-:99+0.35>80 | 0-30:4900 30-80:6900 80-:9900+35>80
80-:99 0-30:49 30-80:69         | 0-30:4900 30-80:6900 80-:9900
0-0.5:3,90 0,5-:6.9             | 0-0.5:390 0.5-:690
:5                              | 0-:500
"""


@pytest.mark.parametrize("row", READ.strip().splitlines())
def test_what_is_typed_is_read_in_grams_and_minor_units(row: str) -> None:
    rows, expected = (part.strip() for part in row.split("|"))
    found = []
    for band in read_table(typed(rows), ("EUR",), ZONE).bands:
        below = "" if band.below is None else write_measure(band.below, Basis.WEIGHT, "EUR")
        more = f"+{band.per_kilogram}>{write_measure(band.grams_included, Basis.WEIGHT, '')}" if band.per_kilogram else ""
        found.append(f"{write_measure(band.least, Basis.WEIGHT, 'EUR')}-{below}:{band.base}{more}")
    assert " ".join(found) == expected


REFUSED = """
0-30:49 20-:60       RATE_BANDS_OVERLAP    bands.2
0-:49 20-:60         RATE_BANDS_OVERLAP    bands.2
0-30:49 40-:60       RATE_BANDS_GAP        gaps_meant
30-30:49             RATE_BAND_MALFORMED   bands.1
0-30:49 30-:x        RATE_BAND_MALFORMED   bands.2
0-30:4.999           RATE_BAND_MALFORMED   bands.1
0.0001-:5            RATE_BAND_MALFORMED   bands.1
-1-:5                RATE_BAND_MALFORMED   bands.1
"""


@pytest.mark.parametrize("row", REFUSED.strip().splitlines())
def test_what_could_surprise_is_refused_where_it_stands(row: str) -> None:
    *rows, code, path = row.split()
    with pytest.raises(Invalid) as caught:
        read_table(typed(" ".join(rows)), ("EUR",), ZONE)
    assert (caught.value.code, caught.value.path) == (code, path)


def test_yen_have_no_decimals() -> None:
    assert read_table(typed("0-:1500", currency="JPY"), ("JPY",), ZONE).bands[0].base == 1500
    with pytest.raises(Invalid):
        read_table(typed("0-:1500.5", currency="JPY"), ("JPY",), ZONE)


bands = st.lists(st.integers(1, 100_000), min_size=1, max_size=5, unique=True).map(sorted)
prices = st.integers(0, 100_000)


@st.composite
def rate_tables(draw: st.DrawFn) -> RateTable:
    bounds = [0, *draw(bands)]
    open_above = draw(st.booleans())
    spans = list(zip(bounds, [*bounds[1:], None], strict=True)) if open_above else list(pairwise(bounds))
    places = draw(st.sampled_from([frozenset[str](), frozenset({"DE"}), frozenset({"DE", "AT"}), frozenset({"US-HI"})]))
    basis = draw(st.sampled_from(list(Basis)))
    rows = tuple(Band(least, below, draw(prices), draw(st.sampled_from([0, 35])), 2000) for least, below in spans)
    return RateTable("EUR", places, basis, rows, draw(st.booleans()))


@given(rate_tables())
def test_a_table_is_read_as_it_is_written_and_stored_as_it_is_charged(table: RateTable) -> None:
    bare = RateTable(
        table.currency,
        table.countries,
        table.basis,
        tuple(Band(b.least, b.below, b.base, b.per_kilogram, b.grams_included if b.per_kilogram else 0) for b in table.bands),
        table.per_item,
    )
    assert tables_of(bare.rates()) == [bare]
    assert [read_rate(stored_rate(rate)) for rate in bare.rates()] == list(bare.rates())
    again = read_table(text_of(table, ZONE), ("EUR",), ZONE)
    assert [(band.least, band.below, band.base) for band in again.bands] == [(b.least, b.below, b.base) for b in table.bands]
    assert again.key == table.key


@given(st.lists(rate_tables(), min_size=1, max_size=4), st.sampled_from(["DE", "AT", "US", None]), st.integers(0, 120_000))
def test_what_is_told_is_what_is_charged(tables: list[RateTable], country: str | None, measure: int) -> None:
    mode = ShippingMode("m", "C", "S", tuple(rate for table in tables for rate in table.rates()))
    parcel = Parcel("EUR", country, "HI", grams=measure, amount=measure, quantity=max(1, measure % 50), at=AT)
    told = [one for one in consider(mode, parcel) if one.verdict is Verdict.CHARGED]
    offered = offer_shipping([mode], parcel)
    assert {one.amount for one in told} == {one.amount for one in offered}
    fits = [one for one in consider(mode, parcel) if one.amount is not None]
    assert bool(fits) == bool(offered)


def test_the_nearest_place_counts_and_of_those_the_cheapest() -> None:
    def flat(base: int, *countries: str) -> Rate:
        return Rate("USD", base, countries=frozenset(countries))

    mode = ShippingMode("m", "C", "S", (flat(100), flat(900, "US"), flat(800, "US", "CA"), flat(1500, "US-HI")))
    chosen = rate_for(mode, Parcel("USD", "US", "WA"))
    assert chosen is not None and chosen.base == 800
    verdicts = {one.band.base: one.verdict for one in consider(mode, Parcel("USD", "US", "WA"))}
    assert verdicts == {800: Verdict.CHARGED, 900: Verdict.DEARER, 100: Verdict.WIDER, 1500: Verdict.PLACE}


def test_remarks_tell_of_gaps_ends_and_places_that_stand_twice() -> None:
    table = RateTable("EUR", frozenset({"DE"}), Basis.WEIGHT, (Band(5, 10, 1), Band(20, 30, 2)))
    other = RateTable("EUR", frozenset({"DE", "AT"}), Basis.AMOUNT, (Band(0, None, 1),))
    told = [(remark, below, least) for remark, _, below, least in remarks_on([table, other])]
    assert told == [(Remark.GAP, 10, 20), (Remark.LATE, 0, 5), (Remark.ENDS, 30, 0), (Remark.TWICE, 0, 0)]
    assert table.gaps == [(10, 20)]


def test_a_comparison_goes_over_the_old_and_the_new_bounds() -> None:
    old = RateTable("EUR", frozenset({"DE"}), Basis.WEIGHT, (Band(0, None, 590),))
    new = RateTable("EUR", frozenset({"DE"}), Basis.WEIGHT, (Band(0, 5000, 490), Band(5000, 31_500, 990)))
    before = ShippingMode("m", "C", "S", old.rates())
    after = ShippingMode("m", "C", "S", replaced(before.rates, old.key, new))
    assert compare(before, after, new, AT) == [(0, 590, 490), (5000, 590, 990), (31_500, 590, None)]


def test_a_measure_alone_is_refused_by_its_field() -> None:
    assert read_measure(" 0,25 ", Basis.WEIGHT, "EUR", "weight") == 250
    with pytest.raises(Invalid) as caught:
        read_measure("a lot", Basis.QUANTITY, "EUR", "units")
    assert caught.value.path == "units"
