from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from portal import search, synonyms
from portal.audit import AuditEntry
from portal.sheets import Column, Page, write_workbook
from portal.synonyms import Synonyms, SynonymsForm, SynonymsSheet


@pytest.fixture(autouse=True)
def _read_anew():
    synonyms.forget()
    yield
    synonyms.forget()


def entered(title: str, number: int) -> None:
    search.index_many([search.Entry(kind="resource", subject_id=number, title=title, url=f"/menu/{number}/")])


def found(words: str) -> set[str]:
    return {entry.title for entry in search.find(words)}


def test_the_groups_of_the_file_serve_until_the_register_has_some(staff):
    entered("少年科学馆", 1)

    assert found("科技馆") == {"少年科学馆"}


def test_a_group_entered_by_staff_is_used_by_the_next_search(staff, django_capture_on_commit_callbacks):
    entered("无人机体验营", 1)
    assert found("飞行器") == set()

    with django_capture_on_commit_callbacks(execute=True):
        synonyms.create(term="无人机", aliases=["飞行器", " 无人机 ", "飞行器"], by=staff)

    assert found("飞行器") == {"无人机体验营"}
    assert Synonyms.objects.get().aliases == ["飞行器"]
    assert AuditEntry.objects.filter(action="create", subject_type="portal.Synonyms").exists()


def test_a_group_put_out_of_use_finds_nothing_more(staff, django_capture_on_commit_callbacks):
    entered("无人机体验营", 1)
    with django_capture_on_commit_callbacks(execute=True):
        group = synonyms.create(term="无人机", aliases=["飞行器"], by=staff)
        synonyms.change(group, is_active=False, by=staff)

    assert found("飞行器") == set()


def test_synonyms_are_the_associations_to_keep(officer, city):
    with pytest.raises(PermissionDenied):
        synonyms.create(term="无人机", aliases=["飞行器"], by=officer)


def test_a_group_has_at_least_one_alias(staff):
    with pytest.raises(ValidationError):
        synonyms.create(term="无人机", aliases=["无人机"], by=staff)
    group = synonyms.create(term="无人机", aliases=["飞行器"], by=staff)
    with pytest.raises(IntegrityError, match="synonyms_are_one_to_twelve"), transaction.atomic():
        Synonyms.objects.filter(pk=group.pk).update(aliases=[])


def test_what_the_form_lets_through_can_be_kept(staff):
    Synonyms.objects.create(term="aigc", aliases=["大模型"])

    forms = [
        SynonymsForm({"term": term, "aliases": words}) for term, words in (("AI", "ai"), ("AIGC", "大模型"))
    ]

    assert list(forms[0].errors) == ["aliases"]
    assert list(forms[1].errors) == ["term"]


def test_the_groups_that_come_with_the_portal_are_entered_once(staff):
    count = synonyms.load()
    Synonyms.objects.filter(term="科技馆").delete()

    assert synonyms.load() == count == Synonyms.objects.count() + 1


def test_a_sheet_with_chinese_headers_enters_and_changes_groups(staff):
    synonyms.create(term="无人机", aliases=["飞行器"], by=staff)
    target = BytesIO()
    columns = [Column(header=header) for header in SynonymsSheet.columns]
    rows = [["无人机", "飞行器、航拍机", "", "是"], ["大模型", "生成式人工智能、aigc", "新词", "是"]]
    write_workbook(target, [Page(name="同义词", columns=columns, rows=iter(rows))])
    sheet = SynonymsSheet(by=staff, queryset=Synonyms.objects.all())

    result = sheet.import_data(sheet.read(target.getvalue()), raise_errors=True)

    assert not result.has_errors()
    assert not result.has_validation_errors()
    assert {group.terms for group in Synonyms.objects.all()} == {
        ("无人机", "飞行器", "航拍机"),
        ("大模型", "生成式人工智能", "aigc"),
    }


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("人工只能", "人工智能"),  # another character of the same sound
        ("天纹馆", "天文馆"),
        ("海羊馆", "海洋馆"),
        ("rengongzhinen", "人工智能"),  # a letter missing
        ("tianwenguang", "天文馆"),  # in and ing, n and ng
        ("haiyanguan", "海洋馆"),
        ("机器任", "机器人"),
    ],
)
def test_what_people_mistype_is_suggested_as_they_meant_it(typed, meant):
    for number, title in enumerate(
        ("人工智能体验课", "深圳天文馆", "南山区海洋馆", "机器人实验箱", "红树林湿地")
    ):
        entered(title, number + 1)

    assert any(meant in term for term in search.suggest(typed)), search.suggest(typed)
