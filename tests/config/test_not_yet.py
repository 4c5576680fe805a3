import pytest

from config.load import load_fixed
from domain.errors import ConfigError


@pytest.mark.parametrize("override", ["schedule.trade_outside_rth=true"])
def test_a_setting_that_would_do_nothing_yet_is_refused(override: str) -> None:
    with pytest.raises(ConfigError, match="not available in this version"):
        load_fixed({}, [override])
