from engine.text_width import padded, text_width


def test_a_full_width_letter_takes_two_columns():
    # By East Asian Width (UAX 11): W and F take two, half-width kana one, a mark above a letter none.
    assert [text_width(text) for text in ("JGB", "国債", "\uff2a\uff27\uff22", "ｶﾌﾞ", "か\u3099", "±△")] == [
        3,
        4,
        6,
        3,
        2,
        2,
    ]


def test_padding_counts_columns():
    assert padded("国債", 6) == "国債  "
    assert padded("国債", 6, is_right=True) == "  国債"
    assert padded("国債", 3) == "国債"
