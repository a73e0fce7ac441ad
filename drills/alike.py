"""Whether time tells what an answer hides: accounts that are not there, records of somebody else."""

import json

from drills.stage import Stage

WORK = "from drills.alike_work import run; run(tries={tries})"


def alike(tries: int = 200) -> str:
    """Median times of known and unknown accounts (TRUST D6), of another's and no record (TRUST A4)."""
    with Stage() as stage:
        seen = json.loads(stage.shell(WORK.format(tries=tries)).strip().splitlines()[-1])
    said = []
    for name, (first, second, share) in seen.items():
        apart = abs(first - second) / min(first, second)
        if apart > share:
            raise RuntimeError(f"{name}: {first * 1000:.1f} and {second * 1000:.1f} ms are told apart")
        said.append(f"{name} {first * 1000:.1f} and {second * 1000:.1f} ms ({apart:.0%} apart)")
    return f"medians of {tries} tries each, known or another's beside not there: " + "; ".join(said) + "."
