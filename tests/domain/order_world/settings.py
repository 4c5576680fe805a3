"""Which lives are searched: small ones with every test run, larger ones by `bench/order_search.py`."""

from typing import Final

from tests.domain.order_world.exchange import CHILDREN, Rules
from tests.domain.order_world.world import Allowed, Setting

ARMED, COMPLETE, CANCELLED = (Rules(children=children) for children in CHILDREN)
SMALL: Final = {
    "a part sold and a part bought": Setting(rules=ARMED, hurried=False, allowed=Allowed(partials=1)),
    "children armed when their parent is complete": Setting(rules=COMPLETE, hurried=False, allowed=Allowed(partials=2)),
    "children cancelled with the remainder": Setting(rules=CANCELLED, hurried=False, allowed=Allowed(partials=2)),
    "a crash": Setting(hurried=False, allowed=Allowed(crashes=1)),
    "a cut": Setting(hurried=False, allowed=Allowed(cuts=1)),
    "a message lost, repeated or late": Setting(hurried=False, allowed=Allowed(faults=1)),
}
EACH: Final = {
    "2 partial fills": Allowed(partials=2),
    "1 partial, 1 crash": Allowed(partials=1, crashes=1),
    "1 partial, 1 cut": Allowed(partials=1, cuts=1),
    "1 message astray": Allowed(faults=1),
    "1 refused or cancelled by hand": Allowed(mishaps=1),
    "1 order to flatten": Allowed(flattens=1),
}
EMULATED: Final = {
    "1 partial fill": Allowed(partials=1),
    "1 crash": Allowed(crashes=1),
    "1 cut": Allowed(cuts=1),
    "1 message astray": Allowed(faults=1),
}
LARGE: Final = {
    **{
        f"native, {rules.children}, {name}": Setting(rules=rules, hurried=False, allowed=allowed)
        for rules in (ARMED, COMPLETE, CANCELLED)
        for name, allowed in EACH.items()
    },
    **{
        f"emulated, {name}": Setting(native=False, hurried=False, allowed=allowed) for name, allowed in EMULATED.items()
    },
    "native, timers at any moment": Setting(),
    "native, no completed orders told, 1 cut": Setting(
        rules=Rules(tells_completed=False), hurried=False, allowed=Allowed(cuts=1)
    ),
    "native, 1 message astray, 1 crash": Setting(hurried=False, allowed=Allowed(faults=1, crashes=1)),
    **{
        f"native, {rules.children}, 2 partial fills, 1 crash, 1 message astray": Setting(
            rules=rules, hurried=False, allowed=Allowed(partials=2, crashes=1, faults=1)
        )
        for rules in (ARMED, COMPLETE, CANCELLED)
    },
}
