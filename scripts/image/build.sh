#!/bin/sh
# Build stage of the image: dependencies, build, then only what the gateway needs at run time stays.
set -eu
npm ci --no-audit --no-fund
npm run build
npm prune --omit=dev --no-audit --no-fund
