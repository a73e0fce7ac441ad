"""Guardians: slips printed by the school, accounts opened with them, children bound to accounts."""

import secrets
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from portal import audit
from portal.accounts import Grant, User, require
from portal.encryption import blind
from portal.errors import Refused
from portal.organizations import Organization
from portal.regions import Region
from portal.roles import Perm, Role
from portal.scope import scope
from youth_credits import queries
from youth_credits.models import Guardianship, GuardianSlip, Student

# Letters and digits that are not taken for one another, on paper and by ear.
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 12
GOOD_FOR = timedelta(days=60)
NO_SUCH_CODE = "开户码不正确、已使用或已过期。请对照开户单重新输入；仍不成功，请向学校领取新的开户单。"


@dataclass(frozen=True)
class Printed:
    """What stands on one slip. The code exists here and on the paper, nowhere else."""

    student: Student
    login_name: str
    code: str

    @property
    def code_in_groups(self) -> str:
        return "-".join(self.code[at : at + 4] for at in range(0, CODE_LENGTH, 4))


def _letters(count: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(count))


def code_hash(code: str) -> bytes:
    """The keyed hash of a code as somebody types it: case, blanks and dashes do not matter."""
    letters = "".join(letter for letter in code.upper() if letter in ALPHABET)
    return blind(letters, purpose="guardian slip")


@transaction.atomic
def print_slips(
    students: Sequence[Student],
    *,
    school: Organization,
    printing: uuid.UUID,
    label: str,
    by: User,
    at: datetime,
) -> list[Printed]:
    """Make a slip for each of these children of a school; slips of theirs not yet used are void.

    Raises Refused where this printing was made before: the codes of the first are on paper already.
    """
    require(by, Perm.CREDIT_RECORD, school)
    if not students:
        raise Refused("没有可打印的学生，请另选班级。")
    if GuardianSlip.objects.filter(printing=printing).exists():
        raise Refused("这一批开户单已经生成。如需重新打印，请刷新页面；重新打印后旧的开户码作废。")
    GuardianSlip.objects.filter(student__in=students, redeemed_at=None, revoked_at=None).update(revoked_at=at)
    made = [Printed(student, f"jz{_letters(8).lower()}", _letters(CODE_LENGTH)) for student in students]
    GuardianSlip.objects.bulk_create(
        GuardianSlip(
            printing=printing,
            student=one.student,
            school=school,
            login_name=one.login_name,
            code_hash=code_hash(one.code),
            made_by=by,
            made_at=at,
            expires_at=at + GOOD_FOR,
        )
        for one in made
    )
    audit.exported("youth_credits.guardian_slips", len(made), by=by, note=label)
    return made


@transaction.atomic
def reissue_slip(
    student: Student, *, ends_bonds: bool, printing: uuid.UUID, by: User, at: datetime
) -> Printed:
    """One child's slip again. `ends_bonds` where the accounts bound before are lost or in wrong hands: they
    see the child no longer, at once.

    Raises Refused as `print_slips`, and for a child who has left.
    """
    if not student.is_active:
        raise Refused("该学生已离校，不再发开户单。")
    label = student.class_label
    [slip] = print_slips([student], school=student.school, printing=printing, label=label, by=by, at=at)
    if ends_bonds:
        for bond in queries.guardians_of(student):
            unbind(bond, reason="补发开户单，原账号停用", by=by)
    return slip


def void_slips(students: Iterable[int], *, at: datetime) -> None:
    """Children left the school: what it printed for them and nobody used opens nothing any more."""
    unused = GuardianSlip.objects.filter(redeemed_at=None, revoked_at=None)
    unused.filter(student__in=list(students)).update(revoked_at=at)


@transaction.atomic
def open_account(code: str, *, name: str, password: str, email: str, at: datetime) -> User:
    """Open the account that a slip is for, bound to its child. Raises Refused for a code of no use."""
    digest = code_hash(code)
    with scope(f"slip:{digest.hex()}"):
        slip = _usable(digest, at)
        user = User(username=slip.login_name, name=name, email=email)
        user.set_password(password)
        user.full_clean()
        user.save()
        Grant.objects.create(user=user, role=Role.GUARDIAN, region=Region.objects.city())
        audit.record(user, "open_account", by=user, name=user.username)
        _bind(slip, guardian=user, at=at)
    return user


@transaction.atomic
def add_child(code: str, *, by: User, at: datetime) -> None:
    """Bind one more child to a guardian's account. Raises Refused for a code that opens nothing."""
    require(by, Perm.WARD_VIEW, Region.objects.city())
    digest = code_hash(code)
    with scope(f"slip:{digest.hex()}"):
        _bind(_usable(digest, at), guardian=by, at=at)


def _usable(digest: bytes, at: datetime) -> GuardianSlip:
    slip = GuardianSlip.objects.usable(at).filter(code_hash=digest).first()
    if slip is None:
        raise Refused(NO_SUCH_CODE)
    return slip


def _bind(slip: GuardianSlip, *, guardian: User, at: datetime) -> None:
    # Of two who use one code at once, one update finds no row.
    taken = GuardianSlip.objects.usable(at).filter(pk=slip.pk).update(redeemed_at=at, redeemed_by=guardian)
    if not taken:
        raise Refused(NO_SUCH_CODE)
    bond, is_new = Guardianship.objects.get_or_create(
        guardian=guardian,
        student_id=slip.student_id,
        defaults={"school_id": slip.school_id, "confirmed_at": at},
    )
    if not is_new:
        raise Refused("这个孩子已经在您的账号里。")
    audit.record(bond, "bind_child", by=guardian)


@transaction.atomic
def unbind(bond: Guardianship, *, reason: str, by: User) -> None:
    """The school takes a bond away that should not be; the account sees the child no longer, at once."""
    require(by, Perm.CREDIT_RECORD, bond.school)
    if not reason.strip():
        raise Refused("请填写解除监护关系的理由。")
    audit.record(bond, "unbind_child", by=by, note=reason.strip())
    bond.delete()
