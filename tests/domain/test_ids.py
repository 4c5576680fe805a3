import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ids import IntentId, Leg, order_ref, split_ref


@given(st.from_regex(r"[0-9]{6}[A-Z.]{1,6}[0-9]{6}", fullmatch=True), st.sampled_from(Leg), st.integers(0, 999))
def test_a_ref_tells_its_intent_leg_and_number(intent: str, leg: Leg, number: int) -> None:
    assert split_ref(order_ref(IntentId(intent), leg, number)) == (intent, leg, number)


@pytest.mark.parametrize("text", ["", "manual", "a.b", "x.Q.0", "x.E.one", "x.E.-1"])
def test_any_other_text_is_not_ours(text: str) -> None:
    assert split_ref(text) is None


@pytest.mark.parametrize("intent", ["x" * 29, "Ä"])
def test_a_ref_that_the_broker_might_cut_or_mangle_is_refused(intent: str) -> None:
    with pytest.raises(ValueError, match="ASCII"):
        order_ref(IntentId(intent), Leg.ENTRY, 0)
