"""Django's settings. What a deployment may change is read from the environment, in environment.py."""

import os
from pathlib import Path

from tsela.config import environment

MODE = environment.mode()
PRODUCTION = MODE == "production"
DEBUG = MODE == "development"

HOME = environment.home()
SECRET_KEY = environment.secret_key(MODE, HOME)
ALLOWED_HOSTS = environment.hosts(MODE)

DATABASES = {
    "default": environment.database(os.environ.get("TSELA_DATABASE_URL") or f"sqlite:///{HOME}/tsela.db")
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    # Rooms with tables, templates or static files, lowest first.
    "tsela.access",
    "tsela.record",
    "tsela.care",
    "tsela.messaging",
    "tsela.console",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "tsela.config.middleware.Doors",
    "tsela.config.middleware.ContentSecurityPolicy",
    "tsela.config.middleware.StaticFiles",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "tsela.config.urls"
WSGI_APPLICATION = "tsela.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["django.contrib.humanize.templatetags.humanize"],  # intcomma: 1,234
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# People and words.
AUTH_USER_MODEL = "access.Staff"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
TIME_ZONE = os.environ.get("TSELA_TIME_ZONE") or "Africa/Johannesburg"

# The programme that this server runs.
PROGRAMME = Path(
    os.environ.get("TSELA_PROGRAMME") or Path(__file__).parents[3] / "programmes" / "mentor_mother"
)

# Accounts of WhatsApp and SMS providers (docs/channels.md).
CHANNELS = environment.channels(MODE, HOME)

# Pages and files.
STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True  # served from where they lie: no copying step before the first start
WHITENOISE_INDEX_FILE = True
PHONE_APP = Path(os.environ.get("TSELA_PHONE_APP") or Path(__file__).parents[3] / "phone" / "dist")
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024  # a full batch of events, and a spreadsheet of clients

# Security. Plain HTTP is for one's own machine only.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "session", "form"  # no name on a shared computer tells what this is
SESSION_COOKIE_AGE = 12 * 3600  # a working day
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if environment.flag("TSELA_BEHIND_PROXY"):  # only true where a proxy always sets or removes this header
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {"urllib3": {"level": "WARNING"}},  # a line for every message would drown the rest
    "root": {"handlers": ["stderr"], "level": os.environ.get("TSELA_LOG_LEVEL") or "INFO"},
}
