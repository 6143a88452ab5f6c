"""Reading CSV as communities send it: every encoding, every dirt, nothing guessed, nobody's words in a report."""

import random
from pathlib import Path
from typing import Any

import pytest

from alongside_node.importing import actions
from alongside_node.importing.rows import PROBLEMS_KEPT, Parsed

NOW = 1_795_000_000  # 18 November 2026
HEAD = "source_id,title,type"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "list.csv"


def read(path: Path, content: str | bytes, **named: Any) -> Parsed:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return actions.read(path, now=NOW, **named)


def members(path: Path, **cells: str) -> dict[str, Any]:
    parsed = one(path, **cells)
    assert parsed.good, parsed.problems
    return parsed.rows[0].members


def one(path: Path, **cells: str) -> Parsed:
    """One row with these cells beside the needed ones."""
    cells = {"source_id": "1", "title": "Monday circle", "type": "circle", **cells}
    quoted = ['"' + cell.replace('"', '""') + '"' for cell in cells.values()]
    return read(path, ",".join(cells) + "\n" + ",".join(quoted) + "\n")


def problems(parsed: Parsed) -> list[tuple[int, str, str]]:
    return [(it.row, it.column, it.code) for it in parsed.problems]


# Encodings and separators.


@pytest.mark.parametrize(
    ("codec", "said"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("cp1252", "cp1252")],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_it_reads_what_spreadsheets_write(path: Path, codec: str, said: str, delimiter: str) -> None:
    text = delimiter.join(["source_id", "title", "type"]) + "\r\n" + delimiter.join(["ñ1", "Café für alle", "circle"])
    parsed = read(path, text.encode(codec))
    assert (parsed.encoding, parsed.rows[0].key) == (said, "ñ1")
    assert parsed.rows[0].members["title"] == "Café für alle"
    assert parsed.notes["windows_1252"] == (codec == "cp1252")


def test_utf_16_of_either_order_is_read(path: Path) -> None:
    text = f"{HEAD}\n1,Café,circle\n"
    for mark, codec in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        assert read(path, mark + text.encode(codec)).rows[0].members["title"] == "Café"


@pytest.mark.parametrize(
    "raw",
    [
        f"{HEAD}\n1,Caf".encode() + b"\x81\x8d" + b",circle\n",  # neither UTF-8 nor Windows-1252
        b"\xff\xfe\x00\x00" + f"{HEAD}\n".encode("utf-32-le"),
        b"\xff\xfe" + f"{HEAD}\n1,Caf\u00e9,circle\n".encode("utf-16-le") + b"\x00",  # half a character
    ],
)
def test_what_cannot_be_decoded_is_refused_whole(path: Path, raw: bytes) -> None:
    assert problems(read(path, raw)) == [(0, "", "encoding")]


def test_utf_16_without_a_mark_is_refused(path: Path) -> None:
    assert not read(path, f"{HEAD}\n1,Circle,circle\n".encode("utf-16-le")).good


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_line_that_names_the_separator_is_passed_over(path: Path, codec: str) -> None:
    parsed = read(path, "sep=;\r\nsource_id;title;type\r\n1;A, b and c;circle\r\n".encode(codec))
    assert parsed.good, parsed.problems
    assert parsed.rows[0].members["title"] == "A, b and c"


# Columns.


def test_columns_that_are_not_ours_are_told_by_number_and_not_read(path: Path) -> None:
    parsed = read(path, f"{HEAD},Anna Example's number,\n1,Circle,circle,07700 900123,x\n")
    assert parsed.good
    assert parsed.notes == {"column_4": 1, "column_without_name": 1}
    assert "Anna" not in repr(parsed)


def test_headers_may_be_written_as_people_write_them(path: Path) -> None:
    assert read(path, ' Source ID ,"TITLE",Type\n1,Circle,circle\n').good


def test_a_column_that_stands_twice_refuses_the_file(path: Path) -> None:
    assert problems(read(path, f"{HEAD},Title\n1,a,circle,b\n")) == [(1, "title", "column_twice")]


def test_every_needed_column_is_named(path: Path) -> None:
    assert problems(read(path, "text\nhello\n")) == [
        (1, name, "column_missing") for name in ("source_id", "type", "title")
    ]


@pytest.mark.parametrize("raw", ["", "\n", f"{HEAD}\n", f"{HEAD}\n,,\n"])
def test_an_empty_file_is_refused(path: Path, raw: str) -> None:
    assert not read(path, raw).good


# Rows.


def test_empty_and_doubled_ids_are_refused_with_their_row(path: Path) -> None:
    parsed = read(path, f"{HEAD}\n1,a,circle\n ,b,circle\n1,c,circle\n,,\n2,d,circle\n")
    assert problems(parsed) == [(3, "source_id", "empty_id"), (4, "source_id", "id_twice")]
    assert parsed.notes == {"blank_row": 1}


@pytest.mark.parametrize("key", ["a\nb", "a\u202eb", "x" * 201])
def test_an_id_is_one_short_plain_line(path: Path, key: str) -> None:
    [problem] = one(path, source_id=key).problems
    assert problem.column == "source_id"


def test_a_row_with_more_cells_than_columns_is_refused_and_a_shorter_one_is_not(path: Path) -> None:
    assert problems(read(path, f"{HEAD}\n1,a,circle,what\n")) == [(2, "", "more_cells_than_columns")]
    assert read(path, f"{HEAD},text,by\n1,a,circle\n").good
    assert read(path, f"{HEAD}\n1,a,circle,,\n").good


def test_a_nul_is_refused(path: Path) -> None:
    assert problems(read(path, f"{HEAD}\n1,a\0b,circle\n"))[0] == (2, "title", "characters")


@pytest.mark.parametrize("characters", [20_001, 140_000])
def test_an_over_long_cell_is_refused(path: Path, characters: int) -> None:
    parsed = read(path, f"{HEAD},text\n1,a,circle,{'x' * characters}\n2,b,circle,\n")
    assert parsed.problems[0].row == 2
    assert not parsed.good


@pytest.mark.parametrize("line", ['1,"a,circle', '1,"a" b,circle'])
def test_a_quotation_mark_that_is_not_closed_is_refused_where_it_stands(path: Path, line: str) -> None:
    parsed = read(path, f"{HEAD}\n0,fine,circle\n{line}\n2,b,circle\n")
    assert problems(parsed) == [(3, "", "quotation_marks")]


def test_a_bare_line_end_inside_quotes_stays_a_line_end(path: Path) -> None:
    assert members(path, text="one\r\ntwo")["text"] == "one\ntwo"


def test_of_many_problems_the_first_are_told_and_all_are_counted(path: Path) -> None:
    rows = "".join(f"{n},=1,circle\n" for n in range(500))
    parsed = read(path, f"{HEAD}\n{rows}")
    assert (len(parsed.problems), parsed.counts["formula"]) == (PROBLEMS_KEPT, 500)
    assert len(parsed.refused_rows) == 500


# Formulas.


@pytest.mark.parametrize("cell", ["=1+1", "+cmd|' /C calc'!A0", "-1+1", "@SUM(A1)", "\t=1", "\r=1", " \n=1", "＝1+1"])  # noqa: RUF001
@pytest.mark.parametrize("column", ["title", "text", "by", "place_label", "source_id", "contact_phone", "topics"])
def test_a_cell_that_a_spreadsheet_would_run_is_refused(path: Path, cell: str, column: str) -> None:
    assert (2, column, "formula") in problems(one(path, **{column: cell}))


@pytest.mark.parametrize("number", ["+44 1632 960001", "+44 (0)1632/960-001 ext 12", "'+441632960001", "116 123"])
@pytest.mark.parametrize("kind", ["phone", "text", "textphone"])
def test_a_plain_number_is_no_formula(path: Path, number: str, kind: str) -> None:
    found = members(path, **{f"contact_{kind}": number})
    assert found["contact"] == [{"kind": kind, "value": number.removeprefix("'")}]


# What cells mean.


@pytest.mark.parametrize("cell", ["", " ", "-", " -- ", "\u2013", "\u2014", "\u00a0"])
def test_a_dash_alone_is_nothing(path: Path, cell: str) -> None:
    assert "text" not in members(path, text=cell, contact_phone=cell, latitude=cell)
    assert problems(one(path, source_id=cell)) == [(2, "source_id", "empty_id")]


def test_a_whole_row_becomes_a_listing(path: Path) -> None:
    found = one(
        path,
        direction="offer",
        type="Listening",
        text="I lost my brother.",
        lang="en",
        by="Mira",
        languages="en; es",
        modality="in person|phone",
        topics="grief,being new",
        access="step-free",
        lived_experience="loss",
        only_own="no",
        printable="yes",
        place_label="Harbour",
        latitude="53.48095",
        longitude="-2,23743",
        exchange="sliding_scale",
        lowest="5",
        highest="12.50",
        currency="eur",
        nobody_turned_away="yes",
        contact_page="https://harbour.example/x",
        contact_email="info@harbour.example",
        zone="Europe/London",
        opens_mo="9:00",
        closes_mo="17:00",
        opens_tu="09:00:00",
        closes_tu="17:00",
        opens_sa="22:00",
        closes_sa="02:00",
        room="waiting_list",
        waiting="4",
        from_age="60",
    )
    assert found.good, found.problems
    assert found.rows[0].members == {
        "direction": "offer",
        "type": "listening",
        "audience": "federated",
        "lang": "en",
        "title": "Monday circle",
        "text": "I lost my brother.",
        "by": "Mira",
        "languages": ["en", "es"],
        "modality": ["in_person", "phone"],
        "topics": ["grief", "being_new"],
        "access": ["step_free"],
        "lived_experience": [{"lang": "en", "words": "loss"}],
        "printable": True,
        "ages": {"kind": "from", "from_age": 60},
        "place": {
            "visibility": "area",
            "label": "Harbour",
            "point": {"latitude": 5348095, "longitude": -223743},
            "radius_m": 1000,
        },
        "exchange": {
            "kind": "sliding_scale",
            "nobody_turned_away": True,
            "currency": "EUR",
            "lowest": 500,
            "highest": 1250,
        },
        "hours": {
            "zone": "Europe/London",
            "weekly": [
                {"days": ["mo", "tu"], "opens": "09:00", "closes": "17:00"},
                {"days": ["sa"], "opens": "22:00", "closes": "02:00"},
            ],
        },
        "contact": [
            {"kind": "page", "value": "https://harbour.example/x"},
            {"kind": "email", "value": "info@harbour.example"},
        ],
        "room": {"state": "waiting_list", "waiting": 4},
    }
    assert "commitments.police" in found.rows[0].missing


def test_a_row_that_says_little_is_enough_for_a_draft(path: Path) -> None:
    found = members(path)
    assert found == {
        "direction": "offer",
        "type": "circle",
        "audience": "anyone",
        "lang": "en",
        "title": "Monday circle",
    }


def test_what_the_import_was_told_stands_where_a_row_says_nothing(path: Path) -> None:
    content = f"{HEAD},opens_mo,closes_mo\n1,a,circle,09:00,10:00\n"
    [row] = read(path, content, lang="es", zone="Europe/Madrid").rows
    assert (row.members["lang"], row.members["hours"]["zone"]) == ("es", "Europe/Madrid")


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"latitude": "53"}, ("longitude", "half_a_point")),
        ({"latitude": "91", "longitude": "0"}, ("latitude", "not_on_the_globe")),
        ({"latitude": "north", "longitude": "0"}, ("latitude", "not_a_number")),
        ({"latitude": "1_0", "longitude": "0"}, ("latitude", "not_a_number")),
        ({"exchange": "fixed", "lowest": "ten", "currency": "EUR"}, ("lowest", "not_an_amount")),
        ({"exchange": "fixed", "lowest": "1.5", "currency": "JPY"}, ("lowest", "not_an_amount")),
        ({"exchange": "fixed", "lowest": "1", "currency": "XXY"}, ("currency", "not_a_currency")),
        ({"exchange": "sliding_scale", "lowest": "9", "highest": "1", "currency": "EUR"}, ("lowest", "does_not_fit")),
        ({"lowest": "1"}, ("lowest", "amount_without_exchange")),
        ({"exchange": "cheap"}, ("exchange", "not_a_known_word")),
        ({"opens_mo": "09:00", "zone": "Europe/London"}, ("closes_mo", "half_a_time")),
        ({"opens_mo": "25:00", "closes_mo": "26:00"}, ("opens_mo", "not_a_time")),
        ({"opens_mo": "09:00", "closes_mo": "10:00"}, ("zone", "hours_without_zone")),
        ({"opens_mo": "09:00", "closes_mo": "10:00", "zone": "Mars"}, ("zone", "does_not_fit")),
        ({"contact_phone": "call Anna"}, ("contact_phone", "not_a_phone_number")),
        ({"contact_page": "javascript:alert(1)"}, ("contact_page", "not_a_page")),
        ({"contact_page": "https://anna:secret@x.example/"}, ("contact_page", "not_a_page")),
        ({"contact_email": "info at harbour"}, ("contact_email", "not_an_email")),
        ({"printable": "perhaps"}, ("printable", "not_yes_or_no")),
        ({"waiting": "many"}, ("waiting", "not_a_whole_number")),
        ({"waiting": "101"}, ("waiting", "out_of_range")),
        ({"type": "therapy"}, ("type", "not_a_known_word")),
        ({"type": ""}, ("type", "empty")),
        ({"title": ""}, ("title", "empty")),
        ({"title": "x" * 121}, ("title", "too_long")),
        ({"title": "one\ntwo"}, ("title", "characters")),
        ({"text": "x\u202ey"}, ("text", "characters")),
        ({"lang": "English"}, ("lang", "characters")),
        ({"languages": "en;" * 3 + ";".join(f"a{chr(97 + n)}" for n in range(21))}, ("languages", "too_many")),
        ({"visibility": "secret", "place_label": "x"}, ("visibility", "not_a_known_word")),
    ],
)
def test_a_cell_that_does_not_mean_what_its_column_says_is_named(
    path: Path, cells: dict[str, str], code: tuple[str, str]
) -> None:
    assert (2, *code) in problems(one(path, **cells))


def test_missing_coordinates_are_fine_and_0_0_means_that_nobody_knew(path: Path) -> None:
    assert members(path, place_label="Harbour", latitude="", longitude="")["place"]["label"] == "Harbour"
    parsed = one(path, place_label="Harbour", latitude="0", longitude="0.0")
    assert parsed.notes == {"null_point": 1}
    assert "point" not in parsed.rows[0].members["place"]


@pytest.mark.parametrize("visibility", ["none", "on_acceptance"])
def test_the_point_of_a_hidden_place_is_never_taken(path: Path, visibility: str) -> None:
    parsed = one(path, place_label="x", visibility=visibility, latitude="53.1", longitude="-2.1")
    assert "point" not in parsed.rows[0].members["place"]
    assert parsed.notes == {"hidden_point": 1}


def test_opening_to_people_under_18_is_left_to_people(path: Path) -> None:
    parsed = one(path, from_age="12")
    assert "ages" not in parsed.rows[0].members
    assert parsed.notes == {"under_18": 1}


@pytest.mark.parametrize(
    "address", ["anna.example@harbour.example", "a.example@nhs.example", "info-anna@x.example", "anna@anna.example"]
)
def test_an_address_that_may_be_a_persons_is_counted_and_never_kept(path: Path, address: str) -> None:
    parsed = one(path, contact_email=address, text=f"Write to {address}!", by=address)
    assert parsed.good
    assert parsed.notes == {"staff_email": 3}
    assert "anna" not in parsed.rows[0].content.lower()
    assert "contact" not in parsed.rows[0].members
    assert parsed.rows[0].members["text"] == "Write to […]!"


def test_an_address_that_is_plainly_a_groups_stays(path: Path) -> None:
    found = members(path, contact_email="Info@Harbour.example", text="Or support.team2@harbour.example")
    assert found["contact"] == [{"kind": "email", "value": "Info@Harbour.example"}]
    assert found["text"] == "Or support.team2@harbour.example"


# Who may be called.

ANSWERS = {
    "police": "never",
    "hospital": "only if you ask",
    "child_services": "unknown",
    "immigration": "never",
    "family_or_partner": "never",
    "probation": "never",
    "anyone_else": "never",
    "mandated_reporter": "no",
    "kept_days": "0",
    "exception": "if someone else is in danger",
}


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"given_by": "we_asked_them"},
        {"given_on": "2026-11-02"},
        {"given_by": "the_holder", "given_on": "2026-11-02"},
        {"given_by": "a guess", "given_on": "2026-11-02"},
    ],
)
def test_nobodys_guess_about_who_may_be_called_is_taken(path: Path, said: dict[str, str]) -> None:
    parsed = one(path, **ANSWERS, **said)
    assert parsed.good
    assert parsed.notes == {"answers_without_asking": 1}
    assert "commitments" not in parsed.rows[0].members


def test_answers_are_taken_where_they_were_asked_and_when(path: Path) -> None:
    parsed = one(path, **ANSWERS, given_by="we_asked_them", given_on="2026-11-02")
    commitments = parsed.rows[0].members["commitments"]
    assert commitments["police"] == {"answer": "never", "exception": "if someone else is in danger"}
    assert (commitments["given_by"], commitments["given_on"]) == ("we_asked_them", "2026-11-02")
    assert not [code for code in parsed.rows[0].missing if code.startswith("commitments")]


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"given_on": "2027-01-01"}, "given_on"),
        ({"given_on": "2026-02-30"}, "given_on"),
        ({"given_on": "2 November"}, "given_on"),
        ({"police": "perhaps"}, "police"),
        ({"kept_days": "99999"}, "kept_days"),
    ],
)
def test_an_answer_that_cannot_be_is_refused(path: Path, cells: dict[str, str], column: str) -> None:
    parsed = one(path, **{**ANSWERS, "given_by": "we_asked_them", "given_on": "2026-11-02", **cells})
    assert [problem.column for problem in parsed.problems] == [column]


# Anything at all.


def test_whatever_the_bytes_there_is_an_answer(path: Path) -> None:
    source = random.Random(7)
    start = f"{HEAD},text,latitude,longitude,contact_email,opens_mo\n1,a,circle,b,1,2,info@x.example,09:00\n".encode()
    for _ in range(400):
        raw = bytearray(start * 2)
        for _ in range(source.randrange(1, 12)):
            raw[source.randrange(len(raw))] = source.randrange(256)
        parsed = read(path, bytes(raw))
        assert parsed.good or parsed.problems
