"""What is found on the spot: a checklist filled in on a phone, with photos."""

from datetime import date

from django.db import transaction

from outreach.models import Application, SiteVisit, VisitPhoto
from portal import audit, files
from portal.accounts import User, require
from portal.errors import ChangedMeanwhile, Refused
from portal.identifiers import clean_text
from portal.roles import Perm

MOST_PHOTOS = 20
VISITED = (Application.Status.ADMITTED, Application.Status.SCORING)


@transaction.atomic
def save_visit(
    application: Application,
    *,
    visited_on: date | None,
    answers: dict[str, tuple[str, str]],
    measured_area: int | None,
    summary: str,
    is_done: bool = False,
    seen: int | None = None,
    by: User,
) -> SiteVisit:
    """Keep the checklist so far; `is_done` ends it.

    Raises Refused if the case is not with a panel, the list is finished, or when done is incomplete; and
    ChangedMeanwhile if a colleague saved it meanwhile.
    """
    require(by, Perm.TITLE_MANAGE, application)
    if application.status not in VISITED:
        raise Refused("只有待评审和评审中的申报可以现场核查。")
    SiteVisit.objects.get_or_create(application=application)
    visit = SiteVisit.objects.select_for_update().get(application=application)
    if visit.is_done:
        raise Refused("现场核查已完成，不能再修改。")
    if seen is not None and seen != visit.revision:
        raise ChangedMeanwhile("核查单已由同事保存。您填写的内容仍在页面上，请核对后再次保存。")
    known = {item["code"]: item["name"] for item in application.round.form.visit_items}
    kept = {
        code: [answer, clean_text(note)[:300]]
        for code, (answer, note) in answers.items()
        if code in known and answer in (*SiteVisit.Answer.values, "")
    }
    if is_done:
        _check_complete(known, kept, visited_on)
    visit.visited_on, visit.measured_area = visited_on, measured_area
    visit.answers, visit.summary = kept, clean_text(summary, multiline=True)[:2000]
    visit.revision += 1
    visit.is_done, visit.visited_by = is_done, by
    visit.full_clean()
    visit.save(
        update_fields=[
            "visited_on",
            "measured_area",
            "answers",
            "summary",
            "revision",
            "is_done",
            "visited_by",
        ]
    )
    audit.record(application, "visit" if is_done else "visit_draft", by=by)
    return visit


def _check_complete(known: dict[str, str], kept: dict[str, list[str]], visited_on: date | None) -> None:
    empty = [name for code, name in known.items() if not (kept.get(code) or [""])[0]]
    if empty:
        raise Refused(f"还有 {len(empty)} 项未核查：{empty[0]}等。")
    poor = [
        known[code] for code, (answer, note) in kept.items() if answer == SiteVisit.Answer.POOR and not note
    ]
    if poor:
        raise Refused(f"“{poor[0]}”不符合，请写明情况。")
    if visited_on is None:
        raise Refused("请填写核查日期。")


@transaction.atomic
def add_photo(application: Application, upload, *, shows_name: bool, by: User) -> VisitPhoto:
    """Keep a picture; place and device are taken out of it. Raises Refused for anything but pictures."""
    require(by, Perm.TITLE_MANAGE, application)
    if application.status not in VISITED:
        raise Refused("只有待评审和评审中的申报可以现场核查。")
    visit, _ = SiteVisit.objects.get_or_create(application=application)
    if visit.is_done:
        raise Refused("现场核查已完成，不能再添照片。")
    if visit.photos.count() >= MOST_PHOTOS:
        raise Refused(f"最多 {MOST_PHOTOS} 张照片。")
    kept = files.store(
        upload, by=by, region=application.round.region, kinds=files.IMAGES, needs=Perm.TITLE_MANAGE
    )
    photo = VisitPhoto.objects.create(visit=visit, attachment=kept, shows_name=shows_name)
    audit.record(application, "add_photo", by=by)
    return photo
