# unwind in a container: kernels compiled beforehand, no root, nothing written but the cache and what a command is told.
#
#   docker build -t unwind .                                               CPU
#   docker build -t unwind --build-arg EXTRAS=report,dask .                with reports and dask
#   docker build -t unwind-cuda --build-arg EXTRAS=cuda13,report .         NVIDIA GPUs; the driver's part comes from the host
#   docker run --rm --read-only --tmpfs /tmp --tmpfs /var/cache/unwind:uid=10001 unwind demo
#   docker run --rm --gpus all --read-only --tmpfs /tmp --tmpfs /var/cache/unwind:uid=10001 unwind-cuda demo --backend cuda
#
# Not run where these lines were written, for want of docker: the build, and a container with or without a GPU. The steps
# of the first stage were run in a plain environment, and a run on the kernels that they shipped. For the same image
# twice, name both images of Python by their digests.
ARG PYTHON=3.12

FROM python:${PYTHON}-slim AS build
ARG EXTRAS=
WORKDIR /src
COPY pyproject.toml README.md LICENSE requirements-extras.txt ./
COPY .ci/pins.py .ci/wheel_kernels.py .ci/
# The parts of the extras too are pinned by hash.
RUN python -m venv /opt/unwind \
 && python .ci/pins.py "$EXTRAS" > pinned.txt \
 && /opt/unwind/bin/python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes -r pinned.txt
COPY engine engine
COPY kernels kernels
COPY bench bench
COPY cli cli
COPY unwind_risk unwind_risk
RUN /opt/unwind/bin/python -m pip install --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation .
# For every level of x86-64 that the machine has which builds the image: one image then serves all of these.
RUN UNWIND_CACHE="$(mktemp -d)" /opt/unwind/bin/unwind warm --processor all --ship /opt/unwind/kernels

FROM python:${PYTHON}-slim
COPY --from=build /opt/unwind /opt/unwind
ENV PATH=/opt/unwind/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    UNWIND_KERNELS=/opt/unwind/kernels \
    UNWIND_CACHE=/var/cache/unwind \
    UNWIND_LOG=text \
    HOME=/tmp \
    MPLCONFIGDIR=/var/cache/unwind/matplotlib
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin unwind \
 && mkdir -p /var/cache/unwind /srv/risk \
 && chown 10001:10001 /var/cache/unwind /srv/risk
USER 10001:10001
WORKDIR /srv/risk
VOLUME ["/var/cache/unwind"]
ENTRYPOINT ["unwind"]
CMD ["--help"]
