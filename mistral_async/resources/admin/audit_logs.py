"""The audit log of the organization."""

from __future__ import annotations

from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._engine.paging import Period
from mistral_async._engine.request import Pages, pages
from mistral_async.models.admin.audit_logs import AuditLog, AuditLogListOptions


class AuditLogs(Resource[M]):
    """The audit log of the organization."""

    @endpoint
    def list(self, **options: Unpack[AuditLogListOptions]) -> Pages[AuditLog, list[AuditLog]]:
        """List entries, the newest first unless `sort` is `ascending`."""
        return pages("/v1/admin/audit-logs", query=options, returns=list[AuditLog], by=Period())
