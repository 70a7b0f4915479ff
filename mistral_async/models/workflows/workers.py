"""Workers of workflows."""

from __future__ import annotations

from mistral_async.models._model import Model


class WorkerInfo(Model, kw_only=True, gc=False):
    """The place where a worker gets its work."""

    scheduler_url: str = ""
    namespace: str = ""
    tls: bool = False
