"""What jobs said, beside Procrastinate's own tables. Only the database removes jobs, so it removes what they said as well."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("procrastinate", "0041_post_retry_failed_job"),
    ]

    operations = [
        migrations.CreateModel(
            name="BackgroundJob",
            fields=[],
            options={
                "verbose_name": "background job",
                "verbose_name_plural": "background jobs",
                "permissions": [("run_again", "Can run a background job again or set it aside")],
                "proxy": True,
                "default_permissions": ("view",),
                "indexes": [],
                "constraints": [],
            },
            bases=("procrastinate.procrastinatejob",),
        ),
        migrations.CreateModel(
            name="JobReport",
            fields=[
                (
                    "job",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="report",
                        serialize=False,
                        to="jobs.backgroundjob",
                    ),
                ),
                ("sentence", models.TextField(verbose_name="sentence")),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.RunSQL(
            "ALTER TABLE jobs_jobreport ADD CONSTRAINT a_report_goes_with_its_job"
            " FOREIGN KEY (job_id) REFERENCES procrastinate_jobs (id) ON DELETE CASCADE",
            "ALTER TABLE jobs_jobreport DROP CONSTRAINT a_report_goes_with_its_job",
        ),
    ]
