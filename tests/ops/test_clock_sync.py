from ops.clock_sync import kernel_trouble


def test_the_kernel_answers_in_words_or_not_at_all() -> None:
    assert kernel_trouble() in {"", "the clock is not synchronised"}
