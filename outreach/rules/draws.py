"""Drawing lots so that anybody can draw again: by the digest of the seed and what is drawn.

SHA-256 gives the same order in every language and every version of it, so that a draw can be checked without
this portal: sort by the hexadecimal digest of "seed:kind:number" in UTF-8.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256


def lot(seed: str, *words: object) -> str:
    return sha256(":".join(map(str, (seed, *words))).encode()).hexdigest()


def drawn(
    units: Iterable[int], inspectors: Iterable[Sequence], *, wanted: int, each: int, seed: str
) -> list[tuple[int, list[int]]]:
    """What a seed draws: units, and for each its inspectors, the less loaded first.

    `inspectors` are pairs of a person and the units that person must not inspect.
    Raises ValueError where a unit has too few.
    """
    pool = [(person, frozenset(own)) for person, own in inspectors]
    chosen = sorted(units, key=lambda unit: lot(seed, "unit", unit))[:wanted]
    load = {person: 0 for person, _ in pool}
    result = []
    for unit in chosen:
        fit = [person for person, own in pool if unit not in own]
        if len(fit) < each:
            raise ValueError("检查人员不足。")
        team = sorted(fit, key=lambda person: (load[person], lot(seed, unit, person)))[:each]
        for person in team:
            load[person] += 1
        result.append((unit, team))
    return result
