"""The words for role attributes: what packs call them, what each export calls them."""

from collections.abc import Mapping
from typing import NamedTuple

from nspermaudit.model import AttributeValue


class Attribute(NamedTuple):
    """A role attribute.

    ``field`` is its name in SDF and SuiteQL, ``headings`` further column headings of exports,
    ``choices`` the values it can take in SDF; no choices means yes or no.
    """

    field: str
    headings: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()


# Fields, types and values: NetSuite help, "role" (SDFxml_2121043136) and the SuiteQL table `role`.
ATTRIBUTES: Mapping[str, Attribute] = {
    "accounting books": Attribute("accountingbooksoption", (), ("ALL", "PRIMARY", "SELECTED")),
    "center": Attribute("centertype", ("center type", "center"), ("*",)),
    "core administration permissions": Attribute("coreadminpermission"),
    "cross-subsidiary viewing": Attribute(
        "subsidiaryviewingallowed", ("allow cross-subsidiary record viewing",)
    ),
    "do not restrict employee fields": Attribute("employeeselectionunrestricted"),
    "employee restriction": Attribute(
        "employeerestriction", (), ("DEFAULTTOOWN", "NONE", "OWNONLY", "UNASSIGNED")
    ),
    "employee viewing": Attribute("employeeviewingallowed"),
    "inactive": Attribute(
        "isinactive", ("inactive", "is inactive", "role inactive", "role is inactive")
    ),
    "issue role": Attribute("issuerole", (), ("*",)),
    "partner role": Attribute("ispartnerrole"),
    "restrict by device": Attribute("restrictbydevice"),
    "restrict by ip address": Attribute("restrictip"),
    "restrict time and expenses": Attribute("restricttimeandexpenses"),
    "sales role": Attribute("issalesrole"),
    "single sign-on only": Attribute("issinglesignononly"),
    "subsidiaries": Attribute(
        "subsidiaryoption",
        ("subsidiary option",),
        ("ALL", "ALLACTIVE", "OWN", "SELECTED"),
    ),
    "support role": Attribute("issupportrole"),
    "two-factor authentication": Attribute("tfarequired", (), ("OFF", "TOTP", "SMS")),
    "two-factor duration": Attribute("tfaduration", (), ("*",)),
    "web services only": Attribute("iswebserviceonlyrole", ("web services only role",)),
}

WORD_OF_FIELD: Mapping[str, str] = {item.field: word for word, item in ATTRIBUTES.items()}

_YES_NO = {
    "t": True,
    "yes": True,
    "true": True,
    "f": False,
    "no": False,
    "false": False,
}


def parse_attribute(word: str, text: str) -> AttributeValue | None:
    """The value of the attribute ``word``, or None where ``text`` does not tell it."""
    if ATTRIBUTES[word].choices:
        return text.strip() or None
    return _YES_NO.get(text.strip().casefold())
