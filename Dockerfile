# A node as a container: non-root, works with a read-only root file system, writes only to /data.
FROM python:3.13-slim

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
COPY requirements.lock ./
RUN pip install --require-hashes -r requirements.lock
COPY protocol protocol
COPY node node
RUN pip install --no-deps --no-build-isolation ./protocol ./node \
    && useradd --system --uid 10001 --home-dir /data alongside \
    && install -d -o alongside -g alongside -m 0700 /data /authority /notes
# The last two are for docker-compose.federation.yml: a volume first named on one belongs to this user.

USER 10001
WORKDIR /data
VOLUME /data
ENV ALONGSIDE_DATA_DIR=/data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["alongside", "status", "--check"]
CMD ["alongside", "serve"]
