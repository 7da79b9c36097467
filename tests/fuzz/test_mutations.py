"""Files changed at random: each is refused in a few words that name it, or simulated to finite figures."""

import json
import os
import random
import sys
import time
import traceback
from collections import Counter
from pathlib import Path

import pytest

from engine.errors import RiskError
from tests.fuzz.mutations import mutated
from tests.fuzz.targets import Target, targets

QUICK, LONG = 300, 20_000
LONGEST_MESSAGE = 20_000  # characters
LONGEST_TIME = 5.0  # seconds of this process; a few words take milliseconds, a run of 100 paths some tenths
KEPT = os.environ.get("FUZZ_FOLDER")  # where inputs that failed are kept, with what went wrong


@pytest.fixture(scope="module")
def every_target(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("fuzz")
        patch.setattr("engine.inputs.book.cache.cache_folder", lambda: folder / "books")  # kernels stay compiled
        yield folder, targets(folder)


def wrong_with(path: Path, target: Target, counts: Counter[str]) -> str | None:
    """What is wrong with how one file was taken; None where nothing is."""
    began = time.process_time()
    try:
        target.use(path)
        counts["accepted"] += 1
    except RiskError as error:
        counts["refused"] += 1
        message = str(error)
        if len(message) > LONGEST_MESSAGE:
            return f"a message of {len(message):,} characters"
        if not any(name in message for name in (path.name, path.stem, *target.named)) and target.whole:
            return f"the file is not named: {message[:300]}"
    except Exception:
        return traceback.format_exc(limit=-6)
    seconds = time.process_time() - began
    counts[f"s {target.name}"] += seconds
    return f"took {seconds:.1f} s" if seconds > LONGEST_TIME else None


def trial(folder: Path, every: tuple[Target, ...], seed: int, counts: Counter[str]) -> str | None:
    """Mutate one file and use it; its good bytes stand there again afterwards."""
    random_ = random.Random(seed)
    target = every[seed % len(every)]
    path = folder / target.name
    before = path.read_bytes() if path.exists() else None
    data = mutated(random_, random_.choice(target.seeds))
    if not target.whole and _means(data) == _means(target.seeds[0]):
        return None
    path.write_bytes(data)
    found = wrong_with(path, target, counts)
    if before is None:
        path.unlink(missing_ok=True)
    else:
        path.write_bytes(before)
    if found is not None and KEPT:
        Path(KEPT).mkdir(parents=True, exist_ok=True)
        (Path(KEPT) / f"{seed}-{path.name}").write_bytes(data)
        (Path(KEPT) / f"{seed}.txt").write_text(found, encoding="utf-8")
    return found and f"seed {seed}, {target.name}: {found}"


def _means(data: bytes) -> object:
    """What a JSON file says, spaces aside; the bytes themselves where it says nothing."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return data


def all_trials(folder: Path, every: tuple[Target, ...], seeds: range) -> Counter[str]:
    counts: Counter[str] = Counter()
    failed = [found for seed in seeds if (found := trial(folder, every, seed, counts))]
    print(json.dumps({"inputs": len(seeds), **counts, "failed": len(failed)}), file=sys.stderr)
    assert not failed, f"{len(failed)} of {len(seeds)}:\n" + "\n".join(failed[:20])
    return counts


def test_changed_files_are_refused_in_words_or_give_finite_figures(every_target):
    counts = all_trials(*every_target, range(QUICK))
    assert counts["accepted"] > 20  # changes that leave a good file are among them: their figures were looked at


@pytest.mark.slow
def test_20_000_changed_files_are_refused_in_words_or_give_finite_figures(every_target):
    begin = int(os.environ.get("FUZZ_SEED", "1000"))
    counts = all_trials(*every_target, range(begin, begin + int(os.environ.get("FUZZ_INPUTS", str(LONG)))))
    assert counts["refused"] > counts["accepted"] > 0
