"""One file of settings, read from the environment; safe for production when nothing is set.

`script/run` makes the secrets under DATA_DIR; production is given them. A missing one stops the start.
"""

from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()


def required(name: str, purpose: str) -> str:
    value = env.str(name, "")
    if not value:
        raise ImproperlyConfigured(
            f"缺少环境变量 {name}（{purpose}）。本机试用请运行 script/run；生产部署请见 docs/operations.md。"
        )
    return value


DEBUG = env.bool("DEBUG", False)
# Plain HTTP is for one's own machine only: script/run says so explicitly.
INSECURE_LOCAL = env.bool("INSECURE_LOCAL", False)
if DEBUG and not INSECURE_LOCAL:
    raise ImproperlyConfigured("DEBUG 只能在本机（INSECURE_LOCAL=1）打开。")
DEMO = env.bool("DEMO", False)  # sample accounts may exist
# Accounts unused for so long are disabled at night; 0: never.
DORMANT_DAYS = env.int("DORMANT_DAYS", 0 if DEMO else 90)
# Passwords older than so many days are changed before anything else (asked by 等保); 0: never.
PASSWORD_MAX_DAYS = env.int("PASSWORD_MAX_DAYS", 0)
DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR / "var")))

SECRET_KEY = required("SECRET_KEY", "会话与表单签名")
FIELD_KEY = required("FIELD_KEY", "加密学生姓名与学籍号的密钥")
HASH_KEY = required("HASH_KEY", "查找用摘要的密钥")
SIGNING_KEY = required("SIGNING_KEY", "链接与证书签名的密钥")
CIPHER = env.str("CIPHER", "AES-GCM")
ALLOWED_HOSTS = [host for host in required("ALLOWED_HOSTS", "网站域名，以逗号分隔").split(",") if host]
if not DEBUG and "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS 不得为 *，请写明网站域名。")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# --- applications ---------------------------------------------------------------------------------

INSTALLED_APPS = [
    "portal",
    "outreach",
    "talent",
    "resources",
    "events",
    "youth_credits",
    "indicators",
    "portal.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.sitemaps",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "csp",
    "pgtrigger",
    "pghistory",
    "import_export",
    "django_prometheus",
]

MIDDLEWARE = [
    "portal.middleware.OriginMiddleware",
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "portal.middleware.HeadersMiddleware",
    "portal.public_pages.PublicPageMiddleware",
    "portal.middleware.KeptSessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "portal.middleware.SessionLimitMiddleware",
    "portal.middleware.SignInMiddleware",
    "portal.middleware.SecondFactorMiddleware",
    "portal.middleware.PasswordAgeMiddleware",
    "axes.middleware.AxesMiddleware",
    "portal.middleware.DenialMiddleware",
    "portal.middleware.RefusalMiddleware",
    "portal.middleware.ScopeMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
AUTH_USER_MODEL = "portal.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.middleware.page_context",
            ],
        },
    }
]

# --- database -------------------------------------------------------------------------------------

required("DATABASE_URL", "网站账号的数据库地址")
DATABASES = {"default": env.db("DATABASE_URL")}
WEB_ROLE = DATABASES["default"]["USER"]
OWNER_DATABASE = env.db("MIGRATION_DATABASE_URL", default="") if env.str("MIGRATION_DATABASE_URL", "") else {}
STATEMENT_TIMEOUT_SECONDS = env.int("STATEMENT_TIMEOUT_SECONDS", 15)
DATABASES["default"].update(
    {
        "ATOMIC_REQUESTS": True,
        "OPTIONS": {
            "options": f"-c statement_timeout={STATEMENT_TIMEOUT_SECONDS}s -c lock_timeout=5s -c jit=off",
            "connect_timeout": 3,
        },
        "TEST": {"NAME": f"test_portal_{env.str('TEST_DB_SUFFIX', 'main')}"},
    }
)
if env.int("DATABASE_POOL", 0):
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": env.int("DATABASE_POOL"),
        "timeout": 3,
    }

# --- cache, background work -----------------------------------------------------------------------

REDIS_URL = env.str("REDIS_URL", "") if INSECURE_LOCAL else required("REDIS_URL", "消息队列与缓存的地址")
if REDIS_URL:
    CACHES = {"default": {"BACKEND": "portal.cache.FallbackCache", "LOCATION": REDIS_URL}}
else:
    CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "portal_cache"}
    }

# Pages of the public that are kept for a minute: where they begin, and what says that they changed.
PUBLIC_PAGES = [("/menu/", "resources.queries.menu_version"), ("/routes/", "resources.queries.menu_version")]

BROKER_FOLDER = DATA_DIR / "broker"
CELERY_BROKER_URL = REDIS_URL or "filesystem://"
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"visibility_timeout": 1200, "unacked_restore_interval": 5, "unacked_restore_throttle": 1}
    if REDIS_URL
    else {
        "data_folder_in": str(BROKER_FOLDER / "queue"),
        "data_folder_out": str(BROKER_FOLDER / "queue"),
        "processed_folder": str(BROKER_FOLDER / "done"),
        "control_folder": str(BROKER_FOLDER / "control"),
        "store_processed": False,
    }
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False  # the sweeper publishes again; a request does not wait for it
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10
CELERY_TASK_TIME_LIMIT = 1140  # below the visibility timeout, above the longest work
CELERY_TASK_SOFT_TIME_LIMIT = 1080
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_ENABLE_UTC = True
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "seal-audit": {"task": "portal.tasks.seal_audit", "schedule": 5},
    "sweep-jobs": {"task": "portal.tasks.sweep_jobs", "schedule": 30},
    "deliver-notices": {"task": "portal.tasks.deliver_notices", "schedule": 60},
    "business-day": {"task": "portal.tasks.business_day", "schedule": 600},
}

# --- accounts -------------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "portal.passwords.PortalArgon2Hasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "portal.passwords.LengthValidator"},
    {"NAME": "portal.passwords.ContextValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "portal.passwords.NewValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "portal.sign_in.AccountAdapter"
ACCOUNT_FORMS = {"login": "portal.login_form.LoginForm"}
PASSWORD_RESET_TIMEOUT = 24 * 3600
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_PREVENT_ENUMERATION = True
# Per address only, wide enough for a school behind one: the count per account and address is axes' below,
# so that nobody can lock somebody else out.
ACCOUNT_RATE_LIMITS = {"login": "300/m/ip", "login_failed": "300/h/ip", "reset_password": "20/h/ip,5/h/key"}
SOCIALACCOUNT_ADAPTER = "portal.sign_in.SocialAccountAdapter"
SOCIALACCOUNT_PROVIDERS = (
    {
        "openid_connect": {
            "APPS": [
                {
                    "provider_id": "city",
                    "name": env.str("OIDC_NAME", "统一身份认证"),
                    "client_id": env.str("OIDC_CLIENT_ID"),
                    "secret": env.str("OIDC_SECRET"),
                    "settings": {"server_url": env.str("OIDC_SERVER")},
                }
            ]
        }
    }
    if env.str("OIDC_SERVER", "")
    else {}
)
MFA_ADAPTER = "portal.sign_in.MfaAdapter"
MFA_FORMS = {
    "authenticate": "portal.factor_forms.AuthenticateForm",
    "reauthenticate": "portal.factor_forms.ReauthenticateForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "深圳市科普服务管理平台"
MFA_TOTP_TOLERANCE = 1
MFA_PASSKEY_LOGIN_ENABLED = False
USERSESSIONS_TRACK_ACTIVITY = False

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ACCESS_FAILURE_LOG = True
AXES_LOCKOUT_TEMPLATE = "errors/locked.html"
AXES_IPWARE_PROXY_COUNT = env.int("PROXY_COUNT", 0)
AXES_VERBOSE = False

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_IDLE_SECONDS = 30 * 60
SESSION_ABSOLUTE_SECONDS = 12 * 3600

# --- security -------------------------------------------------------------------------------------

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not INSECURE_LOCAL
SESSION_COOKIE_NAME = "portal_session" if INSECURE_LOCAL else "__Host-session"
CSRF_COOKIE_NAME = "portal_csrf" if INSECURE_LOCAL else "__Host-csrf"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = not INSECURE_LOCAL
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
SECURE_HSTS_SECONDS = 0 if INSECURE_LOCAL else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = not INSECURE_LOCAL
SECURE_HSTS_PRELOAD = False
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.int("PROXY_COUNT", 0) else None
X_FRAME_OPTIONS = "DENY"
# W021 asks for preloading into browsers: that binds the whole parent domain, which is not ours to bind.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
CSRF_FAILURE_VIEW = "portal.middleware.csrf_failure"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF, *env.list("OIDC_ORIGIN", default=[])],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
        "report-uri": "/csp/",
    }
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_SCANNER = env.str("FILE_SCANNER", "")

# --- language, time, files ------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = ["portal.formats"]

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
MEDIA_ROOT = DATA_DIR / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if not env.bool("PLAIN_STATIC", False)
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = env.bool("PLAIN_STATIC", False)

FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
IMPORT_EXPORT_USE_TRANSACTIONS = True
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
IMPORT_EXPORT_SKIP_ADMIN_LOG = True
PGHISTORY_DEFAULT_TRACKERS = ()

# --- mail, messages, operators --------------------------------------------------------------------

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", "noreply@localhost")
SITE_URL = env.str("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
OPEN_DATA_LICENCE = env.str("OPEN_DATA_LICENCE", "cc_by")  # portal/licences.py
SMS_SENDER = env.str("SMS_SENDER", "")  # dotted name of a function(mobile, text); none: nothing is sent
MESSENGER_URLS = env.list("MESSENGER_URLS", default=[])  # apprise addresses for urgent staff notices
# Working days in which an owner answers a booking before it goes up to the district, and an asker a new day.
BOOKING_ANSWER_DAYS = env.int("BOOKING_ANSWER_DAYS", 5)
NEED_KEPT_MONTHS = env.int("NEED_KEPT_MONTHS", 6)  # who asked is forgotten so long after a need has ended
METRICS_TOKEN = env.str("METRICS_TOKEN", "")

SENTRY_DSN = env.str("SENTRY_DSN", "")
if SENTRY_DSN:
    import sentry_sdk

    from portal.logs import without_query

    sentry_sdk.init(
        dsn=SENTRY_DSN,
        send_default_pii=False,
        include_local_variables=False,
        before_send=without_query,
        before_send_transaction=without_query,
    )

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "portal.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {"django.request": {"level": "ERROR"}, "axes": {"level": "WARNING"}},
}
