"""Japanese names of a book file's columns: each may head its column in place of the English one."""

from collections.abc import Mapping

JAPANESE_HEADINGS: Mapping[str, str] = {
    "position_id": "ポジション",
    "book": "ブック",
    "kind": "種別",
    "currency": "通貨",
    "notional": "元本",
    "coupon": "利率",
    "issue_date": "発行日",
    "maturity": "満期日",
    "start_date": "開始日",
    "rate": "レート",
    "price": "価格",
    "market_yield": "利回り",
    "far_rate": "期先レート",
    "spread": "スプレッド",
    "reset_rate": "リセットレート",
    "fixed_so_far": "既決定金利",
    "fixed_so_far_jpy": "円の既決定金利",
    "strike": "行使価格",
    "strike_2": "行使価格2",
    "width": "幅",
    "vol": "ボラティリティ",
    "premium": "プレミアム",
    "tenor": "期間",
    "contract": "限月",
    "deliverables": "受渡適格銘柄",
    "factor": "ファクター",
    "multiplier": "乗数",
    "against": "相手通貨",
    "index_ratio": "連動係数",
    "base_index": "基準指数",
    "cpi": "消費者物価指数",
    "break_even": "損益分岐インフレ率",
    "curve": "カーブ",
}
_COLUMNS = {heading: name for name, heading in JAPANESE_HEADINGS.items()}


def column_name(heading: str) -> str:
    """Return the column that a heading means; the heading itself where it is none of the Japanese ones."""
    return _COLUMNS.get(heading, heading)
