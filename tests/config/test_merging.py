from config.merging import merged


def test_what_lies_above_wins_at_every_depth() -> None:
    under = {"a": {"b": {"x": 1, "y": 2}, "c": 3}, "d": [1, 2]}

    result = merged(under, {"a": {"b": {"y": 9}}, "d": [3]})

    assert result == {"a": {"b": {"x": 1, "y": 9}, "c": 3}, "d": [3]}


def test_merging_changes_neither_side() -> None:
    under: dict[str, object] = {"a": {"x": 1}}
    over: dict[str, object] = {"a": {"y": 2}}

    merged(under, over)

    assert (under, over) == ({"a": {"x": 1}}, {"a": {"y": 2}})
