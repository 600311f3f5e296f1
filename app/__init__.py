"""The thin layer of payment-service: authenticate, parse, call one SQL function, carry one call."""

from importlib import metadata

try:
    __version__ = metadata.version("payment-service")
except metadata.PackageNotFoundError:  # a checkout that was never installed
    __version__ = "0.0.0"
