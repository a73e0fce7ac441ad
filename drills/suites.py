"""Tests that take too long for every change, run whole on a database of their own."""

import os
import re
import subprocess
import time

from portal.preflight import ROOT

FORMS = ("tests/test_hostile_forms.py", "tests/test_hostile_forms_of_schools.py")
POSTED = re.compile(r"^(\d+) forms, (\d+) posts$", re.MULTILINE)
CAUGHT = re.compile(r"^\d+ mutants of .*$", re.MULTILINE)


def forms(posts: int = 500) -> str:
    """Every form of the portal, found by walking it as each person, posted at so many times (TRUST B1)."""
    said, seconds = _run(*FORMS, POSTS_A_FORM=str(posts))
    counted = POSTED.findall(said)
    walked, posted = (sum(int(one[place]) for one in counted) for place in (0, 1))
    return (
        f"{walked} forms, {posted:,} posts of hostile and random values ({posts} each): 0 answers of 500 or"
        f" above, 0 rows past a constraint, in {seconds:.0f} s."
    )


def access() -> str:
    """Every page of the table of access without its guards, one at a time (TRUST A3)."""
    said, seconds = _run("tests/access/mutants.py")
    return f"{CAUGHT.search(said)[0]}, in {seconds:.0f} s."


def _run(*files: str, **environment: str) -> tuple[str, float]:
    began = time.monotonic()
    told = subprocess.run(
        [str(ROOT / "script" / "test"), *files, "-rP", "--show-capture=stdout"],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if told.returncode:
        raise RuntimeError(told.stdout[-4000:])
    return told.stdout, time.monotonic() - began
