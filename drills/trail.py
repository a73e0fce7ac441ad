"""How fast the trail of changes takes entries, seals them and proves itself (TRUST E4)."""

import json
import subprocess
import sys

from drills.stage import Stage
from portal.preflight import ROOT

WORK = "from drills.trail_work import run; run(threads={threads}, seconds={seconds}, entries={entries})"


def trail(threads: int = 4, seconds: int = 10, entries: int = 1_000_000) -> str:
    """Entries committed one by one by several sessions; then a chain of so many sealed and verified."""
    with Stage() as stage:
        work = WORK.format(threads=threads, seconds=seconds, entries=entries)
        told = subprocess.run(
            [sys.executable, "-m", "portal.start", "manage", "shell", "-c", work],
            cwd=ROOT,
            env=stage.environment,
            capture_output=True,
            text=True,
            check=False,
        )
    if told.returncode:
        raise RuntimeError(told.stderr[-2000:])
    seen = json.loads(told.stdout.strip().splitlines()[-1])
    return (
        f"{seen['rate']:,.0f} entries a second committed one by one by {threads} sessions; a chain of"
        f" {seen['links']:,} sealed in {seen['sealing']:.0f} s, verified in {seen['verifying']:.0f} s:"
        f" {'sound' if seen['is_sound'] else 'BROKEN'}."
    )
