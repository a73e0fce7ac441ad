"""What leaves the house of a request: never what its address asks for."""

import json
import logging
from pathlib import Path

import pytest
from django.conf import settings

from portal.audit import AuditEntry
from portal.logs import JsonFormatter, without_query
from tests.resources.factories import ResourceFactory

NEAR = "near=22.546,114.057"


def test_reports_of_faults_name_no_query_no_form_and_no_referring_page():
    event = {
        "request": {
            "url": f"https://portal.example/menu/?{NEAR}",
            "query_string": NEAR,
            "data": {"mail": "a@example.cn"},
            "headers": {"Referer": f"https://portal.example/menu/?{NEAR}", "Accept": "text/html"},
        }
    }

    told = without_query(event, {})

    assert told == {"request": {"url": "https://portal.example/menu/", "headers": {"Accept": "text/html"}}}


def test_logs_of_the_web_server_name_no_query():
    text = (Path(settings.BASE_DIR) / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if "log_format plain" in line)

    assert "$uri" in line
    assert not any(name in line for name in ("$request_uri", '"$request"', "$args", "$http_referer"))
    assert "accesslog = None" in (Path(settings.BASE_DIR) / "deploy" / "gunicorn.conf.py").read_text()


@pytest.mark.django_db
def test_a_position_is_written_nowhere(client, city, caplog):
    ResourceFactory(published=True)
    before = AuditEntry.objects.count()
    with caplog.at_level(logging.DEBUG):
        client.get(f"/menu/?{NEAR}", secure=True)
        client.get(f"/menu/no/such/?{NEAR}", secure=True)

    ours = [
        JsonFormatter().format(record) for record in caplog.records if not record.name.startswith("django.db")
    ]
    assert AuditEntry.objects.count() == before
    assert not any("114.057" in json.loads(line)["message"] for line in ours)
