"""Every page in its states, in a real browser: axe finds nothing serious, nothing breaks our policy, nothing runs wider than a phone.

The samples of `page_samples` are rendered and handed to the browser under the policy that the node sends.
"""

from collections.abc import Iterator

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route

from alongside_node.entrypoints.web.armour import policy
from alongside_node.entrypoints.web.rendering import Pages
from page_samples import SAMPLES, Sample, frame_for

pytestmark = pytest.mark.browser

PAGES = Pages()
SHEETS = {sheet.path: sheet.content for sheet in (PAGES.stylesheet, PAGES.paper)}
ORIGIN = "http://node.test"
SERIOUS = {"serious", "critical"}
LOOKS = [("en", "light", 1200), ("es", "dark", 320)]


class Served:
    """One browser page, before which the samples are laid."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.html = ""
        page.on("console", self._heard)
        page.route("**/*", self._answer)

    def _heard(self, message: object) -> None:
        text = str(getattr(message, "text", ""))
        if "Content Security Policy" in text or "Refused to" in text:
            self.complaints.append(text)

    def _answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(ORIGIN)
        if sheet := SHEETS.get(path):
            route.fulfill(body=sheet, content_type="text/css")
        elif path.startswith("/static/"):
            route.fulfill(body="<svg xmlns='http://www.w3.org/2000/svg'/>", content_type="image/svg+xml")
        elif not path.startswith("/"):
            self.complaints.append(f"went elsewhere: {route.request.url}")
            route.abort()
        else:
            headers = {"content-security-policy": policy("https://www.wikipedia.org/")}
            route.fulfill(body=self.html, content_type="text/html; charset=utf-8", headers=headers)

    def show(self, sample: Sample, lang: str) -> None:
        self.complaints.clear()
        self.html = PAGES.render(sample.template, frame_for(sample, lang), **sample.context)
        self.page.goto(ORIGIN + "/sample")


@pytest.fixture(scope="module", params=LOOKS, ids=lambda look: f"{look[0]}-{look[1]}-{look[2]}")
def served(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[tuple[Served, str, int]]:
    lang, scheme, width = request.param
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    yield Served(context.new_page()), lang, width
    context.close()


@pytest.mark.parametrize("name", SAMPLES)
def test_a_page_is_sound(served: tuple[Served, str, int], name: str) -> None:
    shown, lang, width = served
    shown.show(SAMPLES[name], lang)
    # What is folded away has a place that nobody sees, and axe took it for the ground of what stands there.
    shown.page.evaluate(
        "document.querySelectorAll('details:not([open]) > :not(summary)').forEach(one => one.hidden = true)"
    )
    found = Axe().run(shown.page)
    serious = [(one["id"], one["nodes"][0]["html"]) for one in found["violations"] if one["impact"] in SERIOUS]
    assert serious == []
    assert shown.complaints == []
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= width
