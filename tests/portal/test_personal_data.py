"""The public list of the personal data that the portal keeps."""

from django.urls import reverse

from portal.personal_data import table


def test_every_line_of_the_table_is_printed_for_everybody(client):
    page = client.get(reverse("personal_data"))

    assert page.text.count("<tr>") == len(table()) + 1
    for kept in table():
        assert kept.purpose in page.text
        assert kept.kept in page.text


def test_a_child_s_whole_number_is_named_with_purpose_and_term(client):
    page = client.get(reverse("personal_data")).text

    line = next(part for part in page.split("<tr>") if "学籍号（密文）" in part)
    assert "敏感个人信息" in line
    assert "毕业或离校满 3 年删除" in line
