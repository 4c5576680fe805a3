from ops.patience import PATIENT, let_others_go_first


def test_the_priority_is_lowered() -> None:
    asked: list[int] = []

    let_others_go_first(asked.append)

    assert asked == [PATIENT]


def test_where_it_is_forbidden_the_work_goes_on() -> None:
    def forbidden(_by: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    let_others_go_first(forbidden)
