"""What in texts looks like personal data, to be counted and never shown.

Each kind is told by its form, and by its check digits where it has them. Forms that mostly are
something else are left out on purpose: version numbers, times, dates and years, long ids, private
network addresses, user names that were replaced by `@user` already. So what is found nearly
always is personal data, and more may be there than is found.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import AddressValueError, IPv4Address, IPv6Address

import numpy as np
from numpy.typing import NDArray

# What each kind is called on screen, in this order.
KINDS = {
    "email": "e-mail addresses",
    "user_name": "user names",
    "profile": "links to a person's page",
    "ip": "IP addresses",
    "phone": "phone numbers",
    "account": "card or bank account numbers",
    "street": "street addresses",
}

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24}\b")
_USER_NAME = re.compile(r"(?<![\w@.+-])@(?!user\b)(?=\w*[^\W\d_])\w{2,30}(?![\w@]|\.\w)", re.I)
_REDDIT_NAME = re.compile(r"(?<![\w/.])/?u/[A-Za-z][\w-]{2,19}\b(?![/.]\w)")
_PROFILE = re.compile(
    r"\b(?:facebook\.com|fb\.com|instagram\.com|twitter\.com|x\.com|tiktok\.com|t\.me|"
    r"linkedin\.com/in)/(?!(?:share|sharer|watch|search|hashtag|intent|events|groups|pages|"
    r"photo|posts|home|login|help|about|joinchat|explore|reel|tr|videos?|\w+\.php)\b)"
    r"@?[A-Za-z][\w.-]{2,}"
    r"|://[\w.+-]{1,64}:[^\s/@]{1,64}@\w",
    re.I,
)

# Patterns that begin with a digit are searched ten times as fast as those with a look behind:
# where these find nothing, the others are not asked.
_NUMBER = re.compile(r"\d[\d ().:/-]{5,}\d")
_LONG_NUMBER = re.compile(r"\d[\d -]{9,}\d")
_DOTTED = re.compile(r"\d\.\d{1,3}\.\d{1,3}\.\d")
_HOUSE = re.compile(r"\d[a-zA-Z]?,? (?:[A-Z]|\d+(?:st|nd|rd|th) |rue|av|bo|ch|im|bis)")
_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_IPV4 = re.compile(rf"(?<![\w.-])(?:{_OCTET}\.){{3}}{_OCTET}(?![\w-]|\.\d)")
_IPV6 = re.compile(r"(?<![\w:.])[\da-f]{1,4}(?:::?[\da-f]{1,4}){2,7}(?:::)?(?![\w:])", re.I)
_PHONE = re.compile(
    r"(?<![\w+./=#&$-])(?<!\d )(?:"
    # With a country: +44 20 7946 0958, 0049 (0)30 1234567
    r"(?:\+|00(?=\d{2,3}[ -]))[1-9](?!0{5})(?:[ ().-]{0,2}\d){7,14}"
    # North America: (212) 555-0187, 212.555.0187
    r"|(?:1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d(?P<gap>[ .-]))\d{3}(?(gap)(?P=gap)|[ .-])\d{4}"
    # With the 0 of long distance: 030/1234567, 020 7946 0958, 06 12 34 56 78
    r"|\(?0[1-9]\d{1,3}\)?[ /-]\d{3,4}[ -]?\d{3,4}"
    r"|0[1-9](?P<pair>[ .-])\d\d(?:(?P=pair)\d\d){3}"
    r")(?![\w/%]|[ .:-]\d)"
)
_CARD = re.compile(r"(?<![\w.-])\d{4}(?:([ -]?)\d{4}\1\d{4}\1\d{4}|([ -]?)\d{6}\2\d{5})(?![\w-])")
_CARD_STARTS = re.compile(r"4\d{15}|5[1-5]\d{14}|2[2-7]\d{14}|6(?:011|5\d\d)\d{12}|3[47]\d{13}")
_IBAN = re.compile(r"\b[A-Z]{2}\d\d(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")

_STREET = re.compile(
    r"(?<![\w.,:/#$£€-])(?!(?:19|20)\d\d )\d{1,5}[a-zA-Z]?,? (?:"
    r"(?:[NSEW]\.? )?(?:(?:[A-Z][a-z]+|\d{1,3}(?:st|nd|rd|th)) ){1,3}"
    r"(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd)\b"
    r"|(?:bis,? )?(?:rue|avenue|boulevard|chemin|impasse) "
    r"(?:(?:de|du|des|la|le|les) |l')*[A-ZÀ-Þ]\w+)"
)
_STREET_WORDS = ("aße ", "asse ", "str. ", "allee ", "Calle ", "Via ", "Rua ", "Avenida ")
_STREET_FIRST = re.compile(
    r"\b[A-ZÄÖÜ][\wäöüß-]{2,40}(?:straße|strasse|str\.|gasse|allee) \d{1,3}[a-z]?\b(?![.,:]\d)"
    r"|\b(?:Calle|Via|Rua|Avenida) (?:(?:de|del|la|las|los|da|do|di|della) ){0,2}"
    r"[A-ZÀ-Þ]\w+,? \d{1,4}\b(?![.,:]\d)"
)


def positions(texts: Sequence[str]) -> dict[str, NDArray[np.int64]]:
    """Where among `texts` each of `KINDS` is, ascending; empty arrays for those in none."""
    found: dict[str, list[int]] = {kind: [] for kind in KINDS}
    for index, text in enumerate(texts):
        for kind in kinds(text):
            found[kind].append(index)
    return {kind: np.array(where, np.int64) for kind, where in found.items()}


def kinds(text: str) -> list[str]:
    """Which of `KINDS` are in `text`, in their order."""
    return [kind for kind, is_in in _TESTS.items() if is_in(text)]


# Each asks a cheap question first: most texts hold none of these signs.


def _has_email(text: str) -> bool:
    return "@" in text and bool(_EMAIL.search(text))


def _has_user_name(text: str) -> bool:
    if "@" in text and _USER_NAME.search(text):
        return True
    return "u/" in text and bool(_REDDIT_NAME.search(text))


def _has_profile(text: str) -> bool:
    return ("://" in text or ".com/" in text or "t.me/" in text) and bool(_PROFILE.search(text))


def _has_ip(text: str) -> bool:
    if _DOTTED.search(text) and any(map(_is_person_v4, _IPV4.finditer(text))):
        return True
    return text.count(":") > 2 and any(map(_is_public_v6, _IPV6.finditer(text)))


def _has_phone(text: str) -> bool:
    return bool(_NUMBER.search(text) and _PHONE.search(text))


def _has_account(text: str) -> bool:
    if not _LONG_NUMBER.search(text):
        return False
    return any(map(_is_card, _CARD.finditer(text))) or any(map(_is_iban, _IBAN.finditer(text)))


def _has_street(text: str) -> bool:
    if _HOUSE.search(text) and _STREET.search(text):
        return True
    return any(word in text for word in _STREET_WORDS) and bool(_STREET_FIRST.search(text))


_TESTS = {
    "email": _has_email,
    "user_name": _has_user_name,
    "profile": _has_profile,
    "ip": _has_ip,
    "phone": _has_phone,
    "account": _has_account,
    "street": _has_street,
}


def _is_person_v4(found: re.Match[str]) -> bool:
    """Whether it is a public address, and too large in sum for the number of a version."""
    return sum(map(int, found[0].split("."))) >= 100 and IPv4Address(found[0]).is_global


def _is_public_v6(found: re.Match[str]) -> bool:
    try:
        return IPv6Address(found[0]).is_global
    except AddressValueError:
        return False


def _is_card(found: re.Match[str]) -> bool:
    """Whether a card's issuer has such numbers and the check digit is right (Luhn)."""
    digits = re.sub(r"\D", "", found[0])
    if _CARD_STARTS.fullmatch(digits) is None:
        return False
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def _is_iban(found: re.Match[str]) -> bool:
    """Whether the check digits are right (ISO 13616: the rest by 97 is 1, letters from 10)."""
    number = found[0].replace(" ", "")
    moved = number[4:] + number[:4]
    return 15 <= len(number) <= 34 and int("".join(str(int(c, 36)) for c in moved)) % 97 == 1
