"""Looking, as somebody without an account and without scripts does it: filters, Back, what helps when nothing is found, and an order that
anybody can work out again (section 4 of the design's `experience.md`; safety E.35)."""

import re
from urllib.parse import unquote

import pytest

from alongside_protocol import fair_order
from alongside_protocol.fair_order import Listed
from api_client import Client
from visitors import Browser, signed_in
from world import Community, World, commitments

DAYS = ["mo", "tu", "we", "th", "fr", "sa", "su"]
ALWAYS = {"zone": "Europe/Berlin", "weekly": [{"days": DAYS, "opens": "00:00", "closes": "00:00"}]}


def looks(community: Community, **fields: str | list[str]) -> Browser:
    return Browser(community).open("/search").post("/search", **fields)


def titles(browser: Browser) -> list[str]:
    return re.findall(r'<h[23]><a href="/listings/[^"]+"><bdi[^>]*>([^<]+)</bdi>', browser.body)


def ids(browser: Browser) -> list[str]:
    return re.findall(r'href="/listings/[\w-]+/([\w-]{22})"', browser.body)


# Filters.


def test_each_who_may_be_called_is_a_filter_and_unknown_never_passes(oak: Community) -> None:
    mira = oak.person("Mira")
    oak.publishes(mira, title="Promises all")
    asked = {"given_by": "we_asked_them", "given_on": "2026-11-01"}
    oak.publishes(mira, title="Does not know", commitments=commitments(immigration="unknown") | asked)
    oak.publishes(mira, title="Must", commitments=commitments(police="must_by_law"))
    assert titles(looks(oak, calls="immigration")) != []
    assert set(titles(looks(oak, calls="immigration"))) == {"Promises all", "Must"}
    assert titles(looks(oak, calls=["immigration", "police"])) == ["Promises all"]
    assert titles(looks(oak, calls="nobody_we_know")) == []
    assert set(titles(looks(oak))) == {"Promises all", "Does not know", "Must"}


def test_beside_every_promise_one_can_ask_for_stands_that_it_is_no_guarantee(oak: Community) -> None:
    page = Browser(oak).open("/search").body
    for field in ("promise", "calls", "no_duty", "nothing_kept"):
        described = re.search(rf'<(?:input|fieldset)[^>]*aria-describedby="({field}-hint)', page)
        assert described, field
        assert re.search(rf'id="{field}-hint">This is what they promise\. It is not a guarantee\.', page)


def test_the_filters_come_along_beside_results_and_the_whole_form_keeps_them(oak: Community) -> None:
    mira = oak.person("Mira")
    oak.publishes(mira, title="Quiet", access=["quiet", "step_free"])
    oak.publishes(mira, title="Loud", access=["quiet"])
    found = looks(oak, access=["quiet", "step_free"], cost="free", words="listen")
    assert titles(found) == ["Quiet"]
    assert found.body.count('type="hidden" name="access"') == 2
    again = found.post("/search", words="listen", access=["quiet", "step_free"], promise="yes", cost="free")
    assert titles(again) == ["Quiet"]
    form = again.open(again.link(r"/search/[\w-]{22}/change"))
    assert form.status == 200
    for value in ("quiet", "step_free", "free"):
        assert f'value="{value}" checked' in form.body
    assert 'value="listen"' in form.body


def test_who_may_read_it_is_a_filter_for_those_who_are_signed_in_and_opens_nothing_to_others(oak: Community) -> None:
    mira = oak.person("Mira")
    oak.publishes(mira, title="For here", audience="here")
    oak.publishes(mira, title="For anyone")
    lena = signed_in(oak, "Lena")
    assert 'name="audience"' in lena.open("/search").body
    assert titles(lena.post("/search", audience="here")) == ["For here"]
    assert 'name="audience"' not in Browser(oak).open("/search").body
    assert titles(looks(oak, audience="here")) == []


@pytest.mark.parametrize(
    "text", ['"><script>alert(1)</script>', "\u202eevil", "' OR 1=1 --", "%0d%0aSet-Cookie: a=b", "x" * 9_000]
)
def test_hostile_text_in_any_field_is_inert(oak: Community, text: str) -> None:
    oak.publishes(oak.person("Mira"))
    from alongside_node.entrypoints.web.filters import FIELDS  # noqa: PLC0415

    for field in FIELDS:
        answer = Browser(oak).open("/search")
        answer.post("/search", **{field: text})
        assert answer.status in (200, 422), field
        assert "<script" not in answer.body
        assert "set-cookie" not in str(answer.cookies).lower()
        assert len(answer.body) < 40_000
        assert text not in unquote(answer.path)


def test_very_many_values_are_cut_down_before_they_are_kept(oak: Community) -> None:
    oak.publishes(oak.person("Mira"))
    found = looks(oak, topic=[f"t{number}" for number in range(190)])
    assert found.body.count('type="hidden" name="topic"') == 20


# Back, paging, forgetting.


def test_back_from_a_result_shows_the_same_results_and_the_address_says_nothing(oak: Community) -> None:
    mira = oak.person("Mira")
    for number in range(12):
        oak.publishes(mira, title=f"Secretword {number}")
    found = looks(oak, words="secretword")
    first, shown = found.path, titles(found)
    assert re.fullmatch(r"/search/[\w-]{22}", first)
    found.open(found.link('/listings/[^"]+')).open(first)
    assert titles(found) == shown
    second = found.link(r"/search/[\w-]{22}\?page=2")
    assert "secretword" not in second.lower()
    rest = titles(found.open(second))
    found.open(found.link('/listings/[^"]+')).open(second)
    assert titles(found) == rest
    assert len({*shown, *rest}) == 12
    assert titles(found.open(first)) == shown


def test_pages_go_on_without_gap_or_double_when_the_day_ends_between_them(world: World, oak: Community) -> None:
    mira = oak.person("Mira")
    world.clock.at = world.clock.at // 86_400 * 86_400 + 86_400 - 60
    for number in range(25):
        oak.publishes(mira, title=f"Number {number}")
    found = looks(oak)
    first = titles(found)
    world.clock.at += 120
    second = titles(found.open(found.link(r"/search/[\w-]{22}\?page=2")))
    third = titles(found.open(found.link(r"/search/[\w-]{22}\?page=3")))
    assert len([*first, *second, *third]) == len({*first, *second, *third}) == 25


@pytest.mark.parametrize("page", ["0", "-1", "99", "abc", "1e3", "²", "99999999999999999999"])
def test_a_page_that_cannot_be_is_one_that_can(oak: Community, page: str) -> None:
    oak.publishes(oak.person("Mira"))
    found = looks(oak)
    shown = titles(found)
    assert titles(found.open(f"{found.path}?page={page.encode('ascii', 'xmlcharrefreplace').decode()}")) == shown


def test_after_twenty_minutes_a_kind_page_says_that_it_is_forgotten_and_offers_the_form(
    world: World, oak: Community
) -> None:
    oak.publishes(oak.person("Mira"))
    found = looks(oak, words="brother")
    results = found.path
    world.clock.at += 20 * 60 - 1
    assert titles(found.open(results)) != []
    world.clock.at += 1
    for address in (results, f"{results}?page=2", f"{results}/change", "/search/" + "A" * 22):
        gone = found.open(address)
        assert gone.status == 410
        assert "We have forgotten what you looked for." in gone.text
        assert 'action="/search"' in gone.body
        assert "brother" not in gone.body
    assert Browser(oak).post(f"{results}/widen", without="words").status == 410


def test_no_word_of_a_search_is_on_the_disk(oak: Community) -> None:
    oak.publishes(oak.person("Mira"))
    found = looks(oak, words="zebracanary", lived="okapicanary", by_and_for="quaggacanary")
    found.open(found.path).open(f"{found.path}/change")
    for path in oak.settings.data_dir.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(word in content for word in (b"zebracanary", b"okapicanary", b"quaggacanary"))


# Nothing found.


def test_when_nothing_is_found_each_filter_says_what_it_keeps_away_and_one_tap_takes_it_off(oak: Community) -> None:
    mira = oak.person("Mira")
    oak.publishes(mira, title="Free and quiet", access=["quiet"])
    oak.publishes(mira, title="By phone", type="circle")
    found = looks(oak, access="quiet", type="circle", promise="yes")
    assert titles(found) == []
    assert "Nothing found this time" in found.text
    names = re.findall(r'name="without" value="(\w+)"', found.body)
    assert names == ["type", "access"], "taking the promise away would not help, so it is not offered"
    assert found.text.count("1 would fit") == 2
    wider = found.post(f"{found.path}/widen", without="type")
    assert titles(wider) == ["Free and quiet"]
    assert re.fullmatch(r"/search/[\w-]{22}", wider.path)
    assert 'name="promise" value="yes" checked' in wider.body.replace(' aria-describedby="promise-hint"', "")


def test_when_no_single_filter_helps_everything_but_the_promises_is_offered(oak: Community) -> None:
    mira = oak.person("Mira")
    oak.publishes(mira, title="Safe")
    oak.publishes(mira, title="Not safe", commitments=commitments(police="may_without_asking"))
    found = looks(oak, words="unicorn", type="fund", lived="the moon", promise="yes")
    assert re.findall(r'name="without" value="(\w+)"', found.body) == ["everything"]
    assert titles(found.post(f"{found.path}/widen", without="everything")) == ["Safe"]


def test_when_nothing_is_found_who_is_open_now_is_shown_with_the_same_promises(oak: Community) -> None:
    mira = oak.person("Mira")
    oak.publishes(mira, title="Awake and safe", hours=ALWAYS)
    oak.publishes(mira, title="Awake", hours=ALWAYS, commitments=commitments(police="may_without_asking"))
    oak.publishes(mira, title="Asleep")
    assert titles(looks(oak, words="unicorn", promise="yes")) == ["Awake and safe"]
    assert set(titles(looks(oak, words="unicorn"))) == {"Awake and safe", "Awake"}


def test_what_is_shown_when_nothing_is_found_calls_nobody(oak: Community) -> None:
    oak.publishes(oak.person("Mira"), hours=ALWAYS, contact=[{"kind": "phone", "value": "+49 30 1"}])
    page = looks(oak, words="unicorn").body
    assert "http-equiv" not in page
    assert "<script" not in page


# The order.


def test_the_order_of_a_page_can_be_worked_out_from_public_facts_alone(
    world: World, oak: Community, elm: Community
) -> None:
    mira, lena = oak.person("Mira"), elm.person("Lena")
    for number in range(9):
        kind = {"type": "practitioner", "practitioner": {"licensed": True}} if number % 3 == 0 else {}
        oak.publishes(mira, title=f"Ours {number}", **kind)
        elm.publishes(lena, title=f"Theirs {number}", **kind)
    world.settle()
    for _ in range(3):
        answer = Client(oak).done("POST", "/search", {"limit": 50})
        public = [Listed(one["record"]["id"], one["record"]["type"] == "practitioner") for one in answer["results"]]
        assert len(public) == 18
        assert fair_order.in_order(sorted(public), answer["seed"]) == public
        found = looks(oak)
        seed = re.search(r"word of the day, “([\d-]+)”", found.text)
        assert seed
        assert seed[1] == answer["seed"]
        shown = ids(found)
        if pages := re.findall(r"/search/[\w-]{22}\?page=2", found.body):
            shown += ids(found.open(pages[0]))
        assert shown == [one.id for one in public]
        world.clock.at += 86_400


def test_the_page_about_the_order_says_where_today_starts(oak: Community, world: World) -> None:
    page = Browser(oak).open("/order").text
    seed = fair_order.seed_of(world.clock.now())
    assert f"alongside-day-1{seed}" in page
    assert str(fair_order.start(seed)) in page


def test_the_recipe_in_the_docs_works(oak: Community) -> None:
    from pathlib import Path  # noqa: PLC0415

    text = (Path(__file__).parents[2] / "docs" / "protocol" / "fair-order.md").read_text(encoding="utf-8")
    mira = oak.person("Mira")
    for number in range(5):
        oak.publishes(mira, title=f"Number {number}")
    [recipe] = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    exec(recipe, {"answer": Client(oak).done("POST", "/search", {})})
