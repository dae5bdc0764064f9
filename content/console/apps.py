"""The app's name, for Django."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """Screens, receipts, incidents."""

    name = "content.console"
    label = "console"
    verbose_name = "便民视窗"
    default_auto_field = "django.db.models.BigAutoField"
