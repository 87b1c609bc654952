# slashdock as a container. No registry or network is needed when BASE names an image that the engine has (anything
# with Python 3.11 or newer and its venv module) and `make wheels` was run before: then pip takes the packages from .run/wheels.
ARG BASE=python:3.13-slim

FROM ${BASE} AS build
WORKDIR /app
COPY requirements.lock requirements-dev.lock .run/wheels* wheels/
COPY scripts/environment.py scripts/
RUN mv wheels/*.lock . \
 && if ls wheels/*.whl >/dev/null 2>&1; then export PIP_NO_INDEX=1 PIP_FIND_LINKS=/app/wheels; fi \
 && python3 scripts/environment.py requirements.lock
COPY bot bot
COPY commands commands
RUN .venv/bin/python -m compileall -q bot commands && mkdir /data /key && chown 10001:10001 /data /key && chmod 700 /data /key

FROM ${BASE}
WORKDIR /app
COPY --from=build /app/.venv .venv
COPY --from=build /app/bot bot
COPY --from=build /app/commands commands
COPY --from=build --chown=10001:10001 /data /data
COPY --from=build --chown=10001:10001 /key /key
ENV PATH=/app/.venv/bin:$PATH HOME=/tmp PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    SLASHDOCK_DATA=/data SLASHDOCK_POLICY=/config/policy.toml SLASHDOCK_KEY_FILE=/key/slashdock.key \
    SLASHDOCK_BIND=0.0.0.0 SLASHDOCK_PORT=8018
USER 10001:10001
VOLUME ["/data", "/key"]
EXPOSE 8018
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["python3", "-c", \
  "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['SLASHDOCK_PORT'] + '/healthz', timeout=4)"]
ENTRYPOINT ["slashdock"]
CMD ["start"]
