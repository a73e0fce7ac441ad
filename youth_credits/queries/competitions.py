"""Whether what a child won somewhere is credit: the one place that asks the list of competitions."""

from datetime import date
from difflib import get_close_matches

from portal.templatetags.portal_tags import cn_date
from youth_credits.models import Competition, CreditRule, competition_key


class CompetitionBook:
    """Every recognised competition, read once: why does a result there not count on a day?"""

    def __init__(self):
        self.rows: dict[str, list[Competition]] = {}
        for row in Competition.objects.order_by("valid_from", "pk"):
            for name in row.names:
                self.rows.setdefault(competition_key(name), []).append(row)

    def objection(self, rule: CreditRule, name: str, day: date) -> tuple[str, str] | None:
        """A reason and what to do; None for what is recognised, or is of a kind that asks for no list."""
        if not rule.needs_competition:
            return None
        known = self.rows.get(competition_key(name))
        if known is None:
            return "白名单中没有这一竞赛", self._remedy(name)
        if any(_covers(row, day) for row in known):
            return None
        last = known[-1]
        until = f"至{cn_date(last.valid_until)}" if last.valid_until else "起"
        return (
            "竞赛当日不在白名单的有效期内",
            f"有效期为{cn_date(last.valid_from)}{until}，请核对日期；清单已更新的，请市科协登记",
        )

    def _remedy(self, name: str) -> str:
        alike = get_close_matches(competition_key(name), self.rows, n=1)
        hint = f"（相近的有“{self.rows[alike[0]][0]}”）" if alike else ""
        return f"请按证书核对竞赛名称{hint}；确在清单中的，请市科协登记到“白名单竞赛”后再登记"


def competitions_on(day: date) -> list[str]:
    """The names of what is recognised on a day, in their order."""
    return [row.name for row in Competition.objects.order_by("name", "pk") if _covers(row, day)]


def _covers(row: Competition, day: date) -> bool:
    return row.valid_from <= day and (row.valid_until is None or day <= row.valid_until)
