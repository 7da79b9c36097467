"""The page in a real browser: nothing is asked for, nothing goes wrong, it fits all screens and five sheets of A4."""

import re
import zlib

import pytest

from tests.engine.report.account_record import account_backtest, fill_account
from tests.engine.report.conftest import TODAY, Record

pytest.importorskip("jinja2", reason="needs the extra `report`")
pytest.importorskip("playwright.sync_api", reason="needs playwright, which drives the browser")

MOST_PAGES = 5  # of A4
A4 = (711, 1039)  # pixels within the margins
MARGIN, DOTS = 131.25, 3248.1  # of a printed sheet, from its top, and its height within the margins
SCREENS = [  # width, scheme: one quick, the others slow
    (390, "light"),
    *(pytest.param(width, scheme, marks=pytest.mark.slow)
      for width, scheme in ((320, "light"), (390, "dark"), (768, "light"), (1280, "light"), (1280, "dark"))),
]  # fmt: skip


@pytest.fixture(scope="module")
def address(html, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(html, encoding="utf-8")
    return path.as_uri()


@pytest.fixture(scope="module")
def account(tmp_path_factory):
    """A page with everything: changes taken apart and a backtest too."""
    from engine.report.page import render
    from tests.engine.report.test_night_change import CHANGE

    home = tmp_path_factory.mktemp("account")
    record = Record(home)
    fill_account(record)
    path = home / "report.html"
    kept = account_backtest(home / "backtest")
    path.write_text(render(record.folder, TODAY, None, kept, {"ten-days": CHANGE}), encoding="utf-8")
    return path.as_uri()


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_a_screen_shows_the_page_without_a_request_an_error_or_a_sideways_scroll(browser, account, width, scheme):
    page = browser.new_page(viewport={"width": width, "height": 844}, color_scheme=scheme)
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(account)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert said == []
    assert [url for url in asked if not url.startswith("data:")] == [account]
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
def test_the_rules_of_accessibility_find_no_violation(browser, account, width, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python")
    page = browser.new_page(viewport={"width": width, "height": 844}, color_scheme=scheme)
    page.goto(account)
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


def test_the_page_prints_light(browser, address):
    page = browser.new_page(color_scheme="dark")
    page.goto(address)
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--ink').trim()") == "#000000"
    assert page.locator("details:visible").count() == 0
    assert page.locator("svg:visible").count() >= 1
    page.close()


def test_a_general_account_fills_at_most_five_sheets_and_no_row_breaks(browser, account):
    page = browser.new_page()
    page.goto(account)
    sheets = lowest_words(page.pdf(prefer_css_page_size=True))
    assert 3 <= len(sheets) <= MOST_PAGES
    # only the last sheet may be left emptier than that a third of it is free below the last words
    assert all(lowest >= 2.0 / 3.0 for lowest in sheets[:-1]), sheets
    page.set_viewport_size({"width": A4[0], "height": A4[1]})
    page.emulate_media(media="print")
    found = page.evaluate(
        """[...document.querySelectorAll('tr, li, svg, .wide')].filter(each => each.getClientRects().length).map(each =>
            [each.tagName, getComputedStyle(each).breakInside, each.getBoundingClientRect().height])"""
    )
    assert len(found) > 80
    # the mean of the worst paths, of two factors in the main and the worst scenario
    assert page.locator("#how .panel.printed svg:visible circle.exception").count() == 4
    # what may not be broken and is less high than a sheet stands on one
    assert {rule for _, rule, _ in found} == {"avoid"}
    assert max(height for _, _, height in found) < 0.9 * A4[1]
    assert page.evaluate("document.documentElement.scrollWidth") <= A4[0]
    assert cut_off(page) == []
    page.close()


def cut_off(page) -> list:
    """What reaches beyond the paper's right edge."""
    return page.evaluate(
        """[...document.querySelectorAll('td, th, p, .badge, svg')].filter(each =>
            each.getClientRects().length && each.getBoundingClientRect().right > innerWidth + 1
        ).map(each => each.outerHTML.slice(0, 200))"""
    )


def lowest_words(paper: bytes) -> list[float]:
    """Return how far down each sheet its lowest words stand, as a fraction of the printed height.

    A sheet is a stream that first scales down from the printer's dots, then moves the whole page up by the sheets
    before; words are placed by the matrix before `Tm`, within transformations between `q` and `Q`.
    """
    found = []
    for start in (match.end() for match in re.finditer(rb"stream\r?\n", paper)):
        try:
            drawn = zlib.decompressobj().decompress(paper[start:])
        except zlib.error:
            continue
        if drawn.startswith(b".23999999 0 0 -.23999999"):
            found.append(max(_heights(drawn)))
    return found


def _heights(drawn: bytes) -> list[float]:
    stack, scale, shift, heights = [], 1.0, 0.0, []
    for line in drawn.splitlines()[1:]:
        if line == b"q":
            stack.append((scale, shift))
        elif line == b"Q":
            scale, shift = stack.pop()
        elif line.endswith(b" cm"):
            _, _, _, grown, _, moved = map(float, line.split()[:6])
            scale, shift = scale * grown, shift + scale * moved
        elif line.endswith(b" Tm"):
            heights.append((shift + scale * float(line.split()[5]) - MARGIN) / DOTS)
    return [height for height in heights if height <= 1.0]  # words of the sheets below are drawn, and clipped
