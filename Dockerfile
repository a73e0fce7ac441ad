# One image for web, worker, beat and migrate: deploy/entrypoint says which.
FROM python:3.11-slim-bookworm

# Pango and the Chinese font make the PDF papers; tini passes signals on and buries dead children.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk tini \
    && rm -rf /var/lib/apt/lists/*

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 XDG_CACHE_HOME=/tmp/cache

# The fixed number keeps the files of the data volume readable after an upgrade.
RUN useradd --system --uid 10001 --user-group --home-dir /app --shell /usr/sbin/nologin portal \
    && install --directory --owner portal --group portal --mode 0750 /data

WORKDIR /app
COPY requirements.txt ./
RUN pip install --require-hashes --no-deps -r requirements.txt
COPY . .
RUN python -m compileall -q .

USER portal
ENV DATA_DIR=/data BIND=0.0.0.0 PORT=8000 PROXY_COUNT=1
VOLUME /data
EXPOSE 8000
ENTRYPOINT ["tini", "--", "deploy/entrypoint"]
CMD ["web"]
