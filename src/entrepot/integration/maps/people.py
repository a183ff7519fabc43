"""Addresses: ours and a person's info on the order side."""

from entrepot.integration.mapping import Field

PERSON = (
    Field("first_name", "FirstName", default=""),
    Field("last_name", "LastName", default=""),
    Field("company", "Company", default=""),
    Field("line1", "AddressLine1", default=""),
    Field("line2", "AddressLine2", default=""),
    Field("city", "City", default=""),
    Field("state", "State", default=""),
    Field("postal_code", "ZipCode", default=""),
    Field("country", "Country", default=""),
    Field("phone", "DayPhone", default=""),
    Field("email", "EMailID", default=""),
)
