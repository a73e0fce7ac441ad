"""Where weights come from: pairwise judgments of experts, points they share out, or the data themselves.

Basis: T. L. Saaty, Decision making with the analytic hierarchy process (2008); Diakoulaki et al. for CRITIC.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from indicators.method.tree import Floats

# Consistency index of random judgments, for matrices of 1, 2, 3 … rows (Saaty 1980).
RANDOM_INDEX = (0, 0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59)
CONSISTENT = 0.1  # above this ratio judgments contradict each other
STRONGEST = 9.0  # of one over another, on Saaty's scale


@dataclass(frozen=True, eq=False)
class Priorities:
    """Weights that add up to one, and how far the judgments behind them agree with each other."""

    weights: Floats
    largest_root: float
    index: float
    ratio: float

    @property
    def is_consistent(self) -> bool:
        return self.ratio <= CONSISTENT


def pairwise(count: int, judgments: Mapping[tuple[int, int], float]) -> Floats:
    """The reciprocal matrix of judgments: (i, j) says how many times i matters as much as j.

    Raises ValueError if a pair is missing, stands there twice, or lies beyond 1/9 to 9.
    """
    if not 2 <= count <= len(RANDOM_INDEX):
        raise ValueError(f"两两比较适用于 2 至 {len(RANDOM_INDEX)} 项。")
    matrix = np.zeros((count, count))
    np.fill_diagonal(matrix, 1.0)
    for (i, j), value in judgments.items():
        if i == j or not 1 / STRONGEST - 1e-9 <= value <= STRONGEST + 1e-9:
            raise ValueError("判断值应在 1/9 与 9 之间。")
        if matrix[i, j]:
            raise ValueError("同一对比较出现了两次。")
        matrix[i, j], matrix[j, i] = value, 1.0 / value
    if not matrix.all():
        raise ValueError("两两比较不完整。")
    return matrix


def priorities(matrix: Floats) -> Priorities:
    """The principal eigenvector of a reciprocal matrix, and its consistency ratio."""
    count = len(matrix)
    weights = np.full(count, 1.0 / count)
    for _ in range(1000):
        product = matrix @ weights
        following = product / product.sum()
        moved, weights = np.abs(following - weights).max(), following
        if moved < 1e-15:
            break
    root = float(((matrix @ weights) / weights).mean())
    index = max(root - count, 0.0) / (count - 1) if count > 1 else 0.0
    random = RANDOM_INDEX[count - 1]
    return Priorities(weights, root, index, index / random if random else 0.0)


def worst_pair(matrix: Floats) -> tuple[int, int, float]:
    """The judgment that contradicts the others most: its pair, and what all the others together say of it.

    By way of a third item k, i matters a_ik times a_kj as much as j: the geometric mean over all k.
    """
    logs, count = np.log(matrix), len(matrix)
    if count < 3:
        return 0, 1, float(matrix[0, 1])
    implied = (logs.sum(axis=1)[:, None] + logs.sum(axis=0)[None, :] - 2 * logs) / (count - 2)
    distance = np.triu(np.abs(logs - implied), 1)
    i, j = np.unravel_index(int(np.argmax(distance)), distance.shape)
    return int(i), int(j), float(np.exp(implied[i, j]))


def pooled_judgments(matrices: Sequence[Floats]) -> Floats:
    """The judgments of several experts as one matrix: geometric means, so that it stays reciprocal."""
    return np.exp(np.mean([np.log(matrix) for matrix in matrices], axis=0))


def shared_out(points: Sequence[Floats]) -> Floats:
    """Mean of the shares that several experts gave; each expert counts the same. Adds up to one."""
    shares = [np.asarray(one, dtype=float) / np.sum(one) for one in points]
    return np.mean(shares, axis=0)


# ---------------------------------------------------------------- from the data: scenarios only


def _shares(measure: Floats) -> Floats:
    """Non-negative measures as shares; equal ones if there is nothing to tell them apart."""
    measure = np.nan_to_num(measure)
    total = measure.sum()
    return measure / total if total > 0 else np.full(len(measure), 1 / max(len(measure), 1))


def variation_weights(score: Floats) -> Floats:
    """By the coefficient of variation over the units, as the Shanghai index does: unit x indicator."""
    return _shares(np.nanstd(score, axis=0) / np.nanmean(score, axis=0))


def entropy_weights(score: Floats) -> Floats:
    """By entropy over the units: what is the same everywhere tells nothing and weighs nothing."""
    known = np.isfinite(score)
    share = np.where(known, score, 0.0) / np.nansum(score, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        information = np.where(share > 0, share * np.log(share), 0.0).sum(axis=0)
    count = np.maximum(known.sum(axis=0), 2)
    return _shares(np.maximum(1 + information / np.log(count), 0.0))


def critic_weights(score: Floats) -> Floats:
    """By spread and by how little an indicator repeats the others."""
    count = score.shape[1]
    spread = np.nanstd(score, axis=0)
    repeated = np.array([[correlation(score[:, i], score[:, j]) for j in range(count)] for i in range(count)])
    return _shares(spread * (1 - np.nan_to_num(repeated, nan=1.0)).sum(axis=1))


def correlation(a: Floats, b: Floats) -> float:
    """Pearson's correlation over the units that have both; NaN for fewer than three or without spread."""
    both = np.isfinite(a) & np.isfinite(b)
    if both.sum() < 3:
        return float("nan")
    x, y = a[both] - a[both].mean(), b[both] - b[both].mean()
    size = np.sqrt((x @ x) * (y @ y))
    return float(x @ y / size) if size > 1e-12 else float("nan")
