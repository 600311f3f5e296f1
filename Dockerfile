# syntax=docker/dockerfile:1
# Build: install the pinned packages and this one into a virtualenv, which is all that goes on.
FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
COPY requirements-otel.txt requirements-demo.txt ./
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --require-hashes -r requirements-otel.txt \
 && python -m venv /opt/build \
 && /opt/build/bin/pip install --require-hashes -r requirements-demo.txt
COPY pyproject.toml LICENSE ./
COPY app app
COPY stripe_simulator stripe_simulator
COPY sql sql
RUN /opt/build/bin/python -m hatchling build -t wheel -d /tmp/wheel \
 && /opt/venv/bin/pip install --no-deps --no-index /tmp/wheel/*.whl \
 && /opt/venv/bin/python -m compileall -q /opt/venv/lib

FROM python:3.13-slim
LABEL org.opencontainers.image.title="payment-service" \
      org.opencontainers.image.vendor="TicketToken Inc." \
      org.opencontainers.image.licenses="LicenseRef-Proprietary" \
      com.tickettoken.sbom="/opt/share/sbom.cdx.json"
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin payments
COPY --from=build /opt/venv /opt/venv
# The bill of materials comes from `make check`. A pattern, so that an image can be built without.
COPY LICENSE build/sbom.cdx.jso[n] /opt/share/
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
WORKDIR /tmp
EXPOSE 3003 9103 9104
# Liveness of the web process; an orchestrator has its own probes for web and worker.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["python", "-c", \
    "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ.get('PORT', '3003')}/health\", timeout=2)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["payment-service"]
CMD ["serve"]
