"""Which ways to reach somebody may be taken from a file: those a group gives out. Never a person's own e-mail address.

A list made elsewhere often names staff who were never asked. An address is taken only when it is plainly a group's; every
doubt counts as a person's, because leaving one out costs a minute and taking one cannot be undone once it was read.
"""

import re
from typing import Final

MARK: Final = "[…]"
"""What stands where an e-mail address stood in a text."""

_EMAIL: Final = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}")
_PHONE: Final = re.compile(r"\+?\(?[0-9][0-9 ()./-]{1,38}(?: ?(?:ext\.?|x) ?[0-9]{1,6})?", re.ASCII)
_PAGE: Final = re.compile(r"https?://[^\s/@?#]+(?:[/?#][^\s]*)?", re.IGNORECASE)
_FORMULA: Final = frozenset("=+-@＝＋－＠")  # noqa: RUF001 - spreadsheets take the wide forms too

_WORDS: Final = (
    "admin ask bonjour circle contact contacto contactus email enquire enquiries enquiry general group grupo hallo hello "
    "help helpline hi hola info information inbox inquiries intake kontakt line mail main office oficina peers reception "
    "referral referrals secretary support team volunteer volunteering volunteers warmline welcome"
)
_OF_A_GROUP: Final = frozenset(_WORDS.split())


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet would run it: also after spaces, tabs and line ends, which some of them drop."""
    return text.lstrip()[:1] in _FORMULA and bool(text.strip())


def is_phone(text: str) -> bool:
    """Whether it is a plain number, with or without `+`."""
    return _PHONE.fullmatch(text) is not None


def is_page(text: str) -> bool:
    """Whether it is the address of a web page, without a name or password in it."""
    return _PAGE.fullmatch(text) is not None


def is_email(text: str) -> bool:
    """Whether it is one e-mail address."""
    return _EMAIL.fullmatch(text) is not None


def of_a_group(email: str) -> bool:
    """Whether an e-mail address is plainly a group's: every word before the `@` is one like `info` or `support`."""
    local = email.partition("@")[0].lower()
    return all(word in _OF_A_GROUP for word in re.split(r"[._+-]", local.rstrip("0123456789")))


def without_emails(text: str) -> tuple[str, int]:
    """The text without the addresses that are not plainly a group's, and how many those were."""
    if "@" not in text:
        return text, 0
    taken_out = 0

    def replace(found: re.Match[str]) -> str:
        nonlocal taken_out
        if of_a_group(found[0]):
            return found[0]
        taken_out += 1
        return MARK

    return _EMAIL.sub(replace, text), taken_out
