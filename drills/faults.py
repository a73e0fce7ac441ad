"""The faults that can be staged. Each returns what was seen, in a sentence for the record."""

import subprocess
import tempfile
import time
from pathlib import Path

from drills.stage import Stage, within
from drills.writers import Writers


def database_killed(rounds: int = 3, sessions: int = 200) -> str:
    """kill -9 of every PostgreSQL process while many sessions write (TRUST F3)."""
    with Stage() as stage:
        writers = Writers(stage, sessions)
        writers.start()
        away = []
        for _ in range(rounds):
            time.sleep(3)
            for process in stage.database_processes():
                process.kill()
            began = time.monotonic()
            time.sleep(0.2)
            if not within(60, lambda: stage.status() == 200):
                raise RuntimeError("the portal did not come back within a minute")
            away.append(time.monotonic() - began)
        writers.stop()
        lost = writers.lost()
    return (
        f"{rounds} kills under {sessions} writers: {lost} of {len(writers.acknowledged):,} acknowledged"
        f" rows lost; pages back after {max(away):.1f} s at most, no process started by hand."
    )


def supervisor_killed(rounds: int = 3, sessions: int = 10) -> str:
    """kill -9 of the supervisor while sessions write, then a new start on the same folder."""
    seconds = []
    with Stage() as stage:
        writers = Writers(stage, sessions)
        writers.start()
        for _ in range(rounds):
            time.sleep(2)
            stage.process.kill()
            stage.process.wait()
            began = time.monotonic()
            stage.start()
            seconds.append(time.monotonic() - began)
        writers.stop()
        lost = writers.lost()
    return (
        f"{rounds} kills of the supervisor under {sessions} writers: {lost} of"
        f" {len(writers.acknowledged):,} acknowledged rows lost; the next start answered after"
        f" {max(seconds):.1f} s at most."
    )


def disk_full(megabytes: int = 420, sessions: int = 8) -> str:
    """The data folder's disk runs full under load, then room comes back (TRUST F5). As root."""
    mount = Path(tempfile.mkdtemp(prefix="portal-drill-", dir="/tmp"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(mount)], check=True)
    try:
        with Stage(mount / "data", MIN_FREE_MB="20") as stage:
            return _fill_up(stage, mount, sessions)
    finally:
        subprocess.run(["umount", str(mount)], check=True)
        mount.rmdir()


def _fill_up(stage: Stage, mount: Path, sessions: int) -> str:
    ballast = mount / "ballast"
    subprocess.run(["fallocate", "-l", "100M", str(ballast)], check=True)
    writers = Writers(stage, sessions, width=2000)
    writers.start()
    if not within(240, lambda: _stand_still(writers)):
        raise RuntimeError("the disk did not run full")
    when_full, page = len(writers.acknowledged), stage.status("/healthz")
    ballast.unlink()
    began = time.monotonic()
    if not within(90, lambda: len(writers.acknowledged) > when_full + 100):
        raise RuntimeError("writing did not go on after room came back")
    back = time.monotonic() - began
    writers.stop()
    within(60, lambda: stage.status() == 200)
    restarts = stage.supervisor_said().count("postgres 已退出")
    return (
        f"Disk full under {sessions} writers: the web process answered {page}, the database ended"
        f" {restarts} times; writing again {back:.1f} s after room came back; {writers.lost()} of"
        f" {len(writers.acknowledged):,} acknowledged rows lost."
    )


def _stand_still(writers: Writers) -> bool:
    """Whether nobody could write for three seconds."""
    before = len(writers.acknowledged)
    time.sleep(3)
    return writers.errors > 0 and len(writers.acknowledged) == before


DRILLS = {
    "database-killed": database_killed,
    "supervisor-killed": supervisor_killed,
    "disk-full": disk_full,
}
