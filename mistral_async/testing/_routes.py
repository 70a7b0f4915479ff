"""Every operation of the API, as the handlers tell them."""

from __future__ import annotations

import importlib
import pkgutil

from mistral_async.testing import _handlers
from mistral_async.testing._route import REGISTERED, Route, Router

for _module in pkgutil.walk_packages(_handlers.__path__, f"{_handlers.__name__}."):
    importlib.import_module(_module.name)

ROUTES: tuple[Route, ...] = tuple(REGISTERED)
ROUTER = Router(ROUTES)
