import json

import yaml

from config.complaints import all_keys
from config.schema import SHIPPED, schema_text
from config.settings import Settings
from tests.house import CHECKOUT


def test_the_shipped_schema_is_the_models() -> None:
    shipped = (CHECKOUT / SHIPPED).read_text(encoding="utf-8")

    assert shipped == schema_text(), "write it again: ./bot config schema --write"


def test_the_schema_knows_every_key_of_the_shipped_file_and_has_its_value_as_default() -> None:
    schema = json.loads(schema_text())
    shipped = yaml.safe_load((CHECKOUT / "config" / "settings.yaml").read_text(encoding="utf-8"))

    seen = 0
    for section, values in shipped.items():
        found = schema["properties"][section]
        if "$ref" not in found:
            continue
        keys = schema["$defs"][found["$ref"].rpartition("/")[2]]["properties"]
        for name, value in values.items():
            if "$ref" not in keys[name]:
                assert keys[name].get("default", {}) in (value, value or None), f"{section}.{name}"
                seen += 1
    assert seen > 50


def test_the_shipped_files_point_editors_to_the_schema() -> None:
    for name in ("settings.yaml", "paper.yaml", "live.example.yaml"):
        first = (CHECKOUT / "config" / name).read_text(encoding="utf-8").splitlines()[0]
        assert first == "# yaml-language-server: $schema=settings.schema.json"


def test_every_key_is_described_for_whoever_types_it() -> None:
    schema = json.loads(schema_text())

    sections = [schema, *(each for name, each in schema["$defs"].items())]
    described = [
        bool(key.get("description") or "$ref" in key) for each in sections for key in each["properties"].values()
    ]
    assert all(each["description"] for each in sections)
    assert all(described)
    assert len(described) >= len(set(all_keys(Settings)))
