"""A guardian tells what the child did, with a proof; it counts once the school has confirmed it."""

import io
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.urls import reverse
from PIL import Image

from portal.calendar import local_today
from portal.errors import Refused
from portal.files import made
from portal.notices import Notice
from portal.roles import Role
from portal.scope import scope
from tests.factories import UserFactory
from tests.youth_credits.factories import enrol
from youth_credits import actions
from youth_credits.models import Credit, FamilyClaim, Guardianship, Student

PROOF = made(b"%PDF-1.4 ticket", "门票.pdf", "pdf")


@pytest.fixture
def family(school, school_clerk, rules, city):
    """A guardian and the own child, and another child of the school."""
    guardian = UserFactory(username="parent", holding=(Role.GUARDIAN, city))
    with scope(f"school:{school.pk}"):
        child, other, *_ = enrol(school, school_clerk)
        Guardianship.objects.create(guardian=guardian, student=child, school=school)
    return guardian, child, other


def _claim(guardian, child, **more):
    values = {"kind": "A6", "name": "看恐龙化石", "provider": "古生物博物馆", "held_on": local_today()}
    with scope(f"guardian:{guardian.pk}"):
        student = Student.objects.select_related("school__region").get(pk=child.pk)
        return actions.claim_family_activity(
            student,
            **values | {"minutes": 90, "proof": PROOF, "key": uuid.uuid4(), "by": guardian} | more,
        )


def _waiting(school):
    return list(
        FamilyClaim.objects.filter(organization=school).select_related(
            "student", "rule", "organization__region", "region", "created_by"
        )
    )


def test_what_the_school_confirms_becomes_a_credit_to_be_verified(family, school, school_clerk):
    guardian, child, _ = family
    _claim(guardian, child)

    with scope(f"school:{school.pk}"):
        assert actions.decide_claims(school, _waiting(school), confirms=True, by=school_clerk) == 1
        credit = Credit.objects.select_related("activity", "rule", "batch").get()

    assert (credit.student_id, credit.rule.code, credit.batch.status) == (child.pk, "A6", "kept")
    assert Notice.objects.filter(recipient=guardian, text__contains="已确认").exists()


def test_a_claim_that_cannot_be_confirmed_is_named_and_none_is(family, school, school_clerk):
    guardian, child, _ = family
    _claim(guardian, child)
    _claim(guardian, child, name="看展览")
    with scope(f"school:{school.pk}"):
        Student.objects.filter(pk=child.pk).update(grade=3)
        [first, _] = _waiting(school)

        with pytest.raises(
            Refused, match=f"“{first.name}”不能确认：三年级1班.*三年级不在本校的学分制实施范围"
        ):
            actions.decide_claims(school, _waiting(school), confirms=True, by=school_clerk)

        assert {claim.status for claim in FamilyClaim.objects.all()} == {"sent"}


def test_what_it_does_not_confirm_comes_back_with_the_reason(family, school, school_clerk):
    guardian, child, _ = family
    _claim(guardian, child)

    with scope(f"school:{school.pk}"):
        with pytest.raises(Refused, match="理由"):
            actions.decide_claims(school, _waiting(school), confirms=False, by=school_clerk)
        actions.decide_claims(school, _waiting(school), confirms=False, note="看不清日期", by=school_clerk)
        assert not Credit.objects.exists()

    assert Notice.objects.filter(recipient=guardian, text__contains="看不清日期").exists()


@pytest.mark.parametrize(
    ("values", "said"),
    [({"kind": "A5"}, "不能由家庭申报"), ({"kind": "A1"}, "不能由家庭申报"), ({"held_on": None}, "本学年")],
)
def test_what_is_not_for_families_is_refused(family, values, said):
    guardian, child, _ = family
    if "held_on" in values:
        values = {"held_on": local_today().replace(year=local_today().year - 2)}

    with pytest.raises(Refused, match=said):
        _claim(guardian, child, **values)


def test_the_same_form_is_one_claim_and_the_same_activity_is_refused(family):
    guardian, child, _ = family
    key = uuid.uuid4()

    assert _claim(guardian, child, key=key) == _claim(guardian, child, key=key)
    with pytest.raises(Refused, match="已申报"):
        _claim(guardian, child)


def test_for_another_child_the_database_says_no(family, school):
    guardian, _, other = family
    with scope(f"school:{school.pk}"):
        foreign = Student.objects.select_related("school__region").get(pk=other.pk)
    claim = FamilyClaim(
        student=foreign,
        rule=actions.kinds_to_claim(school, local_today())[0],
        name="看海",
        provider="海边",
        held_on=local_today(),
        minutes=60,
        organization=school,
        region=school.region,
        created_by=guardian,
        proof_id=1,
    )

    with scope(f"guardian:{guardian.pk}"):
        with pytest.raises(Refused, match="自己的孩子"):
            actions.claim_family_activity(
                foreign,
                kind="A6",
                name="看海",
                provider="海边",
                held_on=local_today(),
                minutes=60,
                proof=PROOF,
                key=uuid.uuid4(),
                by=guardian,
            )
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            claim.save()


def test_thirty_are_confirmed_on_one_page(family, school, school_clerk, signed_in):
    guardian, child, _ = family
    made_claims = [_claim(guardian, child, name=f"参观{number}", kind="A9") for number in range(3)]
    browser = signed_in(school_clerk)
    url = reverse("youth_credits:claim_list")

    page = browser.get(url).content.decode()
    browser.post(url, {"chosen": [str(one.uuid) for one in made_claims], "confirm": "1"})

    assert page.count('name="chosen"') == 3
    with scope(f"school:{school.pk}"):
        assert set(FamilyClaim.objects.values_list("status", flat=True)) == {"confirmed"}


# --- The guardian's page --------------------------------------------------------------------------


def _typed(**more) -> dict:
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(picture, "PNG")
    ticket = SimpleUploadedFile("门票.png", picture.getvalue(), content_type="image/png")
    values = {"key": str(uuid.uuid4()), "kind": "A6", "name": "看恐龙化石", "provider": "古生物博物馆"}
    return values | {"held_on": str(local_today()), "minutes": "90", "proof": ticket} | more


def test_a_guardian_claims_on_a_page_and_sees_how_it_stands(family, school, school_clerk, signed_in):
    guardian, child, _ = family
    browser, page = signed_in(guardian), reverse("guardian:child", args=[child.uuid])
    form = reverse("guardian:claim_new", args=[child.uuid])
    assert form in browser.get(page).content.decode()

    assert browser.post(form, _typed()).status_code == 302

    assert "待学校确认" in browser.get(page).content.decode()
    with scope(f"school:{school.pk}"):
        actions.decide_claims(school, _waiting(school), confirms=False, note="看不清日期", by=school_clerk)
    assert "学校意见：看不清日期" in browser.get(page).content.decode()
    assert Notice.objects.filter(recipient=guardian, link=page).exists()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"proof": ""}, "请上传佐证材料"),
        ({"minutes": "1441"}, "1 至 1,440 分钟"),
        ({"held_on": "2199-01-01"}, "不能晚于今天"),
        ({"held_on": "2001-01-01"}, "只能申报本学年"),
        ({"kind": "A5"}, "请在列出的类别中选择"),
    ],
)
def test_a_fault_is_told_and_what_was_typed_stays(family, signed_in, more, said):
    guardian, child, _ = family

    answer = signed_in(guardian).post(reverse("guardian:claim_new", args=[child.uuid]), _typed(**more))

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "古生物博物馆" in answer.content.decode()


def test_a_form_sent_twice_is_one_claim(family, school, signed_in):
    guardian, child, _ = family
    key = str(uuid.uuid4())

    for _ in range(2):
        signed_in(guardian).post(reverse("guardian:claim_new", args=[child.uuid]), _typed(key=key))

    with scope(f"school:{school.pk}"):
        assert FamilyClaim.objects.count() == 1


def test_nothing_is_claimed_before_consent(family, school, signed_in):
    guardian, child, _ = family
    with scope(f"school:{school.pk}"):
        Student.objects.filter(pk=child.pk).update(consented_on=None, consent_version="")

    answer = signed_in(guardian).post(reverse("guardian:claim_new", args=[child.uuid]), _typed())

    assert answer.url == reverse("guardian:child", args=[child.uuid])
    with pytest.raises(Refused, match="同意书"):
        _claim(guardian, child)
