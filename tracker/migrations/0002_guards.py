"""What the database itself refuses of published tables."""

from pathlib import Path

from django.db import migrations

GUARDS = (Path(__file__).parent.parent / "editions" / "guards.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("tracker", "0001_initial")]
    operations = [migrations.RunSQL(GUARDS, migrations.RunSQL.noop)]
