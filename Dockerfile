# Two stages: build with everything, run with the production copy and nothing else.
# Every step is a script of scripts/image.
ARG BASE=node:24-slim

FROM ${BASE} AS build
WORKDIR /app
COPY . .
RUN sh scripts/image/build.sh /production

FROM ${BASE}
COPY scripts/image/system.sh scripts/image/state.sh /tmp/
RUN sh /tmp/system.sh bubblewrap && sh /tmp/state.sh /data
COPY --from=build /production /app
ENV NODE_ENV=production HOME=/data OPENCLAW_STATE_DIR=/data/state PATH=/app/bin:$PATH
WORKDIR /data
# Any other user id works as well.
USER 1000
VOLUME /data
EXPOSE 18789 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["node", "/app/scripts/image/healthy.mjs"]
# Other machines reach it only as far as its ports are published.
CMD ["openclaw", "gateway", "run", "--bind", "lan"]
