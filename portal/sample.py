"""The sample city's accounts: one of each role, only with DEMO=1."""

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.hashers import make_password

from portal.accounts import Grant, User
from portal.errors import Refused
from portal.organizations import Organization
from portal.regions import Region
from portal.roles import MFA_ROLES, STEP_UP_ROLES, Role

# One seed for all sample accounts, so that `manage.py demo_code` can print the code of the moment.
DEMO_SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

CITY, NANSHAN, YUEHAI, FUTIAN = "440300000000", "440305000000", "440305007000", "440304000000"

SCHOOL_NAME = "深圳市南山区示例学校（示例）"
SECOND_SCHOOL_NAME = "福田区第1示例学校（示例）"  # so that a child can change schools with both sides at hand
UNIT_NAME = "南山区示例科技馆（示例）"
BODIES = {
    SCHOOL_NAME: (Organization.Kind.SCHOOL, NANSHAN),
    SECOND_SCHOOL_NAME: (Organization.Kind.SCHOOL, FUTIAN),
    UNIT_NAME: (Organization.Kind.VENUE, NANSHAN),
}

# account: (name, role, code of a region or name of a body)
ACCOUNTS = {
    "staff": ("林晓（示例）", Role.STAFF, CITY),
    "staff_lead": ("江签（示例）", Role.STAFF, CITY),  # signs what the other has written
    "accounts": ("周账（示例）", Role.ACCOUNTS, CITY),
    "security": ("吴安（示例）", Role.SECURITY, CITY),
    "auditor": ("郑审（示例）", Role.AUDITOR, CITY),
    "district": ("陈南（示例）", Role.DISTRICT, NANSHAN),
    "district_head": ("黄南（示例）", Role.DISTRICT_HEAD, NANSHAN),
    "education": ("何育（示例）", Role.EDUCATION, NANSHAN),
    "subdistrict": ("罗街（示例）", Role.SUBDISTRICT, YUEHAI),
    "school": ("许师（示例）", Role.SCHOOL, SCHOOL_NAME),
    "school_verifier": ("谢核（示例）", Role.SCHOOL_VERIFIER, SCHOOL_NAME),
    "school2": ("钱师（示例）", Role.SCHOOL, SECOND_SCHOOL_NAME),
    "school2_verifier": ("孙核（示例）", Role.SCHOOL_VERIFIER, SECOND_SCHOOL_NAME),
    "unit": ("曾馆（示例）", Role.UNIT, UNIT_NAME),
    "volunteer": ("彭愿（示例）", Role.VOLUNTEER, NANSHAN),
    "guardian": ("苏家（示例）", Role.GUARDIAN, NANSHAN),
    **{f"expert{n}": (f"专家{n}（示例）", Role.EXPERT, CITY) for n in range(1, 6)},
}


def load_accounts(password: str) -> int:
    """Create the sample accounts, each with its role, those who need it with a second factor.

    Raises Refused unless the portal runs as a demonstration.
    """
    if not settings.DEMO:
        raise Refused("示例账号只能在演示环境（DEMO=1）中建立。")
    hashed = make_password(password)
    for username, (name, role, place) in ACCOUNTS.items():
        user, is_new = User.objects.get_or_create(username=username, defaults={"name": name})
        if is_new:
            User.objects.filter(pk=user.pk).update(password=hashed)
            Grant.objects.create(user=user, role=role, **_place(place))
        if role in MFA_ROLES | STEP_UP_ROLES and not user.authenticator_set.exists():
            Authenticator.objects.create(
                user=user,
                type=Authenticator.Type.TOTP,
                data={"secret": get_adapter().encrypt(DEMO_SEED)},
            )
    return len(ACCOUNTS)


def _place(place: str) -> dict:
    if place not in BODIES:
        return {"region": Region.objects.get(code=place)}
    kind, code = BODIES[place]
    organization, _ = Organization.objects.get_or_create(
        name=place,
        region=Region.objects.get(code=code),
        defaults={"kind": kind, "source": "示例数据"},
    )
    return {"organization": organization}
