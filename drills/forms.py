"""Hundreds of hostile posts at every form, many more than the tests have time for."""

import os
import re
import subprocess
import time

from portal.preflight import ROOT

FILES = ("tests/test_hostile_forms.py", "tests/test_hostile_forms_of_schools.py")
COUNTED = re.compile(r"^(\d+) forms, (\d+) posts$", re.MULTILINE)


def forms(posts: int = 500) -> str:
    """Every form of the portal, found by walking it as each person, posted at so many times (TRUST B1)."""
    began = time.monotonic()
    told = subprocess.run(
        [str(ROOT / "script" / "test"), *FILES, "-rP"],
        cwd=ROOT,
        env=os.environ | {"POSTS_A_FORM": str(posts)},
        capture_output=True,
        text=True,
        check=False,
    )
    counted = COUNTED.findall(told.stdout)
    if told.returncode or len(counted) != len(FILES):
        raise RuntimeError(told.stdout[-4000:])
    walked, posted = (sum(int(one[place]) for one in counted) for place in (0, 1))
    return (
        f"{walked} forms of two groups of people, {posted:,} posts of hostile and random values, {posts} a form:"
        f" 0 answers of 500 or above, 0 rows past a constraint, in {time.monotonic() - began:.0f} s."
    )
