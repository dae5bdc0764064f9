"""Which database, from a URL, and Django made ready for it. Importing does nothing; `open_database` does.

One process usually has one database. Each URL is an alias of its own in Django's terms, the
first one also its default, so that tests may open several.
"""

from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from content.errors import FolderError
from content.files import sha256_hex

APP = "content.console"
SQLITE_BUSY_SECONDS = 20.0
"""How long one writer waits for another: a command beside `serve`."""
SQLITE_START = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL"
"""WAL: readers never wait for the collector. NORMAL: a power cut may take the last batches, never more
(https://www.sqlite.org/wal.html); screens are then asked for them again."""


def sqlite_url(path: Path) -> str:
    """The URL of a SQLite file."""
    return f"sqlite:///{quote(str(path.resolve()))}"


def sqlite_path(url: str) -> Path | None:
    """The file behind a sqlite URL; None for another database."""
    return Path(unquote(url.removeprefix("sqlite:///"))) if url.startswith("sqlite:///") else None


def django_database(url: str) -> dict[str, Any]:
    """Django's words for `url`. Raises FolderError; a password never stands in the error."""
    path = sqlite_path(url)
    if path is not None:
        options = {"timeout": SQLITE_BUSY_SECONDS, "init_command": SQLITE_START, "transaction_mode": "IMMEDIATE"}
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path), "OPTIONS": options}
    example = "应为 postgresql://用户:密码@主机:5432/库名 或 sqlite:////绝对路径/records.sqlite3"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise FolderError(f"数据库地址看不懂（可能含密码，不显示），{example}") from None
    name = unquote(parts.path.removeprefix("/"))
    if parts.scheme not in ("postgresql", "postgres") or not name or "/" in name:
        raise FolderError(f"数据库地址看不懂（可能含密码，不显示），{example}")
    query = dict(pair.partition("=")[::2] for pair in parts.query.split("&") if pair)
    host = unquote(query.pop("host", "")) or unquote(parts.hostname or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(port or ""),
        "OPTIONS": {"connect_timeout": 10, **{key: unquote(value) for key, value in query.items()}},
    }


def open_database(url: str) -> str:
    """Make Django ready for `url` and return its alias. No connection is made yet. Raises FolderError."""
    database = django_database(url)
    alias = f"d{sha256_hex(url.encode())[:16]}"
    if not settings.configured:
        settings.configure(
            DATABASES={"default": dict(database), alias: dict(database)},
            INSTALLED_APPS=[APP],
            USE_TZ=True,
            TIME_ZONE="UTC",
            LANGUAGE_CODE="zh-hans",
            LOGGING_CONFIG=None,
        )
        django.setup()
    elif alias not in connections.settings:
        known = connections.configure_settings({"default": dict(database), alias: dict(database)})
        connections.settings[alias] = known[alias]
    return alias


def migrate(alias: str) -> None:
    """Bring the tables up to date."""
    call_command("migrate", database=alias, verbosity=0, interactive=False)
