"""Going through the steps of an import as a browser without scripts does, and a worker for what they put into the queue."""

import asyncio
import threading
from collections.abc import Mapping, Sequence
from typing import Any
from unittest.mock import patch

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.urls import reverse
from procrastinate import PsycopgConnector
from procrastinate.contrib.django import app, connector_params

from tests.admin.forms import fields_of
from tracker.models import Import

SOURCE = {
    "source-key": "TRACKER-2026",
    "source-title": "A tracker of somebody's",
    "source-publisher": "Institute of Made-up Matters",
    "source-kind": "white_paper",
    "source-interest": "academic",
    "source-language": "en",
    "source-published_on": "2019",
}


def work() -> None:
    """What waits in the queue is done by a real worker in a thread beside the browser, until nothing waits any more.

    What is due at night by itself is not: it would ask for the address of every document.
    """

    async def until_empty() -> None:
        at_night = patch.dict(app.periodic_registry.periodic_tasks, clear=True)
        with at_night, app.replace_connector(PsycopgConnector(kwargs=connector_params("default"), min_size=1, max_size=3)):
            async with app.open_async():
                await app.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False, concurrency=1)

    def run() -> None:
        asyncio.run(until_empty())
        connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


class Steps:
    """One import, as one person."""

    def __init__(self, client: Client, batch: Import | None = None) -> None:
        self.client, self.batch = client, batch

    def address(self, step: str) -> str:
        assert self.batch is not None
        return reverse(f"admin:tracker_import_{step}", args=[self.batch.pk])

    def upload(self, name: str, content: bytes, *, profile: str = "", second: tuple[str, bytes] | None = None) -> Any:
        """Choose a file."""
        data: dict[str, Any] = {"file": SimpleUploadedFile(name, content), "profile": profile}
        if second:
            data["second"] = SimpleUploadedFile(*second)
        response = self.client.post(reverse("admin:tracker_import_add"), data)
        self.batch = Import.objects.latest("pk") if response.status_code == 302 else None
        return response

    def page(self, step: str, query: str = "") -> Any:
        response = self.client.get(self.address(step) + query)
        assert response.status_code == 200, (step, response.status_code, getattr(response, "url", ""))
        return response

    def send(self, step: str, changes: Mapping[str, Any], *, query: str = "", button: str = "_save") -> Any:
        """The form of a step as it stands, with these fields otherwise; a list stands for several values."""
        values = {name: value for name, value in fields_of(_main(self.page(step, query))).items() if name not in ("csrfmiddlewaretoken", "q")}
        for name, value in changes.items():
            values[name] = list(value) if isinstance(value, list | tuple) else [value]
        return self.client.post(self.address(step) + query, {**values, button: "1"})

    def columns(
        self, holds: Mapping[str, Sequence[str]], *, constants: Mapping[str, str] | None = None, keys: Mapping[str, Sequence[str]] | None = None
    ) -> Any:
        """Say what the columns hold, by their names; what is not named is left out."""
        response = self.page("columns")
        lines = {line.offered.name: line.index for line in response.context["lines"]}
        data: dict[str, Any] = {"mark": response.context["mark"], "_save": "1", "constant-place": [], "constant-value": []}
        assert set(holds) <= set(lines), (set(holds) - set(lines), sorted(lines))
        for name, places in holds.items():
            data[f"holds-{lines[name]}"] = list(places)
        for place, value in (constants or {}).items():
            data["constant-place"].append(place)
            data["constant-value"].append(value)
        for record, names in (keys or {}).items():
            data[f"keyed-{record}"] = "1"
            data[f"key-{record}"] = list(names)
        return self.client.post(self.address("columns"), data)

    def whole(self, **changes: Any) -> Any:
        return self.send("whole", {**SOURCE, **{name.replace("_", "-"): value for name, value in changes.items()}})

    def preview(self) -> Any:
        mark = self.page("change").context["mark"]
        self.client.post(self.address("preview"), {"mark": mark})
        return self.page("change")

    def ask(self, step: str, reason: str = "Because") -> Any:
        """Apply, undo or hand in, and let the worker do it."""
        response = self.send(step, {"reason": reason})
        assert response.status_code == 302, response.content.decode()[-3000:]
        work()
        return self.page("change")


def _main(response: Any) -> str:
    """The page's own form: what stands in the frame around it has forms too."""
    html = response.content.decode()
    return html[html.index('id="content-main"') :]
