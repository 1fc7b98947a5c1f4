#!/bin/sh
# Build stage of the image: dependencies, build, then what the gateway needs at run time goes into the named folder.
set -eu
npm ci --no-audit --no-fund
npm run build
node scripts/image/production-copy.mjs "$1"
