"""Money as people write it, in the smallest unit of its currency. Pure. Never guesses a currency."""

import re
from decimal import Decimal
from typing import Final

from babel.numbers import get_currency_precision, is_currency

_AMOUNT: Final = re.compile(r"[0-9]{1,9}(?:[.,][0-9]{1,4})?", re.ASCII)


def currency_of(text: str) -> str | None:
    """The ISO 4217 code, or None."""
    code = text.strip().upper()
    return code if len(code) == 3 and code.isascii() and is_currency(code) else None  # noqa: PLR2004 - ISO 4217


def smallest_unit(text: str, currency: str) -> int | None:
    """`12.50` of EUR: 1250. None for what is not an amount, or is finer than the currency."""
    if not _AMOUNT.fullmatch(text.strip()):
        return None
    units = Decimal(text.strip().replace(",", ".")).scaleb(get_currency_precision(currency))
    whole = int(units)
    return whole if whole == units else None
