"""A census of a whole city on a portal of its own, from its opening to the printed directory, with times."""

import json
import subprocess
import sys

from drills.stage import Stage
from portal.preflight import ROOT

WORK = "from drills.census_work import run; run(units={units}, each={each})"


def census(units: int = 500, each: int = 6) -> str:
    """A round of so many units with so many resources each: answered, checked twice, closed, printed."""
    with Stage() as stage:
        told = subprocess.run(
            [
                sys.executable,
                "-m",
                "portal.start",
                "manage",
                "shell",
                "-c",
                WORK.format(units=units, each=each),
            ],
            cwd=ROOT,
            env=stage.environment,
            capture_output=True,
            text=True,
            check=False,
        )
    if told.returncode:
        raise RuntimeError(told.stderr[-2000:])
    seen = json.loads(told.stdout.strip().splitlines()[-1])
    times = ", ".join(f"{words} {seconds:.0f} s" for words, seconds in seen["seconds"].items())
    return (
        f"{units} units with {units * each:,} resources: {times}; directory of {seen['entries']:,} entries,"
        f" {seen['pages']} pages, {seen['megabytes']:.1f} MB."
    )
