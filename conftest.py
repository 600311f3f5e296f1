"""Plugins of the whole run: they serve `tests` and `sql/tests` alike."""

pytest_plugins = ("tests.servers", "tests.tap")
