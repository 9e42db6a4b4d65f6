"""Whom HTTPS requests of these scripts trust."""

import contextlib
import importlib
import ssl


def https_context() -> ssl.SSLContext:
    """The system's certificates; pip's too where the system names none, as python.org's Python on a Mac begins."""
    context = ssl.create_default_context()
    if not context.cert_store_stats()["x509_ca"]:
        with contextlib.suppress(ImportError):
            context.load_verify_locations(importlib.import_module("pip._vendor.certifi").where())
    return context
