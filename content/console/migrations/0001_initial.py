"""The first tables."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies: ClassVar[list[tuple[str, str]]] = []

    operations: ClassVar = [
        migrations.CreateModel(
            name="Screen",
            fields=[
                ("screen", models.TextField(primary_key=True, serialize=False)),
                ("place", models.TextField()),
                ("online", models.BooleanField()),
                ("heard", models.DateTimeField()),
                ("state", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="Retired",
            fields=[
                ("screen", models.TextField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                ("command", models.TextField(primary_key=True, serialize=False)),
                ("screen", models.TextField()),
                ("token_digest", models.TextField()),
                ("expires", models.DateTimeField()),
                ("used", models.DateTimeField(null=True)),
                ("path", models.TextField(default="")),
            ],
        ),
        migrations.CreateModel(
            name="Watch",
            fields=[
                ("publisher", models.TextField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("listened_seconds", models.FloatField()),
                ("connected", models.BooleanField()),
                ("counts", models.TextField(default="{}")),
            ],
        ),
        migrations.CreateModel(
            name="Incident",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.TextField()),
                ("subject", models.TextField()),
                ("text", models.TextField()),
                ("facts", models.TextField()),
                ("began", models.DateTimeField()),
                ("ended", models.DateTimeField(null=True)),
                ("end_text", models.TextField(default="")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended__isnull", True)),
                        fields=("kind", "subject"),
                        name="one_open_incident",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Item",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("publisher", models.TextField()),
                ("kind", models.TextField()),
                ("item", models.TextField()),
                ("digest", models.TextField()),
                ("title", models.TextField()),
                ("to", models.TextField()),
                ("published", models.DateTimeField()),
                ("expires", models.DateTimeField(null=True)),
                ("exercise", models.BooleanField(default=False)),
                ("withdrawn", models.DateTimeField(null=True)),
                ("recalled_by", models.TextField(default="")),
                ("why", models.TextField(default="")),
                ("reminded", models.IntegerField(default=0)),
                ("reminded_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("publisher", "kind", "item", "digest"), name="one_wording")
                ],
            },
        ),
        migrations.CreateModel(
            name="Letter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("incident", models.BigIntegerField()),
                ("channel", models.TextField()),
                ("facts", models.TextField()),
                ("made", models.DateTimeField()),
                ("next_try", models.DateTimeField()),
                ("tries", models.IntegerField(default=0)),
                ("sent", models.DateTimeField(null=True)),
                ("given_up", models.BooleanField(default=False)),
                ("error", models.TextField(default="")),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("given_up", False), ("sent__isnull", True)),
                        fields=["next_try"],
                        name="letters_waiting",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("screen", models.TextField()),
                ("series", models.TextField()),
                ("publisher", models.TextField()),
                ("kind", models.TextField()),
                ("item", models.TextField()),
                ("digest", models.TextField()),
                ("sequence", models.BigIntegerField()),
                ("received", models.DateTimeField(null=True)),
                ("first_shown", models.DateTimeField(null=True)),
                ("shown_times", models.BigIntegerField()),
                ("shown_seconds", models.FloatField()),
                ("gone", models.DateTimeField(null=True)),
                ("present", models.BooleanField()),
                ("stored", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("publisher", "kind", "item", "screen", "series", "digest"), name="one_receipt"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Series",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("screen", models.TextField()),
                ("series", models.TextField()),
                ("complete_to", models.BigIntegerField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("screen", "series"), name="one_series")],
            },
        ),
    ]
