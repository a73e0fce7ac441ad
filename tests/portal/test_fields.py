"""One record typed by its name."""

from events.forms import EventForm


def test_a_name_nobody_has_stands_in_the_form_as_it_was_typed(db):
    form = EventForm({"resource": "不存在的馆"})

    assert 'value="不存在的馆"' in str(form["resource"])
    assert form.errors["resource"] == ["没有找到“不存在的馆”，请从提示中选择，或核对名称。"]


def test_a_field_left_empty_stays_empty_when_the_form_comes_back(db):
    form = EventForm({"resource": ""})

    assert "resource" not in form.errors
    assert "built-in" not in str(form["resource"])
