"""The text that guardians consent to, in versions. One that is in force never changes (migration 0020)."""

from django.db import transaction

from portal import history
from portal.accounts import User, require
from portal.calendar import local_today
from portal.errors import Refused
from portal.regions import Region
from portal.roles import Perm
from youth_credits.actions.registers import keep_row
from youth_credits.models import ConsentText

IN_FORCE = "已启用的同意书文本不能修改：监护人同意的就是这一文本。请新增一个版本，启用日期填今天以后。"
TOO_EARLY = "启用日期须晚于今天，已作出的同意不能事后换文本。"


@transaction.atomic
def save_consent_text(text: ConsentText, *, by: User) -> ConsentText:
    """Keep a version that is to come. Raises Refused for one that is in force, PermissionDenied for anybody
    but the association's staff, ValidationError where a rule says no.
    """
    require(by, Perm.PROTECTION_MANAGE, Region.objects.city())
    before, today = history.stored(text), local_today()
    if before and before.in_force_from <= today:
        raise Refused(IN_FORCE)
    if text.in_force_from <= today:
        raise Refused(TOO_EARLY)
    return keep_row(text, before, by=by)
