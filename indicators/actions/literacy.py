"""What surveys found, entered by the association; the city's own share is a figure of the index as well."""

from django.core.exceptions import ValidationError
from django.db import transaction

from indicators.actions.figures import enter_figure
from indicators.actions.target_figures import fill_targets
from indicators.models import Figure, FigureSource, LiteracyResult, LiteracySurvey
from portal import audit, history
from portal.accounts import User, require
from portal.regions import Region
from portal.roles import Perm

FIGURE = "literacy"
Area, Kind = LiteracyResult.Area, LiteracyResult.Kind


@transaction.atomic
def save_survey(survey: LiteracySurvey, *, by: User) -> LiteracySurvey:
    """Enter a survey or correct what is said of it."""
    require(by, Perm.INDEX_COMPUTE, Region.objects.city())
    before = history.stored(survey)
    survey.full_clean()
    survey.save()
    changes = history.differences(before, survey)
    audit.record(survey, "change" if before else "create", by=by, changes=changes)
    return survey


@transaction.atomic
def save_result(result: LiteracyResult, *, by: User) -> LiteracyResult:
    """Enter a result or correct one. The city's share as a whole becomes the year's figure of the index.

    Raises ValidationError for a district that the city has not.
    """
    city = Region.objects.city()
    require(by, Perm.INDEX_COMPUTE, city)
    before = history.stored(result)
    result.region = _region_of(result, city)
    result.full_clean()
    result.save()
    changes = history.differences(before, result)
    audit.record(result, "change" if before else "create", by=by, changes=changes)
    if result.area_kind == Area.OWN and result.group_kind == Kind.ALL:
        _tell_index(result, city, by)
        fill_targets()
    return result


def _region_of(result: LiteracyResult, city: Region) -> Region | None:
    if result.area_kind == Area.OWN:
        return city
    if result.area_kind != Area.DISTRICT:
        return None
    found = Region.objects.districts().filter(name=result.area).first()
    if found is None:
        raise ValidationError({"area": "没有这个区，请写区的全称，如“南山区”。"})
    return found


def _tell_index(result: LiteracyResult, city: Region, by: User) -> None:
    survey = result.survey
    known = Figure.objects.filter(
        source__name=FIGURE, region=city, year=survey.year, origin=Figure.Origin.ENTERED, value=result.percent
    )
    if known.exists():
        return
    basis = f"{survey.name}；{survey.source}"[:200]
    source = FigureSource.objects.get(name=FIGURE)
    enter_figure(source, region=city, year=survey.year, value=result.percent, basis=basis, by=by)


def create_result(*, by: User, **fields) -> LiteracyResult:
    """A new row of the sheet."""
    return save_result(LiteracyResult(**fields), by=by)


def change_result(result: LiteracyResult, *, by: User, **fields) -> LiteracyResult:
    """A row of the sheet that is known: what it says differently is corrected."""
    for name, value in fields.items():
        setattr(result, name, value)
    return save_result(result, by=by)
