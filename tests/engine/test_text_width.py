from engine.text_width import padded, text_width, wrapped


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


def test_japanese_is_wrapped_between_letters_where_a_line_may_end():
    text = "平常では100回に1回、153.0億円以上の損失\uff08時価の3.0 %\uff09です。シナリオは2つ。"
    for width in range(12, 60):
        lines = wrapped(text, width)
        assert "".join(lines) == text
        assert max(map(text_width, lines)) <= width
        assert not [line for line in lines[1:] if line[0] in "。、\uff09ー"]  # JIS X 4051: these never begin a line
        assert not [line for line in lines if line[-1] in "\uff08"]
        whole = ("153.0億円", "シナリオ", "3.0 %")
        assert [word for word in whole if not any(word in line for line in lines)] == []


def test_words_of_other_scripts_and_indents_are_as_they_are():
    assert wrapped("one two three", 8, "  ") == ["one two", "  three"]
    assert wrapped("±0.1 bp and 3.0 % of it", 9) == ["±0.1 bp", "and 3.0 %", "of it"]
