"""Partners: the shops that send us their shoppers, and the configurators that we send ours to.

A file never carries a key: those are made or entered one by one, by who may (`entrepot partner`).
"""

from __future__ import annotations

from dataclasses import replace

from entrepot import configurator
from entrepot.bus import OriginTaken, Partner, Partners
from entrepot.commerce import capture
from entrepot.dataload.cells import boolean, text
from entrepot.dataload.kind import Batch, Kind, Step, columns, key_columns
from entrepot.dataload.kinds.terms import names
from entrepot.kernel.errors import Error
from entrepot.kernel.sheet import Outcome

#: Who did it, in a partner's history.
LOADER = "data load"


def _put_into(partners: Partners) -> Step:
    def put(batch: Batch) -> None:
        """Take partners up or change them; an address that another one has yet may be free at the end of the file."""
        known = {one.code: one for one in partners.all(batch.conn)}
        for row in batch.live:
            code = row.get("Code")
            before = known.get(code)
            wanted = replace(
                before or Partner(code, code, (batch.store_name,), ()),
                **{field: row.get(column) for column, field in _FIELDS.items() if row.get(column) is not None},
            )
            try:
                change = partners.add if before is None else partners.update
                after = known[code] = change(batch.conn, wanted, LOADER, batch.at)
            except OriginTaken as error:
                batch.unresolved(row, "Addresses", error.code, str(error))
            except Error as error:
                batch.reject(row, error.code, _COLUMNS.get(getattr(error, "path", ""), ""), str(error))
            else:
                if before != after:
                    batch.note(row, Outcome.INSERTED if before is None else Outcome.UPDATED)

    return put


_FIELDS = {"Name": "name", "Stores": "stores", "Addresses": "origins", "Active": "active"}
_COLUMNS = {field: column for column, field in _FIELDS.items()} | {"code": "Code"}


def _kind(keyword: str, sequence: float, system: str, partners: Partners) -> Kind:
    return Kind(
        keyword=keyword,
        sequence=sequence,
        identity=("Code",),
        columns=key_columns(Code=text(40)) | columns(Name=text(80), Stores=names, Addresses=names, Active=boolean),
        put=_put_into(partners),
        system=system,
        changes_catalog=False,
        needs_store=False,
    )


KINDS = [
    _kind("ForeignShop", 9.8, "configurator", configurator.shops),
    _kind("ForeignConfigurator", 9.9, "commerce", capture.configurators),
]
