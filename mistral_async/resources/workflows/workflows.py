"""Workflows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_async._binding.resource import M, Resource
from mistral_async._engine.first_use import group

if TYPE_CHECKING:
    from mistral_async.resources.workflows.deployments import Deployments


class Workflows(Resource[M]):
    """Workflows: code of yours that runs step by step, for as long as it takes."""

    @group
    def deployments(self) -> Deployments[M]:
        """The workers that run your workflows."""
        from mistral_async.resources.workflows.deployments import Deployments

        return Deployments(self._executor)
