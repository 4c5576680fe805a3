"""The invariant checker, from the gateway's frame log alone."""

from simgateway.audit.audit import audit
from simgateway.audit.findings import AuditLimits, AuditResult, Violation

__all__ = ["AuditLimits", "AuditResult", "Violation", "audit"]
