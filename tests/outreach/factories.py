from datetime import date, timedelta
from itertools import count

import factory
from django.utils import timezone

from outreach.actions import library, load_titles
from outreach.models import (
    Application,
    ApplicationFile,
    Assessment,
    CommentRound,
    Document,
    DocumentVersion,
    Round,
    ScoreForm,
    Term,
    Title,
    TitleKind,
)
from portal import files
from portal.roles import Perm
from tests.factories import OrganizationFactory, RegionFactory, UserFactory


class TitleKindFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TitleKind
        django_get_or_create = ["code"]

    code = "base"
    name = "深圳市科普基地"
    level = TitleKind.Level.CITY
    years_valid = 5
    basis = "深圳市科普基地、科普示范点管理办法（2023年修订）"


class TitleFactory(factory.django.DjangoModelFactory):
    """A base of the 2022 round."""

    class Meta:
        model = Title

    organization = factory.SubFactory(OrganizationFactory)
    region = factory.SelfAttribute("organization.region")
    created_by = factory.SubFactory(UserFactory)
    kind = factory.SubFactory(TitleKindFactory)
    category = Title.Category.VENUE
    number = factory.Sequence(lambda n: f"示例-{n:04d}")
    valid_from = date(2022, 12, 1)
    valid_until = date(2027, 12, 31)


def form_of_bases() -> ScoreForm:
    """The city's scheme with its form, as the repository brings it."""
    load_titles()
    return ScoreForm.objects.get(scheme__code="city_base")


class DocumentFactory(factory.django.DjangoModelFactory):
    """A policy without a version yet."""

    class Meta:
        model = Document

    code = factory.Sequence(lambda n: f"policy_{n}")
    kind = Document.Kind.POLICY
    name = factory.Sequence(lambda n: f"示例办法{n}")
    region = factory.SubFactory(RegionFactory, city=True)
    created_by = factory.SubFactory(UserFactory)


class TermFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Term

    code = factory.Sequence(lambda n: f"term_{n}")
    term = factory.Sequence(lambda n: f"示例名词{n}")
    definition = "示例释义。"
    source = "示例出处"


NUMBERS = count(1)
TEXT = "第一章　总则\n第一条　为了示例。\n第二条　本办法适用于示例。\n"


def drafted(by, text: str = TEXT, **values) -> DocumentVersion:
    """A document with the text of its first version, still a draft."""
    number = next(NUMBERS)
    told = {"code": f"draft_{number}", "kind": Document.Kind.POLICY, "name": f"示例文件{number}", **values}
    document = library.save_document(Document(**told), by=by)
    version = document.versions.select_related("document", "region").get()
    library.write_version(version, values={"label": "第 1 版"}, text=text, by=by)
    return version


def draft_before_public(by, **values) -> CommentRound:
    """A standard that receives comments for a month."""
    version = drafted(by, kind=Document.Kind.STANDARD, **values)
    return library.open_comments(version, closes_on=timezone.localdate() + timedelta(days=30), by=by)


class RoundFactory(factory.django.DjangoModelFactory):
    """A round that receives applications for ten more days, and recommendations for twenty."""

    class Meta:
        model = Round

    form = factory.LazyFunction(form_of_bases)
    scheme = factory.SelfAttribute("form.scheme")
    region = factory.SubFactory(RegionFactory, city=True)
    created_by = factory.SubFactory(UserFactory)
    year = factory.LazyFunction(lambda: timezone.localdate().year)
    title = factory.Sequence(lambda n: f"示例年度认定{n}")
    text = "请按时申报。"
    apply_from = factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=10))
    apply_until = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=10))
    recommend_until = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=20))
    status = Round.Status.OPEN
    announced_at = factory.LazyFunction(timezone.now)


FILLED = {
    "legal_person": "王法人",
    "contact": "李联系",
    "phone": "13800138000",
    "building_area": 5000,
    "exhibition_area": 1200,
    "full_time_staff": 4,
    "part_time_staff": 6,
    "volunteers": 30,
    "training_hours": 40,
    "open_days": 300,
    "weekend_days": 100,
    "visitors": 20000,
    "sessions": 24,
    "has_pupil_discount": True,
    "has_senior_discount": True,
    "has_military_discount": True,
    "leaflets": 3000,
    "exhibits": 120,
    "boards": 40,
    "models_count": 12,
    "books": 500,
    "income_appropriation_yuan": 100000,
    "income_sponsorship_yuan": 0,
    "income_other_yuan": 20000,
    "spending_building_yuan": 50000,
    "spending_exhibits_yuan": 30000,
    "spending_activities_yuan": 30000,
    "spending_other_yuan": 0,
    "other_titles": "无",
    "has_distinctive_resource": True,
    "shows_own_technology": True,
    "summary": "两年来开放六百天。",
    "plan": "今后增开夜场。",
}


class ApplicationFactory(factory.django.DjangoModelFactory):
    """A draft with every cell filled; `handed_in=True` lies with the district, `recommended=True` beyond."""

    class Meta:
        model = Application

    class Params:
        handed_in = factory.Trait(status="submitted", submitted_at=factory.LazyFunction(timezone.now))
        recommended = factory.Trait(
            status="recommended",
            submitted_at=factory.LazyFunction(timezone.now),
            recommended_at=factory.LazyFunction(timezone.now),
            district_opinion="同意推荐。",
        )

    round = factory.SubFactory(RoundFactory)
    organization = factory.SubFactory(OrganizationFactory)
    region = factory.SelfAttribute("organization.region")
    created_by = factory.SubFactory(UserFactory)
    category = Title.Category.VENUE

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        return super()._create(model_class, *args, **{**FILLED, **kwargs})


def with_proofs(application: Application, by) -> Application:
    """The files that the gates ask for."""
    for gate in application.round.form.gates.filter(needs_file=True):
        made = files.made(b"%PDF-1.4 proof", "证明.pdf", "pdf")
        kept = files.keep(
            made,
            by=by,
            region=application.region,
            organization=application.organization,
            needs=Perm.TITLE_CASE,
        )
        ApplicationFile.objects.create(application=application, proves=gate.code, attachment=kept)
    return application


class AssessmentFactory(factory.django.DjangoModelFactory):
    """A year of a title, open for its unit's report; `reported=True` waits for the check."""

    class Meta:
        model = Assessment

    class Params:
        reported = factory.Trait(
            status="reported", reported_at=factory.LazyFunction(timezone.now), self_report="全年开放。"
        )

    title = factory.SubFactory(TitleFactory)
    form = factory.LazyFunction(form_of_bases)
    year = factory.LazyFunction(lambda: timezone.localdate().year - 1)
    due_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=30))
    organization = factory.SelfAttribute("title.organization")
    region = factory.SelfAttribute("title.region")
    created_by = factory.SubFactory(UserFactory)
    total = 80
