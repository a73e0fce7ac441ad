"""The template check of script/check finds what a visitor would otherwise find."""

from django.template import Engine

from portal.management.commands.check_templates import faults_of


def _faults(tmp_path, text: str) -> list[str]:
    (tmp_path / "page.html").write_text(text, encoding="utf-8")
    (tmp_path / "_row.html").write_text("{{ row }}", encoding="utf-8")
    return faults_of(Engine(dirs=[tmp_path]), "page.html")


def test_a_sound_template_has_no_fault(tmp_path):
    assert (
        _faults(tmp_path, "{% for row in rows %}{% include '_row.html' with row=row only %}{% endfor %}")
        == []
    )


def test_a_misspelt_tag_is_named(tmp_path):
    assert "fore" in _faults(tmp_path, "{% fore row in rows %}{% endfor %}")[0]


def test_a_filter_that_is_not_there_is_named(tmp_path):
    assert "deta" in _faults(tmp_path, "{{ row|deta:'Y年' }}")[0]


def test_an_include_deep_in_a_page_that_leads_nowhere_is_named(tmp_path):
    text = "{% if rows %}{% for row in rows %}{% include '_rwo.html' only %}{% endfor %}{% endif %}"

    assert _faults(tmp_path, text) == ["page.html: 没有模板 _rwo.html"]


def test_a_base_that_is_not_there_is_named(tmp_path):
    assert _faults(tmp_path, "{% extends 'bsae.html' %}") == ["page.html: 没有模板 bsae.html"]


def test_a_name_known_only_at_run_time_is_no_fault(tmp_path):
    assert _faults(tmp_path, "{% include partial only %}") == []


def test_a_name_made_in_one_block_and_used_in_another_is_named(tmp_path):
    text = (
        "{% block lead %}{% url 'home' as home %}{{ home }}{% endblock %}"
        '{% block content %}<a href="{{ home }}">首页</a>{% endblock %}'
    )

    assert _faults(tmp_path, text) == ["page.html: home 只在另一个 block 里有值"]


def test_a_name_made_in_both_blocks_is_no_fault(tmp_path):
    block = "{{% block {0} %}}{{% url 'home' as home %}}{{{{ home }}}}{{% endblock %}}"

    assert _faults(tmp_path, block.format("lead") + block.format("content")) == []
