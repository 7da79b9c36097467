"""Scheduled sales by step."""

from engine.law.scheduled_sales import sales_by_step
from engine.mechanisms.scheduled_sales import Sale


def test_a_days_sale_is_in_its_step_and_later_days_are_left_out():
    sales = (Sale(day=1, usd_bn=5.0), Sale(day=3, usd_bn=7.0), Sale(day=4, usd_bn=9.0))
    assert sales_by_step(sales, 3).tolist() == [5.0, 0.0, 7.0]
