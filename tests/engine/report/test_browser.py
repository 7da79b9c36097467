"""The page in a real browser: nothing is asked for, nothing goes wrong, something is seen."""

import os
import shutil

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright, which drives the browser")

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PNG_OF_ONE_COLOUR = 20_000  # bytes; an empty page of this size takes 5 to 10 kB


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_shown_without_an_error_or_a_request(browser, address, scheme):
    page = browser.new_page(viewport={"width": 1200, "height": 900}, color_scheme=scheme)
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    picture = page.screenshot()
    assert said == []
    assert [url for url in asked if not url.startswith("data:")] == [address]
    assert len(picture) > PNG_OF_ONE_COLOUR
    ink, paper = (page.evaluate(f"getComputedStyle(document.body).{name}") for name in ("color", "backgroundColor"))
    dark = sum(map(int, paper.removeprefix("rgb(").removesuffix(")").split(","))) < 3 * 64
    assert dark == (scheme == "dark")
    assert ink != paper
    drawn = page.evaluate("[...document.querySelectorAll('svg text')].map(each => getComputedStyle(each).fill)")
    assert set(drawn) == {ink}  # the pictures' words have the page's colour
    page.close()


@pytest.mark.parametrize("width", [390, *(pytest.param(width, marks=pytest.mark.slow) for width in (320, 768, 1280))])
def test_no_screen_scrolls_sideways(browser, address, width):
    page = browser.new_page(viewport={"width": width, "height": 844})
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


@pytest.mark.slow
def test_a_phones_first_screen_has_the_answer(browser, address):
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(address)
    ends = page.evaluate(
        "[...document.querySelectorAll('.answer')][0].querySelector('tbody').getBoundingClientRect().bottom"
    )
    assert ends <= 844  # every scenario's VaR, ES, change and limit
    assert page.locator("h1").bounding_box()["y"] < 200
    page.close()


def test_the_page_prints_light_and_without_the_tables_behind_the_pictures(browser, address):
    page = browser.new_page(color_scheme="dark")
    page.goto(address)
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--ink').trim()") == "#000000"
    assert page.locator(".chart details:visible").count() == 0
    assert page.locator("svg:visible").count() >= 6
    assert page.locator("details:visible").count() == 0
    page.close()
