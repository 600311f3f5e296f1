"""What runs in containers, as far as it can be known without a container engine."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.full

ROOT = Path(__file__).resolve().parent.parent.parent


def test_manifests_fit_their_schemas_and_the_image_builds() -> None:
    """Kinds, compose file, and the Dockerfile's steps in a clean directory."""
    done = subprocess.run(
        [sys.executable, ROOT / "scripts/check_containers.py"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ENTRYPOINT payment-service" in done.stdout
