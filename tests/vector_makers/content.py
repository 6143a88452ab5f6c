"""Vectors of what a directory holds: record lines, listings with their hours, profiles, and the commitments hash."""

from collections.abc import Iterator, Mapping
from typing import Any

from alongside_protocol import canonical, limits
from alongside_protocol.commitments import CALLED
from alongside_protocol.errors import Code
from vector_makers.writing import Case, Sheet, encode, random

RECORD = random("record", 16)


def sheets() -> Iterator[Sheet]:
    yield lines()
    yield listings()
    yield hours()
    yield profiles()
    yield commitments()


ANSWERED: dict[str, Any] = {
    **{name: {"answer": "never"} for name in CALLED},
    "mandated_reporter": "no",
    "kept_days": 0,
    "given_by": "the_holder",
}
OFFER: dict[str, Any] = {
    "direction": "offer",
    "type": "listening",
    "audience": "anyone",
    "lang": "en",
    "title": "Somebody to talk to in the evening",
    "text": "I have been there. I listen.",
    "holders": [
        {"name": "Ana", "seal": {"k": random("listing key", 32), "suite": "hpke-x25519-sha256-chacha20poly1305"}}
    ],
    "modality": ["phone", "text"],
    "exchange": {"kind": "free"},
    "confirmed": "2026-11-20",
    "valid_until": "2027-02-18",
    "commitments": ANSWERED,
}
COMMON: dict[str, Any] = {
    "v": 1,
    "id": RECORD,
    "kind": "listing",
    "salt": random("salt", 16),
    "rev": 1,
    "mod": "2026-11-23",
}
ABSENT = object()


def _line(members: Mapping[str, Any]) -> bytes:
    return canonical.dump({name: value for name, value in members.items() if value is not None and value is not ABSENT})


# Record lines.


def lines() -> Sheet:
    def raw(**changed: Any) -> Case:
        return {"raw": encode(_line(COMMON | OFFER | changed))}

    good = _line(COMMON | OFFER)
    sheet = Sheet("record/lines.json", "records of a directory, after the hash of the line was checked", id=RECORD)
    sheet.takes(
        {
            "a listing": raw(),
            "a community": {"raw": encode(_line(COMMON | {"kind": "profile", "name": "Us", "lang": "en"}))},
            "members of a later version": raw(later={"deep": [1]}),
            "a high revision": raw(rev=limits.SAFE_INTEGER),
            "members in another order": {"raw": encode(_line(OFFER | COMMON))},
            "space between": {"raw": encode(good.replace(b',"kind"', b' , "kind"'))},
        }
    )
    sheet.refuses(
        Code.RECORD_FORM,
        "A record says version, id, kind, salt, revision and day, each in its form.",
        {
            "version 2": raw(v=2),
            "no version": raw(v=ABSENT),
            "an unknown kind": raw(kind="person"),
            "no kind": raw(kind=ABSENT),
            "no id": raw(id=ABSENT),
            "no salt": raw(salt=ABSENT),
            "no revision": raw(rev=ABSENT),
            "revision 0": raw(rev=0),
            "a revision as a text": raw(rev="1"),
            "true as a revision": raw(rev=True),
            "no day": raw(mod=ABSENT),
            "an hour": raw(mod="2026-11-23T10:00:00Z"),
            "a day that does not exist": raw(mod="2026-02-30"),
            "a leap day of no leap year": raw(mod="2100-02-29"),
            "a day in other digits": raw(mod="\u0662\u0660\u0662\u0666-11-20"),
        },
    )
    sheet.refuses(
        Code.RECORD_FORM,
        "The id inside is the id in front of the line: nobody's record can be shown as another.",
        {"another id": raw(id=random("another", 16)), "the id with spare bits": raw(id="A" * 21 + "B")},
    )
    sheet.refuses(
        Code.BASE64URL,
        "The salt is base64url of 16 bytes.",
        {"a salt of 15 bytes": raw(salt=random("salt", 15)), "a salt of 32 bytes": raw(salt=random("salt"))},
    )
    sheet.refuses(
        Code.JSON_DUPLICATE,
        "A record is strict JSON.",
        {"a member twice": {"raw": encode(good.replace(b'"v":1', b'"v":1,"v":1'))}},
    )
    sheet.refuses(
        Code.JSON_NUMBER,
        "A record is strict JSON.",
        {"a number that is not whole": {"raw": encode(good.replace(b'"rev":1', b'"rev":1.0'))}},
    )
    sheet.refuses(
        Code.JSON_SYNTAX,
        "A record is one JSON value.",
        {"something after it": {"raw": encode(good + b"{}")}, "nothing": {"raw": ""}},
    )
    sheet.refuses(Code.SHAPE, "A record is an object.", {"a list": {"raw": encode(b"[]")}})
    sheet.refuses(
        Code.JSON_DEPTH,
        "Unknown members are ignored and never unchecked.",
        {"an unknown member that is too deep": {"raw": encode(good[:-1] + b',"later":' + b"[" * 8 + b"]" * 8 + b"}")}},
    )
    sheet.refuses(
        Code.TOO_LARGE,
        "A record is at most 16 KiB.",
        {"more than 16 KiB": {"raw": encode(good.ljust(limits.RECORD_BYTES + 1))}},
    )
    return sheet


# Listings.

SPAN = {"days": ["mo"], "opens": "18:00", "closes": "20:00"}
MEETING = {"days": ["su"], "at": "19:00", "minutes": 90, "first": "2026-10-18"}


def listings() -> Sheet:
    def line(members: Mapping[str, Any]) -> Case:
        return {"line": _line(COMMON | OFFER | members).decode()}

    def each(changes: dict[str, dict[str, Any]]) -> dict[str, Case]:
        return {name: line(members) for name, members in changes.items()}

    holder, seal = OFFER["holders"][0], OFFER["holders"][0]["seal"]
    point = {"latitude": 0, "longitude": 0}
    sheet = Sheet(
        "listing/records.json", "listings as record lines: what is read, and what its author still has to answer"
    )
    sheet.takes(
        each(
            {
                "a whole offer": {},
                "a need": {"direction": "need", "commitments": None, "exchange": None, "valid_until": "2026-11-27"},
                "a need of more than a week": {"direction": "need", "commitments": None, "exchange": None},
                "an offer that has not said who may be called": {"commitments": None},
                "words of a later version": {"topics": ["a_new_topic"], "access": ["a_new_need"]},
                "members of a later version": {"later": {"deep": [1]}},
                "a title of 120 characters of three bytes": {"title": "ह" * 120},
                "right-to-left marks, as Arabic and Hebrew need them": {"title": "שלום\u200f!"},
                "text of several lines": {"text": "one\ntwo\tthree"},
                "an area, already moved": {
                    "place": {
                        "visibility": "area",
                        "label": "North",
                        "point": {"latitude": 4_041_000, "longitude": -370_000},
                        "radius_m": 2_000,
                    }
                },
                "a scale": {"exchange": {"kind": "sliding_scale", "lowest": 0, "highest": 2_000, "currency": "EUR"}},
                "a circle": {"type": "circle", "hours": {"zone": "Europe/Madrid", "meetings": [MEETING]}},
                "open to people from 16, alone": {"ages": {"kind": "from", "from_age": 16}},
                "five holders": {"holders": [holder] * 5},
            }
        )
    )

    def refused(why: str, changes: dict[str, dict[str, Any]]) -> None:
        sheet.refuses(Code.RECORD_FORM, why, each(changes))

    refused(
        "Texts have a length, counted in characters.",
        {
            "no title": {"title": ""},
            "a title of 121 characters": {"title": "x" * 121},
            "text of 4,001 characters": {"text": "x" * 4_001},
            "a name of 121 characters": {"by": "x" * 121},
            "agreements of 2,001 characters": {"agreements": "x" * 2_001},
            "a note of 401 characters": {"interpreter_note": "x" * 401},
        },
    )
    refused(
        "A title, a name and a label are one line.",
        {
            "a title of two lines": {"title": "two\nlines"},
            "a title with a tab": {"title": "two\ttabs"},
            "a name of two lines": {"by": "two\nlines"},
            "a title of two lines for some readers": {"title": "two\u2028lines"},
        },
    )
    refused(
        "No text holds controls, or characters that show it in another order or hide a part of it.",
        {
            "a title that is shown the other way round": {"title": "\u202egnitset"},
            "an embedding": {"text": "\u202bhidden order\u202c"},
            "an isolate": {"text": "\u2066hidden order\u2069"},
            "an annotation": {"text": "shown\ufff9hidden\ufffb"},
            "a control character": {"text": "a\u0000b"},
            "an escape sequence of terminals": {"text": "\u001b[2J"},
            "a control of the second set": {"text": "a\u0085b"},
            "delete": {"text": "a\u007fb"},
            "a byte order mark": {"text": "\ufeffwords"},
            "what is no character": {"text": "a\uffffb"},
        },
    )
    refused(
        "What is chosen from a list is one of it.",
        {
            "an unknown direction": {"direction": "both"},
            "an unknown type": {"type": "therapy"},
            "an unknown audience": {"audience": "everyone"},
            "an unknown way to meet": {"modality": ["telepathy"]},
            "an unknown return": {"exchange": {"kind": "barter"}},
            "an answer that is none": {"commitments": ANSWERED | {"police": {"answer": "perhaps"}}},
            "somebody else's guess": {"commitments": ANSWERED | {"given_by": "we_guessed"}},
            "an unknown state of room": {"room": {"state": "half"}},
            "an unknown day": {"hours": {"zone": "UTC", "weekly": [SPAN | {"days": ["xx"]}]}},
        },
    )
    refused(
        "What must be there is there.",
        {
            "no direction": {"direction": ABSENT},
            "no type": {"type": ABSENT},
            "no audience": {"audience": ABSENT},
            "no language": {"lang": ABSENT},
            "a missing title": {"title": ABSENT},
            "no holders": {"holders": ABSENT},
            "not confirmed": {"confirmed": ABSENT},
            "no end": {"valid_until": ABSENT},
        },
    )
    refused(
        "A listing has one to five holders, each with a key of 32 bytes.",
        {
            "nobody": {"holders": []},
            "six holders": {"holders": [holder] * 6},
            "a key with spare bits": {"holders": [{"seal": seal | {"k": "A" * 42 + "B"}}]},
            "a key of 31 bytes": {"holders": [{"seal": seal | {"k": encode(bytes(31))}}]},
            "a holder without a key": {"holders": [{"name": "Ana"}]},
            "a key without its suite": {"holders": [{"seal": {"k": seal["k"]}}]},
        },
    )
    refused(
        "Languages, codes, days and times have one form.",
        {
            "a language that is a word": {"lang": "English"},
            "a language with an underscore": {"lang": "en_GB"},
            "a code with capitals": {"topics": ["Grief"]},
            "a code with a space": {"topics": ["two words"]},
            "a code of 41 letters": {"topics": ["a" * 41]},
            "21 codes": {"topics": ["grief"] * 21},
            "a day that does not exist": {"confirmed": "2026-02-30"},
            "a day in other digits": {"confirmed": "٢٠٢٦-11-20"},
            "a day the other way round": {"valid_until": "18-02-2027"},
            "a day of another century": {"valid_until": "1999-12-31"},
            "half past twenty-four": {"hours": {"zone": "UTC", "weekly": [SPAN | {"opens": "24:30"}]}},
            "a currency that is a word": {"exchange": {"kind": "fixed", "lowest": 1, "highest": 1, "currency": "Euro"}},
        },
    )
    refused(
        "A scale or a fixed amount says from, to and currency, and does not fall.",
        {
            "a scale without its range": {"exchange": {"kind": "sliding_scale"}},
            "a fixed amount without a currency": {"exchange": {"kind": "fixed", "lowest": 1, "highest": 1}},
            "a scale that falls": {"exchange": {"kind": "sliding_scale", "lowest": 2, "highest": 1, "currency": "EUR"}},
            "less than nothing": {"exchange": {"kind": "free", "lowest": -1}},
        },
    )
    refused(
        "A hidden place carries no point, an area says how wide it is, and a point is on the globe.",
        {
            "a hidden place with a point": {"place": {"visibility": "none", "point": point}},
            "a place told on acceptance with a point": {"place": {"visibility": "on_acceptance", "point": point}},
            "an area without a radius": {"place": {"visibility": "area", "point": point}},
            "an area wider than 100 km": {"place": {"visibility": "area", "point": point, "radius_m": 100_001}},
            "a point off the globe": {"place": {"visibility": "public", "point": point | {"latitude": 9_000_001}}},
            "a point past the date line": {
                "place": {"visibility": "public", "point": point | {"longitude": -18_000_001}}
            },
            "half a point": {"place": {"visibility": "public", "point": {"latitude": 0}}},
        },
    )
    refused(
        "An age stands exactly where it is open from an age.",
        {
            "an age without a number": {"ages": {"kind": "from"}},
            "a number without an age": {"ages": {"kind": "adults", "from_age": 16}},
            "an age of nobody": {"ages": {"kind": "from", "from_age": 121}},
        },
    )
    refused(
        "Hours are in a zone of the IANA database; a monthly meeting is on the first to the fourth or the last such day.",
        {
            "a zone that is none": {"hours": {"zone": "Europe/Nowhere"}},
            "a zone that leads out of its folder": {"hours": {"zone": "../../etc/passwd"}},
            "the zeroth Monday": {"hours": {"zone": "UTC", "meetings": [MEETING | {"nth": 0}]}},
            "the fifth Monday": {"hours": {"zone": "UTC", "meetings": [MEETING | {"nth": 5}]}},
            "the last but one Monday": {"hours": {"zone": "UTC", "meetings": [MEETING | {"nth": -2}]}},
            "every second first Monday": {"hours": {"zone": "UTC", "meetings": [MEETING | {"nth": 1, "every": 2}]}},
            "on no day": {"hours": {"zone": "UTC", "meetings": [MEETING | {"days": []}]}},
            "a meeting of four minutes": {"hours": {"zone": "UTC", "meetings": [MEETING | {"minutes": 4}]}},
        },
    )
    refused(
        "Numbers are numbers, and true is none.",
        {
            "true instead of a number": {"room": {"waiting": True}},
            "a number as a text": {"room": {"waiting": "3"}},
            "one instead of true": {"relay": 1},
            "a text instead of a list": {"topics": "grief"},
            "a list instead of a text": {"title": ["words"]},
            "confirmed every zero days": {"confirm_every": 0},
            "101 may wait": {"room": {"waiting": 101}},
        },
    )
    return sheet


HOURS: dict[str, tuple[dict[str, Any], list[int]]] = {
    "weekly, in winter": ({"zone": "Europe/Madrid", "weekly": [SPAN]}, [1_795_453_199, 1_795_453_200, 1_795_460_400]),
    "past midnight": (
        {"zone": "Europe/Madrid", "weekly": [{"days": ["fr"], "opens": "22:00", "closes": "06:00"}]},
        [1_795_813_200, 1_795_841_999, 1_795_842_000],
    ),
    "a meeting across the end of summer time": (
        {"zone": "Europe/Madrid", "meetings": [MEETING]},
        [1_792_342_800, 1_792_951_200],
    ),
    "a time that clocks skip": (
        {"zone": "Europe/Madrid", "weekly": [{"days": ["su"], "opens": "02:30", "closes": "04:00"}]},
        [1_774_738_800, 1_774_747_800],
    ),
    "a time that clocks repeat": (
        {"zone": "Europe/Madrid", "meetings": [MEETING | {"at": "02:30", "minutes": 30}]},
        [1_792_888_200, 1_792_891_800],
    ),
    "the last Thursday of a month": (
        {"zone": "America/St_Johns", "meetings": [MEETING | {"days": ["th"], "nth": -1}]},
        [1_795_000_000],
    ),
    "every second week, one left out": (
        {"zone": "UTC", "meetings": [MEETING | {"every": 2}], "except_on": ["2026-11-29"]},
        [1_795_000_000, 1_795_982_400],
    ),
    "over": ({"zone": "UTC", "meetings": [MEETING | {"last": "2026-10-18"}]}, [1_795_000_000]),
}


def hours() -> Sheet:
    sheet = Sheet(
        "listing/hours.json",
        "for each instant in `at` (Unix seconds): open then, and when next; zones of the IANA time zone database",
    )
    sheet.takes({name: {"hours": when, "at": at} for name, (when, at) in HOURS.items()})
    return sheet


# Profiles.

PROFILE: dict[str, Any] = {"kind": "profile", "name": "Neighbours", "lang": "en"}


def profiles() -> Sheet:
    def each(changes: dict[str, dict[str, Any]]) -> dict[str, Case]:
        return {name: {"line": _line(COMMON | PROFILE | members).decode()} for name, members in changes.items()}

    contact = {"kind": "phone", "value": "024"}
    sheet = Sheet("profile/records.json", "communities as record lines: what they say of themselves")
    sheet.takes(
        each(
            {
                "a community": {},
                "with everything": {
                    "description": "Who we are.\nWhat we do.",
                    "languages": ["en", "es"],
                    "place": {"visibility": "area", "label": "North"},
                    "agreements": "We listen.",
                    "hard_night": [contact],
                    "hard_night_words": "You are not alone.",
                    "young_people": "Two of us are always there.",
                    "commitments": ANSWERED,
                    "capabilities": ["fit.1"],
                },
                "members of a later version": {"later": 1, "capabilities": ["something.new_2"]},
            }
        )
    )

    def refused(why: str, changes: dict[str, dict[str, Any]]) -> None:
        sheet.refuses(Code.RECORD_FORM, why, each(changes))

    refused(
        "A community has a name, of one line and at most 120 characters, and a language.",
        {
            "no name": {"name": ABSENT},
            "an empty name": {"name": ""},
            "a name of 121 characters": {"name": "x" * 121},
            "a name of two lines": {"name": "two\nlines"},
            "a name that is shown the other way round": {"name": "\u202eeman"},
            "no language": {"lang": ABSENT},
            "a language that is a word": {"lang": "English"},
        },
    )
    refused(
        "Each member has its form and its length.",
        {
            "a description of 4,001 characters": {"description": "x" * 4_001},
            "six for a hard night": {"hard_night": [contact] * 6},
            "a way that is none": {"hard_night": [contact | {"kind": "fax"}]},
            "nobody to call": {"hard_night": [contact | {"value": ""}]},
            "41 capabilities": {"capabilities": ["a"] * 41},
            "a capability in capitals": {"capabilities": ["Fit"]},
            "a hidden place with a point": {"place": {"visibility": "none", "point": {"latitude": 0, "longitude": 0}}},
            "an answer that is none": {"commitments": {"police": {"answer": "perhaps"}}},
            "kept for more than a hundred years": {"commitments": {"kept_days": 36_501}},
        },
    )
    return sheet


# The commitments hash.

EXCEPTION = {"answer": "never", "exception": "if someone else is in danger"}
ASKED = {"given_by": "we_asked_them", "given_on": "2026-11-23"}
COMMITMENTS: dict[str, tuple[dict[str, Any] | None, dict[str, Any] | None]] = {
    "nobody has answered anything": (None, None),
    "absent and empty are the same": ({}, {}),
    "an offer in a community that has not answered": (ANSWERED, None),
    "the same answers, given by the community": (None, ANSWERED),
    "an exception in words": (ANSWERED | {"police": EXCEPTION}, ANSWERED),
    "the same words at another question": (ANSWERED | {"hospital": EXCEPTION}, ANSWERED),
    "composed accents": (ANSWERED | {"law_of": "Qu\u00e9bec"}, None),
    "decomposed accents are other bytes": (ANSWERED | {"law_of": "Que\u0301bec"}, None),
    "words that moved to the next member": (ANSWERED | {"law_of": "Kent", "would_pass_on": "nothing"}, None),
    "the same letters, cut elsewhere": (ANSWERED | {"law_of": "Kentnothing"}, None),
    "kept for a month": (ANSWERED | {"kept_days": 30, "written_down": "a first name"}, ANSWERED),
    "kept, and nobody says what": (ANSWERED | {"kept_days": 30}, ANSWERED),
    "unknown from the holder": (ANSWERED | {"police": {"answer": "unknown"}}, ANSWERED),
    "unknown from somebody who was asked": (ANSWERED | {"police": {"answer": "unknown"}} | ASKED, ANSWERED),
    "one answer from somebody who was asked": (ANSWERED | {"police": {"answer": "unknown"} | ASKED}, ANSWERED),
    "members of a later version are not hashed": (ANSWERED | {"later": "words"}, None),
}


def commitments() -> Sheet:
    sheet = Sheet("commitments/hash.json", "the commitments hash, what is unanswered, and who passes the safety filter")
    sheet.takes({name: {"listing": one, "community": other} for name, (one, other) in COMMITMENTS.items()})
    return sheet
