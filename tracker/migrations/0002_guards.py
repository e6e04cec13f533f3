"""What the database itself refuses of published tables, the hash chain over them, and the promises of the desk."""

from pathlib import Path

from django.db import migrations

TRACKER = Path(__file__).parent.parent
FILES = (
    "editions/guards.sql",
    "editions/derived.sql",
    "editions/chain.sql",
    "editions/withholding.sql",
    "editions/blanking.sql",
    "editions/releases.sql",
    "editions/telling.sql",
    "editorial/promises.sql",
)


class Migration(migrations.Migration):
    dependencies = [("tracker", "0001_initial")]
    operations = [migrations.RunSQL((TRACKER / name).read_text(encoding="utf-8"), migrations.RunSQL.noop) for name in FILES]
