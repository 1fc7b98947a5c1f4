# Two stages: build with the tools that native modules may need, run with what the gateway needs and nothing else.
# Every step is a script of scripts/image.
ARG BASE=node:24-slim

FROM ${BASE} AS build
COPY scripts/image/system.sh /tmp/
RUN sh /tmp/system.sh python3 make g++
WORKDIR /app
COPY . .
RUN sh scripts/image/build.sh

FROM ${BASE}
COPY scripts/image/ /app/scripts/image/
RUN sh /app/scripts/image/system.sh bubblewrap && sh /app/scripts/image/state.sh /data
COPY --from=build /app/package.json /app/package.json
COPY --from=build /app/bin /app/bin
COPY --from=build /app/dist /app/dist
COPY --from=build /app/node_modules /app/node_modules
ENV NODE_ENV=production HOME=/data OPENCLAW_STATE_DIR=/data/state PATH=/app/bin:$PATH
WORKDIR /data
# Any other user id works as well.
USER 1000
VOLUME /data
EXPOSE 18789 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["node", "/app/scripts/image/healthy.mjs"]
# Other machines reach it only as far as its ports are published.
CMD ["openclaw", "gateway", "run", "--bind", "lan"]
