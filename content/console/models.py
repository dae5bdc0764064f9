"""The tables: what screens have told, what was published, what went wrong. Columns only; the rules are content.fleet's.

Texts have no length in the database: what comes in was bounded at the door (content.fleet.inbound).
"""

from typing import ClassVar

from django.db import models


class Screen(models.Model):
    """One screen as it was last heard; the struct is content.fleet.table.Screen, in `state` as JSON."""

    screen = models.TextField(primary_key=True)
    place = models.TextField()
    online = models.BooleanField()
    heard = models.DateTimeField()
    state = models.TextField()


class Retired(models.Model):
    """A screen that people took down. A live word that it says after `at` ends this; a row of it that is written
    later, with what it said before, does not."""

    screen = models.TextField(primary_key=True)
    at = models.DateTimeField()


class Series(models.Model):
    """How much of a screen's receipts is here: all up to `complete_to`. Written together with the receipts."""

    screen = models.TextField()
    series = models.TextField()
    complete_to = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["screen", "series"], name="one_series")]


class Receipt(models.Model):
    """content.reports.Receipt: the newest word of one screen on one item."""

    screen = models.TextField()
    series = models.TextField()
    publisher = models.TextField()
    kind = models.TextField()
    item = models.TextField()
    digest = models.TextField()
    sequence = models.BigIntegerField()
    received = models.DateTimeField(null=True)
    first_shown = models.DateTimeField(null=True)
    shown_times = models.BigIntegerField()
    shown_seconds = models.FloatField()
    gone = models.DateTimeField(null=True)
    present = models.BooleanField()
    stored = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["publisher", "kind", "item", "screen", "series", "digest"], name="one_receipt"
            )
        ]


class Item(models.Model):
    """A notice or alert that was published from this folder, each wording of it once."""

    publisher = models.TextField()
    kind = models.TextField()
    item = models.TextField()
    digest = models.TextField()
    title = models.TextField()
    to = models.TextField()
    """JSON: the places."""
    published = models.DateTimeField()
    expires = models.DateTimeField(null=True)
    exercise = models.BooleanField(default=False)
    withdrawn = models.DateTimeField(null=True)
    recalled_by = models.TextField(default="")
    why = models.TextField(default="")
    reminded = models.IntegerField(default=0)
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["publisher", "kind", "item", "digest"], name="one_wording")
        ]


class Incident(models.Model):
    """Something that people were told of, from its beginning to its end."""

    kind = models.TextField()
    subject = models.TextField()
    text = models.TextField()
    facts = models.TextField()
    """JSON: what templates may name."""
    began = models.DateTimeField()
    ended = models.DateTimeField(null=True)
    end_text = models.TextField(default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "subject"], condition=models.Q(ended__isnull=True), name="one_open_incident"
            )
        ]


class Letter(models.Model):
    """A notification to be sent, or sent: written in the same transaction as what it tells of."""

    incident = models.BigIntegerField()
    channel = models.TextField()
    facts = models.TextField()
    made = models.DateTimeField()
    next_try = models.DateTimeField()
    tries = models.IntegerField(default=0)
    sent = models.DateTimeField(null=True)
    given_up = models.BooleanField(default=False)
    error = models.TextField(default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["next_try"], condition=models.Q(sent__isnull=True, given_up=False), name="letters_waiting"
            )
        ]


class Upload(models.Model):
    """Leave for one picture: who has the token may PUT once. Only the token's digest is kept."""

    command = models.TextField(primary_key=True)
    screen = models.TextField()
    token_digest = models.TextField()
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True)
    path = models.TextField(default="")


class Watch(models.Model):
    """The collector's own state; one row."""

    publisher = models.TextField(primary_key=True)
    at = models.DateTimeField()
    listened_seconds = models.FloatField()
    connected = models.BooleanField()
    counts = models.TextField(default="{}")
    """JSON."""
