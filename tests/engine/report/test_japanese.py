"""The page in Japanese: no English sentence is left, amounts are 億円, and it fits all screens in a real browser."""

import re
import shutil
import subprocess

import pytest

from engine.report.numbers import scale_of
from engine.report.page import render
from engine.words.language import read_in
from tests.engine.report.conftest import TODAY

ENGLISH_WORDS = re.compile(r"\b[A-Za-z]{2,} [A-Za-z]{2,} [A-Za-z]{2,}\b")
NOT_A_SENTENCE = re.compile(  # names and messages that the record holds stay as they are; so does what is code
    r"<(code|style)\b.*?</\1>|<(li|p)[^>]* lang=\"en\">.*?</\2>|<li class=\"said\".*?</li>|`[^`]*`", re.DOTALL
)


@pytest.fixture(scope="module")
def page(whole):
    return render(whole.folder, TODAY, language="ja")


def test_amounts_are_in_oku_with_one_decimal_and_in_cho_above_ten_thousand():
    with read_in("ja"):
        oku = scale_of("JPY", [15.3e9, 31.44e9])
        assert (oku.unit, oku.plain(15.3e9), oku.money(31.44e9)) == ("億円", "153.0", "314.4億円")
        assert scale_of("JPY", [1.234e12]).money(1.234e12) == "1.23兆円"
        assert scale_of("JPY", [999.9e9]).money(999.9e9) == "9,999.0億円"
        assert scale_of("JPY", [687.1e6]).money(687.1e6) == "6.9億円"
        assert scale_of("USD", [250e6]).unit == "億米ドル"
    assert scale_of("JPY", [15.3e9]).money(15.3e9) == "JPY 15.3 bn"


def test_no_english_sentence_is_left(page):
    words = re.sub(r"<[^>]*>", "\n", NOT_A_SENTENCE.sub("", page))
    assert [each for each in words.splitlines() if ENGLISH_WORDS.search(each)] == []
    said = re.findall(r'(?:aria-label|title)="([^"]*)"', page)
    assert [each for each in said if ENGLISH_WORDS.search(each)] == []


def test_the_page_says_its_language_and_its_date(page):
    assert '<html lang="ja">' in page
    assert '<time datetime="2025-05-28">2025年5月28日</time>' in page
    assert "100回に1回の損失" in page
    assert "word-break: auto-phrase" in page
    assert "億円" in page


@pytest.mark.slow
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_screen_scrolls_sideways(browser, page, tmp_path, width):
    path = tmp_path / "report.html"
    path.write_text(page, encoding="utf-8")
    shown = browser.new_page(viewport={"width": width, "height": 844})
    shown.goto(path.as_uri())
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    assert shown.evaluate("parseFloat(getComputedStyle(document.querySelector('h1')).letterSpacing) || 0") == 0
    ratio = "parseFloat(getComputedStyle(h).lineHeight) / parseFloat(getComputedStyle(h).fontSize)"
    assert shown.evaluate(f"(() => {{ const h = document.querySelector('h1'); return {ratio}; }})()") == pytest.approx(
        1.35
    )
    shown.close()


@pytest.mark.slow
def test_each_character_has_a_glyph_of_its_own(browser, page):
    """A missing glyph is drawn as the same box as a character that no font has."""
    if not (shutil.which("fc-list") and subprocess.run(["fc-list", ":lang=ja"], capture_output=True).stdout.strip()):
        pytest.skip("needs a Japanese font: fc-list :lang=ja names none; Debian's package is `fonts-noto-cjk`")
    shown = browser.new_page()
    letters = sorted({each for each in page if "\u3040" <= each <= "\u9fff"})
    missing = shown.evaluate(
        """letters => {
            const draw = letter => {
                const canvas = document.createElement('canvas'), pen = canvas.getContext('2d');
                canvas.width = canvas.height = 40; pen.font = '32px sans-serif'; pen.fillText(letter, 2, 34);
                return canvas.toDataURL();
            };
            const box = draw('\\u{10fffd}');
            return letters.filter(letter => draw(letter) === box);
        }""",
        letters,
    )
    assert letters
    assert missing == []
    shown.close()
