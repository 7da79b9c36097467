"""Explain: parts that add up to the total, opened by clicking, by address alone."""

import json
import re

import pytest

from tests.unwind_risk.serve.conftest import DATE
from unwind_risk.api.analysis.explain import explain

PAGE = {"Accept": "text/html"}


def values(row):
    return [float(each) for each in re.findall(r'<data value="([^"]+)">', row)]


def rows(text):
    table = text.split('<table class="heat">')[1].split("</table>")[0]
    return re.findall(r"<tr.*?</tr>", table.split("<tbody>")[1], re.DOTALL)


def first_values(text):
    return [values(row)[0] for row in rows(text)]


@pytest.mark.parametrize("measure", ["value_at_risk", "expected_shortfall"])
def test_books_add_up_to_the_total(asked, measure):
    *books, total = first_values(asked.get("/explain", params={"measure": measure}, headers=PAGE).text)
    assert sum(books) == pytest.approx(total, rel=1e-9)


def test_a_click_opens_a_book_s_positions_which_add_up_to_it(asked):
    text = asked.get("/explain", params={"at": "jgb"}, headers=PAGE).text
    names = [re.sub(r"<[^>]+>|[▾▸\s]", "", row.split("</th>")[0]) for row in rows(text)]
    found = dict(zip(names, first_values(text), strict=True))
    assert found["J20"] == pytest.approx(found["jgb"], rel=1e-9)
    assert 'aria-expanded="true"' in text
    assert "U10" not in text


def test_by_factor_a_picture_stands_beside_the_table(asked):
    text = asked.get("/explain", params={"by": "factor", "scenario": "april-2025"}, headers=PAGE).text
    assert "<svg" in text
    assert "JGB curve" in text
    assert 'style="' not in text  # which the policy of contents would forbid


def test_what_is_not_recorded_is_refused_with_what_is(asked):
    for wrong in ({"by": "moon"}, {"at": "nobody"}, {"measure": "variance"}):
        assert asked.get("/explain", params=wrong, headers=PAGE).status_code == 422


def test_the_json_is_that_of_the_command(asked, night):
    told = explain(night / "record" / f"valuation_date={DATE}" / "run=ten-days").to_json()
    assert asked.get("/api/explain").json() == json.loads(told)
    words = asked.get("/explain/words", headers=PAGE).text
    assert "expected shortfall" in words.lower() or "ES" in words
