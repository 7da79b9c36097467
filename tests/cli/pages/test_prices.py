"""docs/validation/prices.md is what the code and QuantLib give, and no row of it is far from the figure beside it."""

import re

from cli.pages.prices import PAGE, page

NEAR = 2e-10  # of prices per 100 and of yields; the tables print nine digits and more


def test_the_page_is_what_code_and_quantlib_give(root):
    assert (root / PAGE).read_text("utf-8") == page(root), "stale: run `python -m cli.pages.prices`"


def test_no_figure_is_far_from_the_one_beside_it(root):
    rows = re.findall(r"^\| .* \| ([\d.e-]+) \|$", page(root), re.MULTILINE)
    assert len(rows) >= 50
    assert max(map(float, rows)) < NEAR
