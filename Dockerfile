# The function and the CLI: Node, the bundles, and a warm compile cache; no shell, no package manager.
#
#   docker build -t traefik-cert-rotater:0.1.0 .

FROM node:26-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
# Without install scripts: they would fetch the Node that the project brings along for machines with an old one.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY tools tools
COPY functions functions
COPY traefik-cert-rotation/files traefik-cert-rotation/files
COPY test/control-plane/certificates.ts test/control-plane/certificates.ts
# The bundles hold what package-lock.json names: that is the list of parts, beside Node itself.
RUN node tools/bundle.ts && mkdir /app && cp -R dist/. /app/ && \
    npm sbom --omit=dev --sbom-format=cyclonedx --sbom-type=application > /app/sbom.cdx.json && \
    chown -R 65532:65532 /app
# Node writes cache entries readable for their user alone: made as somebody, then opened to whatever user the pod has.
USER 65532:65532
RUN ["node", "tools/warm-compile-cache.ts", "/app"]
USER root
RUN chown -R root:root /app && chmod -R a=rX /app
# Node and the one library that it needs and that is not part of the image below.
RUN lib=/usr/lib/$(arch)-linux-gnu && mkdir -p /node/nodejs/bin /node$lib && \
    cp -L $lib/libatomic.so.1 /node$lib/ && \
    cp /usr/local/bin/node /node/nodejs/bin/ && cp /usr/local/LICENSE /node/nodejs/

FROM gcr.io/distroless/cc-debian12:nonroot
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG SOURCE=
LABEL org.opencontainers.image.title="traefik-cert-rotater" \
      org.opencontainers.image.description="Writes the cert-manager Certificate and the external-dns DNSEndpoint of every Traefik IngressRoute." \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.licenses="Apache-2.0"
# In a layer of its own, which stays the same from release to release.
COPY --from=build /node/ /
COPY --from=build /app /app
ENV NODE_ENV=production \
    NODE_COMPILE_CACHE=/app/.cache \
    NODE_COMPILE_CACHE_PORTABLE=1 \
    PORT=8080
# Numeric, for runAsNonRoot cannot judge a name.
USER 65532:65532
WORKDIR /app
EXPOSE 8080
# The chart runs /app/serve.cjs instead, the function alone.
ENTRYPOINT ["/nodejs/bin/node", "/app/traefik-cert-rotater.cjs"]
CMD ["serve"]
