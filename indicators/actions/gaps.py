"""Saying which indicators show a gap."""

from collections.abc import Iterable

from django.db import transaction

from indicators.models import GapIndicator
from indicators.queries.gaps import indicators_to_choose
from portal import audit
from portal.accounts import User, require
from portal.errors import Refused
from portal.regions import Region
from portal.roles import Perm


@transaction.atomic
def link_gap(gap, codes: Iterable[str], *, by: User) -> None:
    """Put exactly these indicators beside a gap.

    Raises Refused for a code that the edition in force does not have and that stood not there before.
    """
    require(by, Perm.INDEX_COMPUTE, Region.objects.city())
    wanted = set(codes)
    held = set(GapIndicator.objects.filter(gap=gap.pk).values_list("indicator", flat=True))
    unknown = wanted - held - {one.code for one in indicators_to_choose()}
    if unknown:
        raise Refused(f"现行指数版本没有这些指标：{'、'.join(sorted(unknown))}。")
    GapIndicator.objects.filter(gap=gap.pk).exclude(indicator__in=wanted).delete()
    GapIndicator.objects.bulk_create(
        [GapIndicator(gap_id=gap.pk, indicator=code) for code in sorted(wanted - held)], ignore_conflicts=True
    )
    audit.record(gap, "change", by=by, note=f"对应指标：{'、'.join(sorted(wanted)) or '无'}")
