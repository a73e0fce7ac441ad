"""How an edition weighs and adds up, in words: what report and method page say is what its rows say."""

from collections.abc import Sequence
from decimal import Decimal

from indicators.models import IndicatorVersion, Node
from indicators.queries.index import Method

HOW = {
    Node.Weighing.EQUAL: "按版本规定",
    Node.Weighing.EXPERT: "由专家赋分得出",
    Node.Weighing.AHP: "由层次分析（两两比较，一致性比率不超过0.1）得出",
}
THIRDS = {Decimal("0.666667"): "三分之二", Decimal("0.333333"): "三分之一", Decimal(1): "全部"}
Child = Node | IndicatorVersion


def weights_in_words(method: Method) -> str:
    """Equal, by points or by judgments, and what came of it: of the pillars, then inside each pillar.

    Weights that are equal are called so however they were found.
    """
    inside = [(pillar, method.under(pillar)) for pillar in method.pillars]
    several = [(pillar, below) for pillar, below in inside if len(below) > 1]
    even = [pillar.name for pillar, below in several if _are_even(below)]
    if _are_even(method.pillars) and len(even) == len(several):
        return "各领域等权，各领域内的指标也等权。"
    parts = [f"领域的权重{_said(method.index, method.pillars)}"]
    if even:
        parts.append(f"{'、'.join(even)}领域内的指标等权")
    parts += [
        f"{pillar.name}领域内指标的权重{_said(pillar, below)}"
        for pillar, below in several
        if not _are_even(below)
    ]
    return f"{'；'.join(parts)}。"


def means_in_words(method: Method) -> str:
    """领域分值为指标分值的算术平均，总分为领域分值的几何平均."""
    inside = {pillar.mean: pillar.get_mean_display() for pillar in method.pillars}
    if len(inside) == 1:
        of_pillars = f"领域分值为指标分值的加权{next(iter(inside.values()))}"
    else:
        named = "、".join(f"{pillar.name}为{pillar.get_mean_display()}" for pillar in method.pillars)
        of_pillars = f"领域分值为指标分值的加权平均（{named}）"
    return f"{of_pillars}，总分为领域分值的加权{method.index.get_mean_display()}。"


def shares_in_words(method: Method) -> str:
    """How much of its weight a pillar, and the index, must have to be published."""
    shares = {pillar.minimum_share for pillar in method.pillars}
    named = "、".join(f"{pillar.name}{_share(pillar.minimum_share)}" for pillar in method.pillars)
    of_pillar = f"须有{_share(shares.pop())}" if len(shares) == 1 else f"须有规定份额（{named}）"
    of_index = method.index.minimum_share
    whole = "须各领域齐全" if of_index == 1 else f"须有{_share(of_index)}以上权重的领域"
    return f"领域{of_pillar}以上的权重有数据，总分{whole}"


def _are_even(below: Sequence[Child]) -> bool:
    return len({row.weight for row in below}) <= 1


def _said(node: Node, below: Sequence[Child]) -> str:
    if _are_even(below):
        return "相等"
    total = sum((row.weight for row in below), Decimal(0))
    shares = "、".join(f"{row.name}{row.weight / total * 100:.1f}%" for row in below)
    return f"{HOW[Node.Weighing(node.weighing)]}：{shares}"


def _share(share: Decimal) -> str:
    return THIRDS.get(share.quantize(Decimal("0.000001")), f"{(share * 100).normalize():f}%")
