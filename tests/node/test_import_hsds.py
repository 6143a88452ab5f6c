"""Reading HSDS 3.0: what an organisation says of itself becomes a draft; its people, addresses and guesses stay where they are."""

import json
from pathlib import Path
from typing import Any

import pytest

from alongside_node.importing import actions
from alongside_node.importing.rows import Parsed

NOW = 1_795_000_000  # 18 November 2026
NAMED = {
    "id": "c1",
    "name": "Ann Persona",
    "email": "info@ann.example",
    "phones": [{"id": "p9", "number": "07700 900123", "type": "voice"}],
}
LOCATION = {
    "id": "l1",
    "location_type": "physical",
    "name": "Ann's house",
    "description": "Second door on the left",
    "latitude": 53.480954,
    "longitude": -2.237434,
    "addresses": [{"id": "a1", "address_1": "1 Hidden Street", "city": "Harbour", "postal_code": "HB1 1AA"}],
    "contacts": [NAMED],
    "accessibility": [{"id": "x1", "description": "Step free"}, {"id": "x2", "description": "A ramp at the side."}],
}


def service(**changes: Any) -> dict[str, Any]:
    return {"id": "s1", "name": "Grief circle", "status": "active", "description": "We meet.", **changes}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "services.json"


def read(path: Path, document: Any, **named: Any) -> Parsed:
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    path.write_bytes(raw)
    return actions.read(path, now=NOW, **named)


def members(path: Path, document: Any, **named: Any) -> dict[str, Any]:
    parsed = read(path, document, **named)
    assert parsed.good, parsed.problems
    [row] = parsed.rows
    return row.members


# Shapes of documents.


@pytest.mark.parametrize(
    "document",
    [
        service(),
        [service()],
        {"total_items": 1, "contents": [service()]},
        {"id": "o1", "name": "Harbour", "services": [service()]},
        {"id": "sal1", "service": service(), "location": LOCATION},
        {"contents": [{"id": "sal1", "service": service()}]},
        [{"id": "o1", "name": "Harbour", "services": [service()]}],
    ],
)
def test_every_shape_of_document_gives_its_service(path: Path, document: Any) -> None:
    found = read(path, document)
    assert [row.key for row in found.rows] == ["s1"]
    assert (found.form, found.read) == ("hsds", 1)
    assert found.rows[0].unsure == ("type",)
    assert found.rows[0].members["title"] == "Grief circle"


def test_a_byte_order_mark_and_space_before_it_are_fine(path: Path) -> None:
    assert read(path, b"\xef\xbb\xbf \n" + json.dumps(service()).encode()).good


@pytest.mark.parametrize(
    "document", [{}, [], [1, "a", None], {"name": "a taxonomy", "id": "t"}, {"contents": []}, {"services.csv": []}]
)
def test_a_document_without_a_service_is_refused(path: Path, document: Any) -> None:
    assert read(path, document).counts == {"no_service_in_it": 1}


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b'{"id": 1,', "json_syntax"),
        (b'[{"a": 1}] x', "json_syntax"),
        (b'{"id": "1", "id": "2"}', "json_duplicate"),
        (b'{"id": NaN}', "json_number"),
        (b'{"id": -Infinity}', "json_number"),
        (b'{"id": 1e999}', "json_number"),
        (b'{"id": ' + b"9" * 5_000 + b"}", "json_number"),
        (b'{"id": "\xff"}', "encoding"),
        (b"[" * 200_000, "json_depth"),
        (b'{"a":' * 200_000 + b"1" + b"}" * 200_000, "json_depth"),
    ],
)
def test_json_that_could_be_read_in_two_ways_is_refused(path: Path, raw: bytes, code: str) -> None:
    assert read(path, raw).counts == {code: 1}


def test_members_of_the_wrong_kind_never_break_it(path: Path) -> None:
    odd: list[Any] = [
        None,
        0,
        1.5,
        True,
        "x",
        [],
        {},
        [1, None, []],
        [{}],
        [{"x": 1}],
        {"location": 3},
        [{"location": []}],
    ]
    names = ["id", "name", "status", "description", "organization", "service_at_locations", "phones", "contacts", "url",
             "email", "schedules", "cost_options", "languages", "minimum_age", "interpretation_services"]  # fmt: skip
    for name in names:
        for value in odd:
            found = read(path, service(**{name: value}))
            assert found.good or found.problems
    for value in odd:
        for name in LOCATION:
            found = read(path, {"service": service(), "location": {**LOCATION, name: value}})
            assert found.good


def test_a_lone_surrogate_is_refused(path: Path) -> None:
    assert not read(path, rb'{"id": "\ud800", "name": "x", "status": "active"}').good
    assert not read(path, rb'{"id": "1", "name": "\ud800", "status": "active"}').good


# Ids and status.


def test_empty_and_doubled_ids_are_refused(path: Path) -> None:
    assert read(path, service(id="")).counts == {"empty_id": 1}
    assert read(path, service(id=7)).counts == {"empty_id": 1}
    assert read(path, [service(), service()]).counts == {"id_twice": 1}


def test_a_service_named_at_each_of_its_places_is_one_listing(path: Path) -> None:
    document = [{"id": f"sal{n}", "service": service(), "location": {**LOCATION, "id": f"l{n}"}} for n in range(3)]
    found = read(path, document)
    assert found.good
    assert found.read == 1
    assert found.notes["several_places"] == 1
    assert "place" not in found.rows[0].members


def test_what_is_no_longer_active_is_left_out_and_counted(path: Path) -> None:
    document = [service(), service(id="s2", status="inactive"), service(id="s3", status="defunct")]
    found = read(path, document)
    assert (len(found.rows), found.notes) == (1, {"not_active": 2})
    assert members(path, service(status="temporarily closed"))["room"] == {"state": "resting"}
    assert read(path, service(status="perhaps")).counts == {"not_a_known_word": 1}


def test_names_that_cannot_be_a_title_are_refused(path: Path) -> None:
    for name, code in (("x" * 121, "too_long"), ("=1+1", "formula"), ("", "empty"), ("a\nb", "characters")):
        assert read(path, service(name=name)).counts == {code: 1}


# Places.


def test_of_a_place_only_the_town_and_an_area_are_taken(path: Path) -> None:
    found = members(path, {"service": service(), "location": LOCATION})
    assert found["place"] == {
        "visibility": "area",
        "label": "Harbour",
        "point": {"latitude": 5348095, "longitude": -223743},
        "radius_m": 1000,
    }
    for hidden in ("Hidden Street", "HB1", "Ann", "Second door"):
        assert hidden not in json.dumps(found)


@pytest.mark.parametrize("point", [{}, {"latitude": None, "longitude": None}, {"latitude": "53", "longitude": "-2"}])
def test_missing_coordinates_are_fine(path: Path, point: dict[str, Any]) -> None:
    location = {name: value for name, value in LOCATION.items() if name not in ("latitude", "longitude")}
    found = read(path, {"service": service(), "location": {**location, **point}})
    assert found.notes["no_point"] == 1
    assert found.rows[0].members["place"] == {"visibility": "area", "label": "Harbour"}


@pytest.mark.parametrize("point", [(100, 101), (0, 0), (-91, 0), (1e300, 1)])
def test_coordinates_off_the_globe_are_left_out_and_said(path: Path, point: tuple[float, float]) -> None:
    location = {**LOCATION, "latitude": point[0], "longitude": point[1]}
    found = read(path, {"service": service(), "location": location})
    assert found.notes["wrong_point"] == 1
    assert "point" not in found.rows[0].members["place"]


def test_what_is_not_a_place_has_none(path: Path) -> None:
    found = members(path, {"service": service(), "location": {**LOCATION, "location_type": "virtual"}})
    assert "place" not in found
    assert "modality" not in found


def test_access_is_a_code_where_the_words_are_ours_and_else_stays_words(path: Path) -> None:
    found = members(path, {"service": service(), "location": LOCATION})
    assert found["access"] == ["step_free"]
    assert found["text"] == "We meet.\n\nA ramp at the side."


# People.


def test_named_people_and_their_addresses_are_only_counted(path: Path) -> None:
    document = {
        **service(contacts=[NAMED], email="info@ann.example", description="Ask ann.persona@x.example."),
        "organization": {"id": "o", "name": "Harbour", "email": "ann.persona@x.example", "contacts": [NAMED]},
        "service_at_locations": [{"id": "sal", "contacts": [NAMED], "location": LOCATION}],
    }
    found = read(path, document)
    assert found.notes["staff_left_out"] == 4
    assert found.notes["staff_email"] == 4 + 2 + 1  # of the people; the two offered as contacts; the one in the text
    content = found.rows[0].content
    assert "ann" not in content.lower()
    assert "900123" not in content
    assert found.rows[0].members["text"].startswith("Ask […].")


def test_contacts_are_those_of_the_organisation(path: Path) -> None:
    document = service(
        url="https://harbour.example/grief",
        email="hello@harbour.example",
        phones=[
            {"id": "1", "number": "07700 900124", "type": "cell"},
            {"id": "2", "number": "01632 960009", "type": "fax"},
            {"id": "3", "number": '"+44 1632 960001"', "type": "voice"},
            {"id": "4", "number": "ring Ann"},
        ],
    )
    assert members(path, document)["contact"] == [
        {"kind": "page", "value": "https://harbour.example/grief"},
        {"kind": "phone", "value": "+44 1632 960001"},
        {"kind": "email", "value": "hello@harbour.example"},
    ]


def test_nothing_about_who_may_be_called_is_ever_read(path: Path) -> None:
    document = service(commitments={"police": {"answer": "never"}}, police="never", given_by="we_asked_them")
    found = read(path, document)
    assert "commitments" not in found.rows[0].members
    assert "commitments.police" in found.rows[0].missing


# Prices, hours, words.


def price(amount: Any, currency: str = "gbp", **more: Any) -> dict[str, Any]:
    return {"id": "c", "amount": amount, "currency": currency, **more}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([price(0)], {"kind": "free"}),
        ([price(0, "")], {"kind": "free"}),
        ([price(35)], {"kind": "fixed", "lowest": 3500, "highest": 3500, "currency": "GBP"}),
        ([price(5), price(12.5)], {"kind": "sliding_scale", "lowest": 500, "highest": 1250, "currency": "GBP"}),
        (
            [price(5), price(9, valid_to="2020-01-01")],
            {"kind": "fixed", "lowest": 500, "highest": 500, "currency": "GBP"},
        ),
        ([price(500, "JPY")], {"kind": "fixed", "lowest": 500, "highest": 500, "currency": "JPY"}),
        ([price(5), price(5, "EUR")], None),
        ([price(5, "money")], None),
        ([price("five")], None),
        ([price(-5)], None),
        ([price(1e30)], None),
        ([price(5, valid_to="2020-01-01")], None),
    ],
)
def test_prices_are_taken_where_they_are_plain(path: Path, options: list[Any], expected: dict[str, Any] | None) -> None:
    found = read(path, service(cost_options=options))
    assert found.rows[0].members.get("exchange") == expected
    assert found.notes["price_left_out"] == (expected is None)


WEEKLY = {"id": "h", "freq": "WEEKLY", "byday": "TH,FR", "opens_at": "10:00:00", "closes_at": "18:00:00Z"}


@pytest.mark.parametrize("offset", [None, 0, 1, "Europe/London"])
def test_weekly_hours_are_taken_in_the_zone_we_were_told(path: Path, offset: Any) -> None:
    document = service(schedules=[{**WEEKLY, "timezone": offset}])
    assert members(path, document, zone="Europe/London")["hours"] == {
        "zone": "Europe/London",
        "weekly": [{"days": ["th", "fr"], "opens": "10:00", "closes": "18:00"}],
    }


@pytest.mark.parametrize(
    "change",
    [
        {"timezone": 3},
        {"timezone": "Asia/Tokyo"},
        {"freq": "MONTHLY"},
        {"interval": 2},
        {"byday": "1TH"},
        {"byday": None},
        {"bymonthday": "1"},
        {"until": "2005-01-01"},
        {"valid_to": "2005-01-01"},
        {"opens_at": None},
    ],
)
def test_other_hours_are_left_out_and_said(path: Path, change: dict[str, Any]) -> None:
    found = read(path, service(schedules=[{**WEEKLY, **change}]), zone="Europe/London")
    assert found.notes == {"schedule_left_out": 1}
    assert "hours" not in found.rows[0].members


def test_hours_without_any_known_zone_are_left_out(path: Path) -> None:
    assert read(path, service(schedules=[WEEKLY])).notes == {"schedule_left_out": 1}


def test_further_words_are_kept_where_they_fit_whole(path: Path) -> None:
    found = read(path, service(eligibility_description="Anyone.", application_process="y" * 4_000))
    assert found.rows[0].members["text"] == "We meet.\n\nAnyone."
    assert found.notes == {"words_left_out": 1}
    assert read(path, service(description="x" * 4_001)).counts == {"too_long": 1}


def test_languages_and_ages(path: Path) -> None:
    found = members(
        path, service(languages=[{"id": "1", "code": "UR"}, {"id": "2", "code": "ur"}, {"id": "3"}], minimum_age=60)
    )
    assert (found["languages"], found["ages"]) == (["ur"], {"kind": "from", "from_age": 60})
    assert read(path, service(minimum_age=12)).notes == {"under_18": 1}
