"""The pages in a real browser: clicked through with and without script, accessible, and nothing asked of elsewhere."""

import pytest

from tests.unwind_risk.serve.conftest import TOKEN

pytest.importorskip("playwright.sync_api", reason="needs playwright, which drives the browser")

VIEWS = ("Tonight", "Explain", "What-if", "Scenarios", "Backtest", "Records")
PATIENCE_MS = 60_000
pytestmark = pytest.mark.slow


@pytest.fixture
def opened(browser, listening, request):
    """A page of the server, the token taken, with what it said and asked for."""
    has_script, width = getattr(request, "param", (True, 1280))
    context = browser.new_context(java_script_enabled=has_script, viewport={"width": width, "height": 844})
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.said, page.asked = [], []
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.on("request", lambda sent: page.asked.append(sent.url))
    page.goto(f"{listening}/?token={TOKEN}")
    yield page
    assert page.said == []
    assert [url for url in page.asked if not url.startswith((listening, "data:"))] == []
    context.close()


@pytest.mark.parametrize("opened", [(True, 1280), (True, 390), (True, 320)], indirect=True)
def test_every_view_is_accessible_and_no_screen_scrolls_sideways(opened):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe's rules").Axe()
    assert "token" not in opened.url
    for view in VIEWS:
        opened.click(f"nav[aria-label=Views] >> text={view}")
        opened.wait_for_load_state("networkidle")
        assert opened.locator("h1").count() == 1
        assert axe.run(opened).response["violations"] == [], view
        assert opened.evaluate("document.documentElement.scrollWidth") <= opened.viewport_size["width"], view


def test_a_slider_changes_the_answer_without_the_page_loading_again(opened):
    opened.click("text=What-if")
    opened.click("button[value=try]")
    opened.wait_for_selector("#answer table")
    before, loads = opened.inner_text("#answer table"), opened.evaluate("window.kept = 1")
    opened.locator("input.size").first.evaluate(
        "each => { each.value = -100; each.dispatchEvent(new Event('input', { bubbles: true })); }"
    )
    opened.wait_for_function("text => document.querySelector('#answer table').innerText !== text", arg=before)
    assert opened.evaluate("window.kept") == loads == 1
    assert opened.inner_text("output") == "-100 %"


def test_a_fan_is_drawn_again_as_a_number_moves_and_an_error_is_told_by_its_line(opened):
    opened.click("text=Scenarios")
    opened.wait_for_selector(".uplot canvas")
    opened.locator("input.number").last.evaluate(
        "each => { each.value = 0.1; each.dispatchEvent(new Event('input', { bubbles: true })); }"
    )
    opened.wait_for_function("() => document.querySelector('#text').value.includes('stop_loss = 0.1')")
    opened.wait_for_selector(".uplot canvas")
    opened.fill("#text", opened.input_value("#text").replace("stop_loss", "stop_los"))
    opened.click("button[value=draw]")
    opened.wait_for_selector(".errors li")
    assert "stop_los" in opened.inner_text(".errors")


@pytest.mark.parametrize("opened", [(True, 1280), (True, 320), (False, 390)], indirect=True)
def test_a_cause_leads_to_a_path_day_by_day_and_a_limit_to_the_mix_that_mends_it(opened):
    opened.click("nav[aria-label=Views] >> text=Explain")
    opened.click("text=The worst paths of")
    opened.click("tbody th a >> nth=0")
    opened.wait_for_selector("text=The market, after each day")
    _check(opened)
    opened.click("nav[aria-label=Views] >> text=What-if")
    opened.click("text=Let the best mix of hedges be found")
    opened.fill("#budget", "1e6")
    opened.select_option("#aim", "worst")
    opened.click("text=Find the mix")
    opened.wait_for_selector("#answer table")
    assert opened.input_value("#budget") == "1e6"
    assert "ES rises in" in opened.inner_text("#answer h2")
    _check(opened)


def _check(page):
    """The page has no violation of axe's rules, where script may run, and no screen scrolls sideways."""
    if page.evaluate("document.documentElement.scrollWidth") > page.viewport_size["width"]:
        raise AssertionError("the page scrolls sideways")
    if page.locator(".copy[hidden]").count() == 0:  # without script axe cannot look
        axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe's rules").Axe()
        assert axe.run(page).response["violations"] == []


@pytest.mark.parametrize("opened", [(False, 1280), (False, 390)], indirect=True)
def test_all_of_it_works_without_script(opened):
    opened.click("nav[aria-label=Views] >> text=Explain")
    opened.click("#tree >> text=jgb")
    opened.wait_for_selector("text=J20")
    opened.click("text=What-if")
    opened.locator("input.size").first.fill("-50")
    opened.click("button[value=try]")
    opened.wait_for_selector("#answer table")
    assert opened.inner_text("output >> nth=0") == "-50 %"
    opened.click("text=Scenarios")
    opened.wait_for_selector("svg.fan")
    assert opened.locator("svg.fan").count() == 4
    opened.click("nav[aria-label=Views] >> text=Records")
    opened.click("text=Verify every byte")
    opened.wait_for_selector("#answered >> text=intact")
