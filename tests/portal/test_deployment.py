"""The containers' files, and the same commands with the same environment.

No container engine is asked for: the files are read, and what they would start is started here, on a
PostgreSQL made by deploy/roles.sql and a Redis with the arguments of docker-compose.yml.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import yaml

from portal import embedded, preflight
from portal.preflight import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
NGINX = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")

REQUIRED = (
    "SECRET_KEY",
    "FIELD_KEY",
    "HASH_KEY",
    "SIGNING_KEY",
    "ALLOWED_HOSTS",
    "DATABASE_URL",
    "REDIS_URL",
)
FILLED_IN = {
    **dict.fromkeys(("FIELD_KEY", "HASH_KEY", "SIGNING_KEY"), "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="),
    "SECRET_KEY": "a-long-random-text-of-somebodys-own-which-nobody-guesses-0123456789",
    "ALLOWED_HOSTS": "kepu.example.gov.cn",
    "SITE_URL": "https://kepu.example.gov.cn",
    "POSTGRES_PASSWORD": "super0123456789",
    "PORTAL_OWNER_PASSWORD": "owner0123456789",
    "PORTAL_WEB_PASSWORD": "web0123456789",
}


def _expanded(value: str) -> str:
    """A value of docker-compose.yml as compose fills it in from .env, where ${X:?…} must be there."""

    def fill(match: re.Match) -> str:
        name, default = match["name"], match["default"]
        if match["rule"] == ":?" or not match["rule"]:
            return FILLED_IN[name]
        return FILLED_IN.get(name, default)

    return re.sub(r"\$\{(?P<name>\w+)(?P<rule>:[-?])?(?P<default>[^}]*)\}", fill, str(value))


# --- what the files say ----------------------------------------------------------------------------


def test_web_worker_and_beat_are_one_image_started_by_the_entry_point():
    entry = (ROOT / "deploy" / "entrypoint").read_text(encoding="utf-8")
    for name in ("web", "worker", "beat", "migrate"):
        assert SERVICES[name]["command"] == [name]
        assert SERVICES[name]["image"] == SERVICES["web"]["image"]
        assert re.search(rf"^{name}\)$", entry, re.MULTILINE)
    assert 'ENTRYPOINT ["tini", "--", "deploy/entrypoint"]' in DOCKERFILE


def test_only_the_migration_knows_the_owner_and_nobody_the_superuser():
    for name in ("web", "worker", "beat", "migrate"):
        values = " ".join(map(str, SERVICES[name]["environment"].values()))
        assert ("MIGRATION_DATABASE_URL" in SERVICES[name]["environment"]) is (name == "migrate")
        assert ("PORTAL_OWNER_PASSWORD" in values) is (name == "migrate")
        assert "${POSTGRES_PASSWORD" not in values
        assert SERVICES[name]["environment"]["DATABASE_URL"].startswith("postgres://portal_web:")


def test_no_key_or_password_has_a_default():
    for name in ("web", "worker", "beat", "migrate", "database"):
        for variable, value in SERVICES[name]["environment"].items():
            if variable in REQUIRED or "PASSWORD" in variable or "_URL" in variable:
                secrets = [
                    part for part in re.findall(r"\$\{(\w+)", str(value)) if not part.startswith("EMAIL")
                ]
                for secret in secrets:
                    assert f"${{{secret}:?" in str(COMPOSE), f"{secret} of {name}"


def test_every_required_setting_is_given_and_every_given_one_is_read():
    settings = (ROOT / "portal" / "settings.py").read_text(encoding="utf-8")
    asked = set(re.findall(r'required\("(\w+)"', settings))
    others = ("deploy/entrypoint", "deploy/gunicorn.conf.py")
    read = settings + "".join((ROOT / other).read_text(encoding="utf-8") for other in others)

    for name in ("web", "worker", "beat", "migrate"):
        given = SERVICES[name]["environment"]
        assert asked <= set(given)
        for variable in given:
            assert re.search(rf"\b{variable}\b", read), f"{variable} is read nowhere"


def test_only_nginx_is_reached_from_outside():
    assert [name for name, service in SERVICES.items() if service.get("ports")] == ["nginx"]
    assert "outside" in SERVICES["nginx"]["networks"]
    assert not [
        name for name in SERVICES if name != "nginx" and "outside" in SERVICES[name].get("networks", [])
    ]


def test_the_containers_of_the_portal_run_with_as_little_as_they_need():
    for name in ("web", "worker", "beat", "migrate"):
        service = SERVICES[name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in service["security_opt"]
    assert re.search(r"^USER portal$", DOCKERFILE, re.MULTILINE)
    assert "pip install --require-hashes" in DOCKERFILE
    assert not re.search(r"ENV.*(KEY|PASSWORD)", DOCKERFILE)


def test_the_image_has_the_system_parts_that_the_portal_asks_for():
    wanted = [name for _, names in preflight.PARTS["run"] for name in names if name != "python3-venv"]

    assert not [name for name in wanted if name not in DOCKERFILE]


def test_nothing_private_goes_into_the_image():
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()

    assert {"var", ".env", ".git", ".venv"} <= set(ignored)


def test_redis_keeps_messages_and_refuses_rather_than_drops():
    command = " ".join(SERVICES["redis"]["command"])

    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command


def test_nginx_limits_what_comes_in_and_keeps_clients_from_speaking_for_themselves():
    text = re.sub(r"#.*", "", NGINX)

    assert text.count("{") == text.count("}")
    for directive in (
        "client_body_timeout",
        "client_header_timeout",
        "client_max_body_size 22m",
        "limit_req zone=pages",
        "limit_conn connections",
        "proxy_request_buffering on",
        "proxy_set_header X-Forwarded-For $remote_addr",
        "proxy_set_header X-Forwarded-Proto $scheme",
        "server_tokens off",
        "set $portal http://web:8000",
    ):
        assert directive in text, directive
    assert "proxy_hide_header" not in text
    assert "$proxy_add_x_forwarded_for" not in text


# --- what is refused -------------------------------------------------------------------------------


def _environment(**more: str) -> dict[str, str]:
    """A container's environment: nothing of the suite's in it."""
    own = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "DATABASE_URL": "postgres://portal_web:web@127.0.0.1:1/portal",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        **{name: value for name, value in FILLED_IN.items() if "PASSWORD" not in name},
    }
    return own | more


def _django(code: str, environment: dict[str, str]) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, *code.split()],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", REQUIRED)
def test_a_missing_setting_stops_the_start_and_is_named(name):
    environment = _environment()
    del environment[name]

    done = _django("manage.py check", environment)

    assert done.returncode != 0
    assert f"缺少环境变量 {name}" in done.stderr


def test_a_migration_without_the_owner_s_address_does_not_begin():
    done = subprocess.run(
        [ROOT / "deploy" / "entrypoint", "migrate"],
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.startswith("缺少环境变量 MIGRATION_DATABASE_URL")


def test_a_host_of_all_names_stops_the_start():
    done = _django("manage.py check", _environment(ALLOWED_HOSTS="*"))

    assert done.returncode != 0
    assert "ALLOWED_HOSTS 不得为 *" in done.stderr


def test_the_deployment_check_finds_nothing_under_production_settings(tmp_path):
    done = _django("manage.py check --deploy --fail-level WARNING", _environment(DATA_DIR=str(tmp_path)))

    assert done.returncode == 0, done.stderr
    assert "no issues (1 silenced)" in done.stdout + done.stderr


# --- what is started -------------------------------------------------------------------------------


class Production:
    """The services of docker-compose.yml as processes, on a database and a Redis made as the file says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self.redis_port = _free_port()
        self.started: list[subprocess.Popen] = []
        self.database = embedded.start(folder, throwaway=True)
        self.sockets = embedded.socket_path(folder)
        self._make_roles()
        arguments = [*SERVICES["redis"]["command"], "--port", str(self.redis_port), "--dir", str(folder)]
        self.run_beside("redis", [*arguments, "--bind", "127.0.0.1"], dict(os.environ))

    def _make_roles(self) -> None:
        """Run deploy/roles.sql as the superuser, in the place of the roles that the embedded mode made."""
        secrets = dict(line.split("=", 1) for line in (self.folder / "secrets.env").read_text().splitlines())
        psql = [
            Path(self.database.process.args[0]).with_name("psql"),
            "-h",
            self.sockets,
            "-U",
            "postgres",
            "postgres",
        ]
        login = os.environ | {"PGPASSWORD": secrets["POSTGRES_SUPERUSER_PASSWORD"]}
        clear = "DROP DATABASE portal; DROP ROLE portal_owner; DROP ROLE portal_web;"
        variables = [f"owner_password={FILLED_IN['PORTAL_OWNER_PASSWORD']}"]
        variables += [f"web_password={FILLED_IN['PORTAL_WEB_PASSWORD']}"]
        options = [part for variable in variables for part in ("--set", variable)]
        for command in (
            [*psql, *(part for sentence in clear.split("; ") for part in ("-c", sentence))],
            [*psql, *options, "--file", ROOT / "deploy" / "roles.sql"],
        ):
            done = subprocess.run(command, env=login, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr

    def environment(self, service: str) -> dict[str, str]:
        """What compose gives to this service, its names of other containers turned into addresses of ours."""
        given = {name: _expanded(value) for name, value in SERVICES[service]["environment"].items()}
        here = {"@database:5432": f"@/{self.sockets}", "redis:6379": f"127.0.0.1:{self.redis_port}"}
        for name, value in given.items():
            for container, address in here.items():
                given[name] = given[name].replace(container, address) if container in value else given[name]
        image = dict(
            re.findall(r"(\w+)=(\S+)", " ".join(re.findall(r"^ENV (.*)$", DOCKERFILE, re.MULTILINE)))
        )
        ours = {"DATA_DIR": str(self.folder / "data"), "PORT": str(self.port), "BIND": "127.0.0.1"}
        return _environment(**image) | given | ours

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.out").read_text(encoding="utf-8", errors="replace")

    def run_beside(self, name: str, command: list[str], environment: dict[str, str]) -> subprocess.Popen:
        with (self.folder / f"{name}.out").open("w") as out:
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
        self.started.append(process)
        return process

    def service(self, name: str, **more: str) -> subprocess.Popen:
        command = ["deploy/entrypoint", *SERVICES[name]["command"]]
        return self.run_beside(name, command, self.environment(name) | more)

    def ask(self, path: str, scheme: str = "https"):
        """What nginx would ask the web container; redirects are answers."""
        headers = {
            "Host": FILLED_IN["ALLOWED_HOSTS"],
            "X-Forwarded-Proto": scheme,
            "X-Forwarded-For": "192.0.2.7",
        }
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        opener = urllib.request.build_opener(_NoRedirect)
        try:
            return opener.open(request, timeout=10)
        except urllib.error.HTTPError as answer:
            return answer

    def close(self) -> None:
        for process in self.started:
            process.kill()
            process.wait()
        self.database.stop()


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments):
        return None


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


def _within(seconds: float, is_true) -> bool:
    end = time.monotonic() + seconds
    while not is_true() and time.monotonic() < end:
        time.sleep(0.1)
    return bool(is_true())


@pytest.fixture(scope="module")
def production():
    folder = Path(tempfile.mkdtemp(prefix="portal-test-", dir="/tmp"))
    folder.chmod(0o755)
    (folder / "data").mkdir()
    running = Production(folder)
    try:
        migrated = running.service("migrate")
        assert migrated.wait(300) == 0, running.log("migrate")
        yield running
    finally:
        running.close()
        shutil.rmtree(folder)


def test_web_answers_behind_a_proxy_as_the_web_role(production):
    web = production.service("web")
    assert _within(60, lambda: web.poll() is not None or "Booting worker" in production.log("web"))
    healthy = [ROOT / "deploy" / "entrypoint", "healthy"]
    environment = production.environment("web")
    assert _within(60, lambda: subprocess.run(healthy, env=environment, capture_output=True).returncode == 0)

    ready = production.ask("/readyz")
    plain = production.ask("/accounts/login/", scheme="http")

    assert ready.status == 200
    assert plain.status == 301
    assert plain.headers["Location"] == "https://kepu.example.gov.cn/accounts/login/"
    assert "max-age=31536000" in production.ask("/accounts/login/").headers["Strict-Transport-Security"]
    _uploads_that_break_off_or_lie_take_no_thread(production)
    web.send_signal(signal.SIGTERM)
    assert web.wait(30) == 0


# Bodies that are less, more or other than was said; slow ones wait in nginx (client_body_timeout).
BROKEN_BODIES = {
    "cut off": ("Content-Length: 20000000", b"--x\r\n" + b"y" * 5000),
    "longer than said": ("Content-Length: 3", b"number=KPXF" + b"y" * 5000),
    "a negative length": ("Content-Length: -5", b"abc"),
    "a length of words": ("Content-Length: many", b"abc"),
    "two lengths": ("Content-Length: 3\r\nContent-Length: 9", b"abc"),
    "length and chunks": ("Content-Length: 3\r\nTransfer-Encoding: chunked", b"0\r\n\r\n"),
    "a chunk that never comes": ("Transfer-Encoding: chunked", b"FFFFFFFF\r\nabc"),
    "chunks of no number": ("Transfer-Encoding: chunked", b"zz\r\nabc\r\n0\r\n\r\n"),
    "chunks packed": ("Transfer-Encoding: gzip, chunked", b"3\r\nabc\r\n0\r\n\r\n"),
}
UPLOAD = (
    "POST /verify/ HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-Proto: https\r\nX-Forwarded-For: 192.0.2.7\r\n"
    "Content-Type: multipart/form-data; boundary=x\r\n{length}\r\n\r\n"
)


def _uploads_that_break_off_or_lie_take_no_thread(production) -> None:
    """A hundred and more of them, twelve of each kind: afterwards every thread answers as before."""
    for length, body in list(BROKEN_BODIES.values()) * 12:
        with socket.create_connection(("127.0.0.1", production.port), timeout=10) as browser:
            browser.sendall(UPLOAD.format(host=FILLED_IN["ALLOWED_HOSTS"], length=length).encode() + body)
    answers = [production.ask("/readyz").status for _ in range(40)]

    assert answers == [200] * 40
    assert "Traceback" not in production.log("web")


def test_worker_and_beat_do_the_clocks_work_and_end_when_told(production):
    worker, beat = production.service("worker"), production.service("beat")

    assert _within(
        60, lambda: "seal_audit" in production.log("worker") and "succeeded" in production.log("worker")
    )
    worker.send_signal(signal.SIGTERM)
    beat.send_signal(signal.SIGTERM)

    assert worker.wait(60) == 0
    assert beat.wait(30) == 0


@pytest.mark.parametrize("service", ["web", "worker"])
def test_a_process_does_not_start_as_the_owner(production, service):
    owner = production.environment("migrate")["MIGRATION_DATABASE_URL"]

    process = production.service(service, DATABASE_URL=owner)

    assert process.wait(60) != 0
    assert "数据库账号权限过大" in production.log(service)


def test_an_unknown_word_is_answered_with_the_known_ones(production):
    done = subprocess.run(
        [ROOT / "deploy" / "entrypoint", "shell"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 64
    assert "web|worker|beat|migrate" in done.stderr
