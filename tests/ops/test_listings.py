from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from domain.contracts import Underlying
from domain.ids import ConId, Symbol
from domain.reports import Listing, UnderlyingReport
from ops.listings import ListingCache, opened

DAY = date(2026, 3, 5)
KEY = "underlying SPY"
SPY: Listing = UnderlyingReport(
    underlying=Underlying(con_id=ConId(756733), symbol=Symbol("SPY"), primary_exchange="ARCA")
)


def a_cache(path: Path) -> Path:
    with closing(ListingCache(path, "here:4002")) as cache:
        for number in range(200):  # Several pages, so that the damage may be in one that is not read at the start.
            cache.put(DAY, f"{KEY} {number}", SPY)
    return path


def overwritten(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at : at + 2048] = b"x" * 2048
    path.write_bytes(content)


@pytest.mark.parametrize("at", [0, 8192], ids=["its head", "its middle"])
def test_a_damaged_cache_is_set_aside_and_a_fresh_one_is_kept_on_disk(at: int, tmp_path: Path) -> None:
    path = a_cache(tmp_path / "listings.sqlite")
    overwritten(path, at)

    cache, said = opened(path, "here:4002")
    with closing(cache):
        cache.put(DAY, KEY, SPY)

    assert said.startswith(f"{path}: ")
    assert said.endswith("; it is set aside as listings.sqlite.damaged")
    assert "\n" not in said
    assert path.with_name("listings.sqlite.damaged").exists()
    with closing(ListingCache(path, "here:4002")) as again:
        assert again.get(DAY, KEY) == SPY
        assert again.get(DAY, f"{KEY} 0") is None


def test_a_second_damage_takes_the_place_of_the_first(tmp_path: Path) -> None:
    path = tmp_path / "listings.sqlite"
    for _ in range(2):
        path.write_text("no database, and rather long for that matter")
        opened(path, "here:4002")[0].close()

    assert [one.name for one in sorted(tmp_path.iterdir())] == ["listings.sqlite", "listings.sqlite.damaged"]


def test_a_sound_cache_is_opened_without_a_word(tmp_path: Path) -> None:
    cache, said = opened(a_cache(tmp_path / "listings.sqlite"), "here:4002")

    with closing(cache):
        assert (cache.get(DAY, f"{KEY} 7"), said) == (SPY, "")


def test_where_no_file_can_be_used_listings_are_kept_in_memory(tmp_path: Path) -> None:
    (tmp_path / "listings.sqlite").mkdir()

    cache, said = opened(tmp_path / "listings.sqlite", "here:4002")

    with closing(cache):
        cache.put(DAY, KEY, SPY)
        assert cache.get(DAY, KEY) == SPY
    assert said.endswith("; what is listed is kept in memory")


def test_another_day_takes_the_place_of_the_one_before_on_disk_too(tmp_path: Path) -> None:
    path, today, tomorrow = tmp_path / "listings.sqlite", DAY, date(2026, 3, 6)
    with closing(ListingCache(path, "here:4002")) as cache:
        for day in (today, tomorrow):
            for key in ("one", "two"):
                cache.put(day, key, SPY)

        known = [cache.get(day, "one") is not None for day in (today, tomorrow)]

    with closing(ListingCache(path, "here:4002")) as again:
        assert known == [again.get(day, "two") is not None for day in (today, tomorrow)] == [False, True]
