"""A pytest plugin for where every second is ten: properties are tried on fewer examples, and none against a clock."""

from hypothesis import settings

settings.register_profile("emulated", settings.get_profile("ci"), max_examples=10, print_blob=True)
