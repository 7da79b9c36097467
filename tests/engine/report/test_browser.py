"""The page in a real browser: nothing is asked for, nothing goes wrong, it fits all screens and five sheets of A4."""

import os
import re
import shutil

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright, which drives the browser")

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
MOST_PAGES = 5  # of A4
SCREENS = [  # width, scheme: one quick, the others slow
    (390, "light"),
    *(pytest.param(width, scheme, marks=pytest.mark.slow)
      for width, scheme in ((320, "light"), (390, "dark"), (768, "light"), (1280, "light"), (1280, "dark"))),
]  # fmt: skip


@pytest.fixture(scope="module")
def browser():
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip(f"needs a browser: none of {', '.join(BROWSERS)} is on PATH; Debian's package is `chromium`")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses root with its sandbox
    with sync_api.sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=arguments)
        yield found
        found.close()


@pytest.fixture(scope="module")
def address(html, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(html, encoding="utf-8")
    return path.as_uri()


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_a_screen_shows_the_page_without_a_request_an_error_or_a_sideways_scroll(browser, address, width, scheme):
    page = browser.new_page(viewport={"width": width, "height": 844}, color_scheme=scheme)
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert said == []
    assert [url for url in asked if not url.startswith("data:")] == [address]
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    dark = sum(map(int, paper.removeprefix("rgb(").removesuffix(")").split(","))) < 3 * 64
    assert dark == (scheme == "dark")
    if width == 390:  # every scenario's VaR, ES, change and limit stand on a phone's first screen
        table = page.locator("table.answer tbody").first.bounding_box()
        assert page.locator("h1").bounding_box()["y"] < table["y"]
        assert table["y"] + table["height"] <= 844
    page.close()


@pytest.mark.parametrize("width", [390, pytest.param(1280, marks=pytest.mark.slow)])
def test_each_picture_is_seen_at_one_width_and_its_words_are_of_a_fixed_size(browser, address, width):
    page = browser.new_page(viewport={"width": width, "height": 844})
    page.goto(address)
    sizes = page.evaluate(
        """[...document.querySelectorAll('.picture')].filter(each => each.offsetParent).map(each => {
            const seen = [...each.querySelectorAll('svg')].filter(svg => svg.getBoundingClientRect().width > 0);
            return [seen.length, ...seen.map(svg => svg.getBoundingClientRect().width / svg.viewBox.baseVal.width)];
        })"""
    )
    assert sizes
    assert all(n == 1 for n, _ in sizes)
    assert all(0.95 <= scale <= 1.0 for _, scale in sizes)  # 12 px stay above 11
    assert page.locator(".picture").count() == page.locator(".chart figure ~ details table").count()
    page.close()


@pytest.mark.parametrize(("width", "scheme"), [each for each in SCREENS if each != (390, "light")] + [
    pytest.param(390, "light", marks=pytest.mark.slow)
])  # fmt: skip
def test_the_rules_of_accessibility_find_no_violation(browser, address, width, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python")
    page = browser.new_page(viewport={"width": width, "height": 844}, color_scheme=scheme)
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    found = axe.Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
    page.close()


def test_a_scenario_is_chosen_without_a_script(browser, address):
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(address)
    first, second = (page.locator("#how .panel").nth(i) for i in (0, 1))
    assert (first.is_visible(), second.is_visible()) == (True, False)
    page.locator("#how .tabs > label").nth(1).click()
    assert (first.is_visible(), second.is_visible()) == (False, True)
    page.close()


def test_the_page_prints_light_on_five_sheets_and_no_row_of_a_table_breaks(browser, address):
    page = browser.new_page(color_scheme="dark")
    page.goto(address)
    paper = page.pdf(prefer_css_page_size=True)
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b", paper)) <= MOST_PAGES
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--ink').trim()") == "#000000"
    assert page.locator("details:visible").count() == 0
    assert page.locator("svg:visible").count() >= 1
    breaks = page.evaluate("[...document.querySelectorAll('tr, svg')].map(each => getComputedStyle(each).breakInside)")
    assert set(breaks) == {"avoid"}
    page.close()
