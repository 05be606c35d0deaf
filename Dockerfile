# The dependencies come first and from the lock, so that a change of the code alone builds in seconds.
FROM python:3.13-slim-trixie AS build
WORKDIR /build
RUN python -m venv /opt/staffing
COPY requirements/run.lock requirements/
RUN /opt/staffing/bin/pip install --no-cache-dir --no-deps --only-binary :all: --require-hashes --requirement requirements/run.lock
COPY pyproject.toml README.md LICENSE ./
COPY solver/ solver/
COPY scenarios/ scenarios/
COPY service/ service/
RUN /opt/staffing/bin/pip install --no-cache-dir --no-deps --no-index --no-build-isolation . \
    && /opt/staffing/bin/pip uninstall --yes setuptools pip

FROM python:3.13-slim-trixie
RUN useradd --uid 10001 --home-dir /var/lib/staffing --create-home --shell /usr/sbin/nologin staffing
COPY --from=build /opt/staffing /opt/staffing
ENV PATH="/opt/staffing/bin:$PATH" PYTHONUNBUFFERED=1
USER 10001:10001
# Without STAFFING_DATABASE_URL the store is a file here: mount a volume.
WORKDIR /var/lib/staffing
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/health/live', timeout=4)"]
ENTRYPOINT ["staffing"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
