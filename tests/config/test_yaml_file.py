from pathlib import Path

import pytest

from config.yaml_file import read_file, read_value
from domain.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5), ("-5", -5), ("0.5", 0.5), (".5", 0.5), ("1e3", 1000.0), ("1.5e-3", 0.0015),
        ("true", True), ("null", None),
        ("", ""), ("on", "on"), ("NO", "NO"), ("yes", "yes"), ("10:40", "10:40"), ("2026-01-02", "2026-01-02"),
        ("007", "007"), ("0x10", "0x10"), ("1_000", "1_000"), ("'5'", "5"), ("[a, 1]", ["a", 1]), ("{a: 1}", {"a": 1}),
        ("23:45-00:45", "23:45-00:45"), ("3600 S", "3600 S"), ("0dte", "0dte"),
    ],
)  # fmt: skip
def test_only_the_plain_words_are_more_than_text(text: str, value: object) -> None:
    read = read_value(text, "here")

    assert (read, type(read)) == (value, type(value))


def test_every_key_has_its_line(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("# first\na:\n  b: 1\n\nc: {d: 2}\n")

    values, origins = read_file(tmp_path / "a.yaml", "a.yaml")

    assert values == {"a": {"b": 1}, "c": {"d": 2}}
    assert origins == {("a",): "a.yaml:2", ("a", "b"): "a.yaml:3", ("c",): "a.yaml:5", ("c", "d"): "a.yaml:5"}


def test_a_key_that_comes_twice_in_depth_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a:\n  b: 1\n  c: 2\n  b: 3\n")

    with pytest.raises(ConfigError, match=r"a\.yaml:4: a\.b is set twice; first on line 2"):
        read_file(tmp_path / "a.yaml", "a.yaml")


def test_an_empty_file_sets_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("# nothing yet\n")

    assert read_file(tmp_path / "a.yaml", "a.yaml") == ({}, {})


@pytest.mark.parametrize("body", [b"\xff\xfe\x00", b"a: \x00", b"a: !!python/object:os.system x", b"a: *nowhere"])
def test_a_file_that_is_no_yaml_is_refused_in_one_line(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "a.yaml").write_bytes(body)

    with pytest.raises(ConfigError, match=r"^a\.yaml") as caught:
        read_file(tmp_path / "a.yaml", "a.yaml")

    assert "\n" not in str(caught.value)


def test_a_folder_is_no_settings_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^a\.yaml: cannot be read"):
        read_file(tmp_path, "a.yaml")
