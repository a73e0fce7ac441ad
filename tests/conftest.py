"""The suite migrates as the owner of the schema and runs as the web role, like the portal itself."""

import os

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.db import connection
from django.template import Template
from django.test.utils import override_settings, setup_databases, teardown_databases

from portal import documents, plain_question
from portal.database import as_owner
from portal.public_pages import given_out
from portal.regions import Region, load
from portal.roles import Role
from tests import world as small_city
from tests.factories import OrganizationFactory, RegionFactory, UserFactory

# Workers of one run share the Redis server; each has a database of its own in it.
if settings.REDIS_URL and "PYTEST_XDIST_WORKER" in os.environ:
    number = int(os.environ["PYTEST_XDIST_WORKER"].removeprefix("gw")) + 1
    settings.CACHES["default"]["LOCATION"] = f"{settings.REDIS_URL.rpartition('/')[0]}/{number}"

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in the test's thread


# Files that take minutes begin first, or one worker ends long after the other.
LONG = (
    "test_access.py",
    "test_hostile_",
    "test_crawl",
    "test_mass_assignment.py",
    "test_register_access.py",
    "test_sample_city.py",
    "/browser/",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: not any(name in item.nodeid for name in LONG))


@pytest.fixture(scope="session")
def django_db_setup(
    request,
    django_test_environment,
    django_db_blocker,
    django_db_use_migrations,
    django_db_keepdb,
    django_db_createdb,
    django_db_modify_db_settings,
):
    """Create the test database as its owner; from then on connect as the web role."""
    keep = {"keepdb": True} if django_db_keepdb and not django_db_createdb else {}
    with django_db_blocker.unblock():
        with as_owner():
            created = setup_databases(verbosity=0, interactive=False, serialized_aliases=set(), **keep)
            with connection.cursor() as cursor:  # emptying tables between transaction tests
                cursor.execute(f'GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO "{settings.WEB_ROLE}"')
            connection.close()
        yield
        if not keep:
            with connection.cursor() as cursor:  # a browser still open holds a thread of the live server
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND usename = current_user"
                    " AND pid <> pg_backend_pid()"
                )
            connection.close()
            with as_owner():
                teardown_databases(created, verbosity=0)


@pytest.fixture(scope="session", autouse=True)
def _static_files_as_they_lie():
    """No collected copy with hashed names: templates and the live server read `static/` itself."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(
        STORAGES={**settings.STORAGES, "staticfiles": plain},
        WHITENOISE_AUTOREFRESH=True,
        WHITENOISE_USE_FINDERS=True,
    ):
        yield


@pytest.fixture(autouse=True)
def _limits_of_our_own(monkeypatch):
    """Limits are counted in this process: two runs may share one Redis, and each empties it as it pleases."""
    counted = LocMemCache("limits", {})
    counted.clear()
    monkeypatch.setattr(plain_question, "cache", counted)


@pytest.fixture(autouse=True)
def _clean(db, tmp_path, settings):
    """Every test may use the database, has files of its own, and starts with empty limits."""
    settings.MEDIA_ROOT = tmp_path / "files"
    cache.clear()
    given_out.clear()


@pytest.fixture
def world(db, monkeypatch, settings):
    """A small Shenzhen with everybody who signs in, and their records (tests/world/)."""
    # On a busy machine a walk through all of it takes longer than a session or a second factor is good for.
    settings.SESSION_IDLE_SECONDS = settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 24 * 3600
    # A paper stays as it was before it was set, so that what it says can be read by a test.
    monkeypatch.setattr(
        documents, "_by_child", lambda writer, options, content, **limits: b"%PDF-1.7 " + content
    )
    # The test client notes what each template was drawn with, which costs more than the drawing.
    monkeypatch.setattr(Template, "_render", lambda self, context: self.nodelist.render(context))
    return small_city.build()


@pytest.fixture
def regions():
    """The real city: 922 regions from the file."""
    load()
    return Region.objects


@pytest.fixture
def city():
    return RegionFactory(city=True)


@pytest.fixture
def district(city):
    return RegionFactory()


@pytest.fixture
def staff(city):
    """A member of the association's staff, for the whole city, with a second factor."""
    return UserFactory(username="staff", holding=(Role.STAFF, city), mfa=True)


@pytest.fixture
def officer(district):
    return UserFactory(username="officer", holding=(Role.DISTRICT, district), mfa=True)


@pytest.fixture
def unit(district):
    return OrganizationFactory(region=district)


@pytest.fixture
def unit_clerk(unit):
    return UserFactory(username="unit", holding=(Role.UNIT, unit))


@pytest.fixture
def school(district):
    return OrganizationFactory(region=district, school=True)


@pytest.fixture
def school_clerk(school):
    return UserFactory(username="school", holding=(Role.SCHOOL, school))


@pytest.fixture
def school_verifier(school):
    return UserFactory(username="verifier", holding=(Role.SCHOOL_VERIFIER, school))


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report(collector):
    """Nor is a whole file."""
    outcome = yield
    report = outcome.get_result()
    if os.environ.get("CI") and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr}"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """In CI a test that cannot run has failed: nothing is skipped in silence."""
    outcome = yield
    report = outcome.get_result()
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr}"
