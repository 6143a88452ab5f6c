"""The drawn icons, one line each, in a 24 by 24 square. An icon never stands alone: words are always beside it.

They are part of the page, because a strict content policy and a slow line both like one request less; they carry their
own size, so that a page without its stylesheet stays readable; and they are hidden from screen readers.
"""

from typing import Final

from markupsafe import Markup

_HANDSET: Final = "M5 4.5h3.5l1.5 4-2 1.5a11 11 0 0 0 6 6l1.5-2 4 1.5V19a1.5 1.5 0 0 1-1.5 1.5A15.5 15.5 0 0 1 3.5 6 1.5 1.5 0 0 1 5 4.5"

_STROKES: Final[dict[str, str]] = {
    # What people offer each other.
    "listening": "M4 12a8 8 0 0 1 16 0v4a2 2 0 0 1-2 2h-2v-6h4M4 12v4a2 2 0 0 0 2 2h2v-6H4",
    "circle": "M20.5 12a8.5 8.5 0 1 1-17 0 8.5 8.5 0 0 1 17 0M15 12a3 3 0 1 1-6 0 3 3 0 0 1 6 0",
    "company": "M8 7.5v.01M16 7.5v.01M8 11v5l-2 4M8 16l2 4M16 11v5l-2 4M16 16l2 4M5 12.5 8 11l3 1.5h2L16 11l3 1.5",
    "practical": "M4 10h16l-1.5 9h-13zM8.5 10 11 4.5M15.5 10 13 4.5M9.5 13.5v2.5M14.5 13.5v2.5",
    "skill": "M4 20l4-1L19.5 7.5a2 2 0 0 0-3-3L5 16zM14.5 6.5l3 3",
    "guide": "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0M15.5 8.5l-2 5-5 2 2-5z",
    "space": "M4 11.5 12 5l8 6.5M6 10v9.5h12V10M10 19.5v-5h4v5",
    "fund": "M12 20s-7.5-4.4-7.5-9.8A4.2 4.2 0 0 1 12 7.6a4.2 4.2 0 0 1 7.5 2.6C19.5 15.6 12 20 12 20",
    "practitioner": "M6 3.5h9l3.5 3.5v13.5H6zM9.5 11h5.5M9.5 15h5.5M14.5 3.5V7.5h4",
    "action": "M4 10v4h3l8 4.5v-13L7 10zM18.5 9.5a3.5 3.5 0 0 1 0 5",
    # Who may be called.
    "promise": _HANDSET + "M15 4l5 5M20 4l-5 5",
    "careful": _HANDSET + "M17.5 3.5v4.5M17.5 11v.01",
    "unknown": "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0M9.5 9.5a2.5 2.5 0 1 1 3.6 2.3c-.8.4-1.1.9-1.1 1.7M12 16.7v.01",
    # Facts.
    "language": "M4 5.5h16v10.5h-9L7 19.5V16H4zM8 9.5h8M8 12.5h5",
    "cost": "M12 4h7.5v7.5l-8.5 8.5L3.5 12.5zM15.5 8.5v.01",
    "access": "M12 4.5v.01M6 8.5l6 1 6-1M12 9.5v5M12 14.5l-3 6M12 14.5l3 6",
    "clock": "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0M12 7v5.3l3.5 2",
    "place": "M12 21s-6.5-6-6.5-11a6.5 6.5 0 0 1 13 0c0 5-6.5 11-6.5 11M14.5 10a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0",
    "people": "M12 8a3.5 3.5 0 1 1-7 0 3.5 3.5 0 0 1 7 0M2.5 20c0-3.5 2.5-5.5 6-5.5s6 2 6 5.5M15 5a3.2 3.2 0 0 1 0 6.3M17.5 15c2.5.6 4 2.3 4 5",
    "room": "M5 20.5V4h10v16.5M15 6h4v14.5M3 20.5h18M12 12.5v.01",
    "fresh": "M4.5 12.5l5 5 10-11",
    "phone": _HANDSET,
    "lived": "M12 20.5V11M12 11c0-4 2.5-6.5 7-6.5 0 4.5-2.5 6.5-7 6.5M12 14.5c0-3-2-5-5.5-5 0 3.5 2 5 5.5 5",
    "kept": "M5 4h14v16.5l-7-4-7 4z",
    # Doing.
    "leave": "M13 4H5v16h8M10 12h10.5M17 8l3.7 4-3.7 4",
    "search": "M17 11a6.5 6.5 0 1 1-13 0 6.5 6.5 0 0 1 13 0M15.3 15.8 20.5 21",
    "letter": "M3.5 6h17v12.5h-17zM4 6.5l8 6.5 8-6.5",
    "pencil": "M4 20l4-1L19.5 7.5a2 2 0 0 0-3-3L5 16z",
    "rest": "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10",
    "eye": "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12M14.5 12a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0",
    "lock": "M5.5 11h13v9.5h-13zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
    "away": "M5 6.5h14M9.5 6.5v-2.5h5v2.5M7 6.5l.8 14h8.4l.8-14",
    "word": "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0M12 11v5.5M12 7.5v.01",
    "wrong": "M12 4l9 16H3zM12 10v4.5M12 17.3v.01",
    "link": "M10 14a4 4 0 0 0 5.7 0l3.6-3.6a4 4 0 0 0-5.7-5.7L12.5 6M14 10a4 4 0 0 0-5.7 0l-3.6 3.6a4 4 0 0 0 5.7 5.7l1.1-1.3",
    "key": "M11 14.5a4 4 0 1 1-8 0 4 4 0 0 1 8 0M10 11.7 19 4M16 6.5l3 3",
}

NAMES: Final = frozenset(_STROKES)


class Icons:
    """The icons of one page: each is drawn once, at its end, and used wherever it is called by name."""

    def __init__(self) -> None:
        self._used: dict[str, str] = {}

    def __call__(self, name: str) -> Markup:
        """A place for the icon `name`. Raises `KeyError` for one that nobody drew."""
        self._used[name] = _STROKES[name]
        return Markup('<svg class="icon" width="20" height="20" aria-hidden="true"><use href="#i-{}"/></svg>').format(
            name
        )

    def drawn(self) -> Markup:
        """Every icon that was used so far, out of sight, for the places that use it."""
        symbol = Markup('<symbol id="i-{}" viewBox="0 0 24 24"><path d="{}"/></symbol>')
        symbols = Markup("").join(symbol.format(name, strokes) for name, strokes in self._used.items())
        return Markup('<svg width="0" height="0" fill="none" stroke="currentColor" aria-hidden="true">{}</svg>').format(
            symbols
        )
