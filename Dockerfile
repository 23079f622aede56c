# The bot and its trainer. On a host with an NVIDIA card run with `--gpus all` and EMBEDSMITH_DEVICE=cuda.
FROM python:3.11-slim

WORKDIR /app
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY bot bot
COPY trainer trainer
COPY sandbox sandbox
COPY templates templates
RUN pip install --no-cache-dir . && useradd --create-home embedsmith && install -d -o embedsmith /data

USER embedsmith
ENV EMBEDSMITH_DATA_FOLDER=/data HF_HUB_OFFLINE=1
VOLUME /data
STOPSIGNAL SIGTERM
ENTRYPOINT ["embedsmith"]
CMD ["run"]
