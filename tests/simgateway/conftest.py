from importlib.util import find_spec

# They drive ib_insync by name; where the other library is installed, `./bot test --conformance` drives that one.
collect_ignore = [] if find_spec("ib_insync") else ["test_real_client.py", "test_hosted.py", "test_main.py"]
