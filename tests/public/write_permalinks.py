"""Write the answers of ``permalinks/`` anew: ``python3 manage.py test tests/public/write_permalinks.py``.

Only where the case files themselves were changed, or an answer or page was added to ``KEPT`` or ``KEPT_PAGES``: read the difference before it is
committed, for people have cited what stands there.
"""

import json

from tests.public.test_permalinks import GOLDEN, KEPT, KEPT_PAGES, OF_THE_ANSWER, body_of, facts_of


def test_write(published: str) -> None:
    for name, path in KEPT.items():
        answer = {key: value for key, value in json.loads(body_of(path)).items() if key not in OF_THE_ANSWER}
        (GOLDEN / f"{name}.json").write_text(json.dumps(answer, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    for name, path in KEPT_PAGES.items():
        (GOLDEN / f"{name}.json").write_text(json.dumps(facts_of(path), ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
