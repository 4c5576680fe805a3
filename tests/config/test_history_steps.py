import pytest

from config.history_steps import BAR_SECONDS, STEPS, check_step, duration_seconds


@pytest.mark.parametrize(("span", "shortest", "longest"), STEPS)
def test_each_span_takes_its_bars_and_none_beyond(span: str, shortest: str, longest: str) -> None:
    sizes = sorted(BAR_SECONDS, key=lambda size: BAR_SECONDS[size])
    inside = sizes[sizes.index(shortest) : sizes.index(longest) + 1]

    for size in sizes:
        if size in inside:
            check_step(span, size)
        else:
            with pytest.raises(ValueError, match="comes in bars of"):
                check_step(span, size)


def test_a_span_between_two_rows_is_held_to_the_longer_one() -> None:
    check_step("2400 S", "5 secs")

    with pytest.raises(ValueError, match="5 secs to 1 hour"):
        check_step("2400 S", "1 secs")


@pytest.mark.parametrize("span", ["3600", "3600 s", "0 S", "-1 D", "1.5 D", "D", "90000 S", "366 D"])
def test_what_is_no_span_is_refused(span: str) -> None:
    with pytest.raises(ValueError, match=f"^{span!r}"):
        duration_seconds(span)


def test_a_span_beyond_the_table_is_refused() -> None:
    with pytest.raises(ValueError, match="longer than the broker's longest span"):
        check_step("2 Y", "1 day")


def test_an_unknown_bar_size_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"'60 mins' is no bar size; the broker has 1 secs, .*1 hour"):
        check_step("3600 S", "60 mins")
