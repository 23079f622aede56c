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
# Models that may be downloaded are kept in the volume, the only place that can be written.
ENV EMBEDSMITH_DATA_FOLDER=/data HF_HOME=/data/huggingface
VOLUME /data
STOPSIGNAL SIGTERM
ENTRYPOINT ["embedsmith"]
CMD ["run"]
