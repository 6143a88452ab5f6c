"""Looking, as somebody without an account and without scripts does it: filters, Back, what helps when nothing is found, and an order that
anybody can work out again (section 4 of the design's `experience.md`; safety E.35)."""

import re
from typing import Any
from urllib.parse import unquote, urlencode

import pytest

from alongside_node.directory import publishing
from alongside_node.entrypoints import acts
from alongside_node.identity import actions as identity
from alongside_node.listings import actions as listings
from alongside_protocol import fair_order
from alongside_protocol.commitments import Commitments
from alongside_protocol.fair_order import Listed
from alongside_protocol.identifiers import RecordId
from alongside_protocol.listing import Contact
from api_client import Client
from visitors import OFFER, Browser, publishes, signed_in
from world import START, Community, World, commitments, offer

DAY = 86_400
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
        assert "<script>" not in answer.body
        assert "set-cookie" not in str(answer.cookies).lower()
        assert len(answer.body) < 40_000
        assert text not in unquote(answer.path)


def test_very_many_values_are_cut_down_before_they_are_kept(oak: Community) -> None:
    oak.publishes(oak.person("Mira"))
    found = looks(oak, topic=[f"t{number}" for number in range(190)])
    assert found.body.count('type="hidden" name="topic"') == 20


# Back, paging, forgetting.


def test_who_leaves_from_what_they_found_leaves_nothing_for_back_to_show(oak: Community) -> None:
    oak.publishes(oak.person("Mira"))
    found = looks(oak, words="brother")
    results = found.path
    other = looks(oak, words="brother").path
    for here in (found.hidden("here"), "/search", "", "//"):
        assert found._send("POST", "/leave", urlencode({"here": here}).encode()).status == 303
    assert Browser(oak).open(results).status == 410
    assert Browser(oak).open(other).status == 200


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
    assert "<script>" not in page


def says_for_a_hard_night(community: Community) -> None:
    profile = community.read(identity.standing_community).profile
    ours = {"hard_night_words": "You got this far.", "hard_night": (Contact(kind="phone", value="+49 30 555"),)}
    community.world.run(acts.save_profile(community.node.edge, profile.model_copy(update=ours)))


def test_when_nothing_is_found_our_words_for_a_hard_night_come_before_everything(oak: Community) -> None:
    says_for_a_hard_night(oak)
    oak.publishes(oak.person("Mira"), title="Awake", hours=ALWAYS)
    text = looks(oak, words="unicorn").text
    places = [
        text.index(one) for one in ("You got this far.", "+49 30 555", "Open now", "Everything, without these words")
    ]
    assert places == sorted(places)


def test_who_speaks_the_readers_language_stands_first_among_those_who_are_open(oak: Community) -> None:
    mira = oak.person("Mira")
    for number in range(5):
        oak.publishes(mira, title=f"Awake {number}", hours=ALWAYS)
    oak.publishes(mira, title="Despierta", hours=ALWAYS, lang="es", languages=["es"])
    guest = Browser(oak).open("/search")
    guest.post("/language", tongue="es")
    shown = titles(guest.open("/search").post("/search", words="unicorn"))
    assert (len(shown), shown[0]) == (3, "Despierta")


@pytest.mark.parametrize("words", ["quiero morir", "suicidal", "self-harm grief"])
def test_words_of_wanting_to_die_bring_the_hard_night_above_what_was_found_and_block_nothing(
    oak: Community, words: str
) -> None:
    says_for_a_hard_night(oak)
    oak.publishes(oak.person("Mira"), title="Say it out loud", topics=["wanting_to_die", "self_harm", "grief"])
    page = looks(oak, words=words)
    assert titles(page) == ["Say it out loud"]
    assert page.text.index("You got this far.") < page.text.index("Say it out loud")
    assert "<script>" not in page.body
    assert "http-equiv" not in page.body
    assert "You got this far." not in looks(oak, words="grief").text


def test_what_has_some_of_the_words_stands_apart_behind_what_has_all_and_can_be_ticked(oak: Community) -> None:
    mira = oak.person("Mira")
    oak.publishes(mira, title="Both", topics=["grief"], text="pottery", type="circle")
    oak.publishes(mira, title="Only grief", topics=["grief"], text="talk", type="circle")
    page = looks(oak, words="duelo pottery")
    text = page.text
    places = [text.index(one) for one in ("Both", "Some of this", "Only grief")]
    assert places == sorted(places)
    chosen = page.post(f"{page.path}/chosen", page="0", pick=["1"])
    assert "Only grief" in chosen.text
    assert "Both" not in chosen.text


def test_where_many_have_all_of_the_words_nothing_else_is_shown(oak: Community) -> None:
    mira = oak.person("Mira")
    for number in range(5):
        oak.publishes(mira, title=f"Both {number}", topics=["grief"], text="pottery")
    oak.publishes(mira, title="Only grief", topics=["grief"], text="talk")
    assert "Some of this" not in looks(oak, words="grief pottery").text


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


# How fresh it is.


def test_how_long_ago_it_was_confirmed_is_said_in_words(world: World, oak: Community) -> None:
    oak.publishes(oak.person("Mira"))
    for days, says in (
        (0, "Confirmed today"),
        (1, "Confirmed yesterday"),
        (5, "Confirmed a few days ago"),
        (6, "Confirmed a few days ago"),
        (8, "Confirmed last week"),
        (30, "Confirmed 4 weeks ago"),
        (70, "Not confirmed since"),
    ):
        world.clock.at = START + days * DAY
        assert says in looks(oak).text, days


def test_an_offer_is_asked_for_falls_asleep_wakes_with_one_tap_and_goes_when_nobody_wants_it(
    world: World, oak: Community, elm: Community
) -> None:
    mira = signed_in(oak, "Mira")
    publishes(mira)
    world.settle()

    def at(days: int) -> None:
        world.pass_time(START + days * DAY - world.clock.at)
        mira.open("/sign-in").post("/sign-in", words=mira.words)
        mira.open("/offerings")

    at(75)
    assert "Still right" not in mira.text
    at(77)
    assert "Is this still right?" in mira.text
    assert titles(looks(oak)) == titles(looks(elm)) == ["Someone awake at night"]
    at(91)
    assert "Asleep. Nobody sees it." in mira.text
    assert titles(looks(oak)) == titles(looks(elm)) == []
    mira.post(mira.link("/offerings/[\\w-]{22}/edit").replace("edit", "confirm"))
    world.settle()
    assert titles(looks(oak)) == titles(looks(elm)) == ["Someone awake at night"]
    at(91 + 91)
    assert titles(looks(oak)) == titles(looks(elm)) == []
    at(91 + 90 + 15)
    assert "Nothing yet." in mira.text
    assert [row.state for row in oak.rows("listing")] == ["withdrawn"]
    assert b"awake" not in b"".join(row.line for row in (*oak.rows("entry"), *elm.rows("entry")))


def test_what_a_silent_community_listed_is_marked_then_hidden_then_gone_from_the_disk(
    world: World, oak: Community, elm: Community
) -> None:
    elm.publishes(elm.person("Mira"), title="Far away", confirm_every=365)
    world.settle()
    signed = world.clock.now()
    world.cut(oak, elm)

    def at(days: int) -> list[str]:
        world.pass_time(signed + days * DAY - world.clock.at)
        return titles(looks(oak))

    assert at(7) == ["Far away"]
    assert at(9) == ["Far away"]
    assert "Their community could not be reached since" in looks(oak).text
    assert at(12) == []
    assert any(b"Far away" in row.line for row in oak.rows("entry"))
    at(40)
    assert not any(b"Far away" in row.line for row in oak.rows("entry"))
    world.heal()
    assert at(41) == ["Far away"], "what is in memory of a directory that was let go of stands in nobody's way"


# The community's own words.


def profile(community: Community, **changes: Any) -> None:
    former = community.read(identity.standing_community).profile
    world = community.world
    world.run(acts.save_profile(community.node.edge, former.model_copy(update=changes)))


def test_the_page_for_a_hard_night_is_the_communitys_own_and_calls_nobody(oak: Community) -> None:
    profile(
        oak,
        hard_night_words="Breathe. **We are here.** <script>x</script>",
        hard_night=(Contact(kind="phone", value="+49 30 1", note="Warmline"),),
    )
    page = Browser(oak).open("/hard-night")
    assert "<strong>We are here.</strong>" in page.body
    assert "<script>" not in page.body
    assert 'href="tel:+49301"' in page.body
    assert "http-equiv" not in page.body
    assert "/hard-night" in looks(oak, words="unicorn").body


def test_young_people_read_what_adults_may_have_to_pass_on_before_anything_else(oak: Community) -> None:
    page = Browser(oak).open("/young-people").text
    assert "What they may have to pass on: No law makes them pass anything on." in " ".join(page.split())
    assert "Our community has not opened its offers to people under 18." in page
    duties = commitments() | {"mandated_reporter": "yes", "would_pass_on": "that a child is hurt"}
    profile(oak, young_people="Two of us are always there.", commitments=Commitments.model_validate(duties))
    page = " ".join(Browser(oak).open("/young-people").text.split())
    assert "Two of us are always there." in page
    assert "that a child is hurt" in page


def test_no_offer_opens_to_people_under_18_before_the_community_agreed_and_a_second_person_keeps_it(
    oak: Community,
) -> None:
    mira, jo = signed_in(oak, "Mira"), signed_in(oak, "Jo")
    young = {"ages": "from", "from_age": "14", "would_pass_on": "that somebody hurts you"}
    mira.open("/offerings/new?direction=offer&type=listening").post("/offerings/new", **(OFFER | young))
    draft = mira.path
    mira.post(draft.replace("preview", "publish"), listed="yes")
    assert "needs an agreement of the community" in mira.text
    profile(oak, young_people="Two of us are always there.")
    mira.open(draft).post(draft.replace("preview", "publish"), listed="yes")
    assert "said=published" not in mira.path, "one person alone"
    mira.open("/offerings").post(draft.replace("preview", "people"))
    code = re.search(r'class="code">([\w-]{22})<', mira.body)
    assert code
    jo.open("/offerings").post("/offerings/together", code=code[1], name="Jo")
    mira.open(draft).post(draft.replace("preview", "publish"), listed="yes")
    assert "said=published" in mira.path, mira.text
    assert titles(Browser(oak).open("/young-people")) == ["Someone awake at night"]
    assert "that somebody hurts you" in Browser(oak).open("/young-people").text


def test_what_another_community_opens_to_people_under_18_without_what_it_needs_is_not_shown_to_them(
    world: World, oak: Community, elm: Community
) -> None:
    profile(elm, young_people="We agreed.")
    alone = offer("Alone with you", ages={"kind": "from", "from_age": 14})
    drafting = listings.draft(alone, [(elm.person("Mira").member, "Mira")], node=elm.id, random=elm.random)
    elm.write(lambda tx: listings.add(tx, drafting, now=world.clock.now()))
    content = elm.read(
        listings.completed, drafting.offering, now=world.clock.now(), place_key=b"k" * 32
    )  # as a node that does not keep to it would publish it
    elm.write(
        lambda tx: publishing.put(
            tx,
            content,
            node=elm.id,
            record_id=RecordId(drafting.offering.id),
            rev=1,
            now=world.clock.now(),
            random=elm.random,
        )
    )
    world.settle()
    assert titles(looks(oak)) == ["Alone with you"]
    assert titles(looks(oak, ages="under_18")) == titles(Browser(oak).open("/young-people")) == []


# On paper.


def test_only_what_its_people_allow_on_paper_and_anyone_may_read_is_printed(
    world: World, oak: Community, elm: Community
) -> None:
    mira = oak.person("Mira")
    oak.publishes(mira, title="On paper", printable=True)
    oak.publishes(mira, title="Not on paper")
    oak.publishes(mira, title="For here", printable=True, audience="here")
    oak.publishes(mira, title="For those signed in", printable=True, audience="federated")
    elm.publishes(elm.person("Lena"), title="Theirs", printable=True)
    world.settle()
    for browser in (Browser(oak), signed_in(oak, "Jo")):
        printed = browser.open("/print").post("/print")
        assert re.fullmatch(r"/print/[\w-]{22}", printed.path)
        assert set(re.findall(r"<h2><bdi>([^<]+)</bdi></h2>", printed.body)) == {"On paper", "Theirs"}


def test_a_list_on_paper_carries_its_date_in_the_head_that_every_page_repeats(oak: Community) -> None:
    oak.publishes(oak.person("Mira"), printable=True)
    body = Browser(oak).open("/print").post("/print").body
    head = re.search(r"<thead>(.*?)</thead>", body, re.DOTALL)
    assert head
    assert "Printed: 18 November 2026." in head[1]
    assert "today" not in head[1]
    assert "Confirmed by its people: 18 November 2026." in body
    assert "This is what they promise" not in head[1]
    assert "It is not a guarantee." in body


def test_a_long_list_comes_in_parts_without_gap_or_double(oak: Community) -> None:
    mira = oak.person("Mira")
    for number in range(32):
        oak.publishes(mira, title=f"Number {number}", printable=True)
    printed = Browser(oak).open("/print").post("/print")
    seen, parts = [], 0
    while True:
        seen += re.findall(r"<h2><bdi>([^<]+)</bdi></h2>", printed.body)
        parts += 1
        following = re.search(r'href="(/print/[\w-]{22}\?page=\d+)" rel="next"', printed.body)
        if following is None:
            break
        printed.open(following[1])
    assert (len(seen), len(set(seen)), parts) == (32, 32, 3)


def test_a_card_exists_only_for_what_may_stand_on_paper(oak: Community) -> None:
    mira = oak.person("Mira")
    oak.publishes(mira, title="Yes", printable=True, contact=[{"kind": "phone", "value": "+49 30 1234567"}])
    page = looks(oak)
    page.open(page.link(r'/listings/[^"]+'))
    card = page.open(page.link(r'/listings/[^"]+/card'))
    assert '<p class="number">Phone: <bdi>+49 30 1234567</bdi></p>' in card.body
    assert "They will not call anyone unless you ask." in card.text
    for changes in ({"title": "No"}, {"title": "Here", "printable": True, "audience": "here"}):
        oak.publishes(mira, **changes)
    lena = signed_in(oak, "Lena")
    found = lena.open("/search").post("/search")
    for address in set(re.findall(r'href="(/listings/[\w-]+/[\w-]{22})"', found.body)):
        allowed = "<bdi>Yes</bdi>" in lena.open(address).body
        assert ("/card" in lena.body) is allowed
        assert lena.open(f"{address}/card").status == (200 if allowed else 404)


def test_hostile_words_on_paper_are_inert(oak: Community) -> None:
    hostile = "<script>alert(1)</script>\u202e"
    oak.publishes(oak.person("Mira"), title=hostile.replace("\u202e", ""), by="<b>x</b>", printable=True)
    printed = Browser(oak).open("/print").post("/print", area="<script>", promise='"><script>')
    assert "<script>" not in printed.body
    assert "<script>" not in Browser(oak).open("/print").post("/print").body
