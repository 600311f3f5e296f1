"""Plugins of the whole run: they serve `tests` and `sql/tests` alike."""

pytest_plugins = ("tests.support.servers", "tests.support.tap")
