"""A million random, truncated and mutated frames at the gateway: `python bench/gateway_fuzz.py --frames 1000000`.

Every round is a gateway of its own with a well-behaved client on it and a neighbour who sends rubbish. A failure names
its round's seed: `--seed SEED --frames N` plays it again. Exit code 1 when a handler broke, an exception got out of the
gateway, a frame took too long, or the well-behaved client missed an answer. `--json` prints the result as one object.
"""

import argparse
import faulthandler
import json
import logging
import sys
import time
import traceback
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.simgateway.fuzz.street import Neighbour, a_street, live

ROUND_FRAMES = 10_000
SLOW_SECONDS = 2.0
HANG_SECONDS = 600.0
PACED_EVERY = 5


@dataclass(slots=True)
class Result:
    """What the rounds came to; `failures` are lines with the seed of their round."""

    frames: int = 0
    seconds: float = 0.0
    slowest_seconds: float = 0.0
    rounds: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)


def main() -> int:
    """Play all rounds; return 1 when one failed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", 1)[0])
    parser.add_argument("--frames", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--synthetic", action="store_true", help="a market with history and chains, which takes longer")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of words")
    options = parser.parse_args()
    logging.getLogger("simgateway").addHandler(logging.NullHandler())
    result, seed = Result(), options.seed
    began = time.perf_counter()
    while result.frames < options.frames:
        faulthandler.dump_traceback_later(HANG_SECONDS, exit=True)
        _play(seed, min(ROUND_FRAMES, options.frames - result.frames), result, synthetic=options.synthetic)
        result.seconds = round(time.perf_counter() - began, 1)
        rate = result.frames / result.seconds if result.seconds else 0.0
        sys.stderr.write(f"\r{result.frames} frames, {rate:.0f} a second, {len(result.failures)} failures ")
        seed += 1
    faulthandler.cancel_dump_traceback_later()
    sys.stderr.write("\n")
    _tell(result, as_json=options.json)
    return 1 if result.failures else 0


def _play(seed: int, frames: int, result: Result, *, synthetic: bool) -> None:
    """Play one round and add what came of it."""
    rig = a_street(seed, synthetic=synthetic, pacing=seed % PACED_EVERY == 0)
    neighbour = Neighbour(rig, Random(f"neighbour {seed}"))
    try:
        unanswered = live(rig, neighbour, Random(seed), frames)
    except Exception:  # noqa: BLE001 - whatever gets out of the gateway is what is looked for
        unanswered = []
        result.failures.append(f"seed {seed}, frame {neighbour.frames}: {traceback.format_exc(limit=-4)}")
    result.failures += [f"seed {seed}: no answer to {name}" for name in unanswered]
    notes = (frame.fields for frame in rig.log.frames if frame.direction == "note" and frame.fields[0] == "broken")
    result.failures += [f"seed {seed}: {note[1]} at {note[2:12]}" for note in notes]
    if neighbour.slowest_seconds > SLOW_SECONDS:
        result.failures.append(f"seed {seed}: a frame took {neighbour.slowest_seconds:.1f} s")
    result.frames += max(neighbour.frames, 1)
    result.rounds += 1
    result.answers += neighbour.seen
    result.slowest_seconds = round(max(result.slowest_seconds, neighbour.slowest_seconds), 3)


def _tell(result: Result, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(asdict(result)))
        return
    print(f"{result.frames} frames in {result.rounds} rounds, {result.seconds} s; slowest {result.slowest_seconds} s")
    print("answers: " + ", ".join(f"{name} {count}" for name, count in result.answers.most_common(12)))
    for line in result.failures[:50]:
        print("FAILED " + line)
    print("failures: " + (str(len(result.failures)) if result.failures else "none"))


if __name__ == "__main__":
    raise SystemExit(main())
