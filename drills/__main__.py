"""python -m drills NAME: stage one drill and append what was seen to docs/operations.md."""

import sys
from datetime import datetime
from zoneinfo import ZoneInfo

from drills import faults, suites
from drills.alike import alike
from drills.census import census
from drills.clear import clear
from drills.credits import batches_killed
from drills.slow_senders import slow_senders
from drills.trail import trail
from portal.preflight import ROOT

DRILLS = {
    **faults.DRILLS,
    "batches-killed": batches_killed,
    "census": census,
    "clear": clear,
    "forms": suites.forms,
    "access": suites.access,
    "slow-senders": slow_senders,
    "trail": trail,
    "alike": alike,
}
RECORD = ROOT / "docs" / "operations.md"


def main() -> int:
    name = sys.argv[1] if len(sys.argv) == 2 else ""
    if name not in DRILLS:
        print("用法：script/drill NAME，NAME 为：", *DRILLS, sep="\n  ", file=sys.stderr)
        return 64
    seen = DRILLS[name]()
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    with RECORD.open("a", encoding="utf-8") as record:
        record.write(f"- {today} `{name}`: {seen}\n")
    print(seen)
    return 0


if __name__ == "__main__":
    sys.exit(main())
