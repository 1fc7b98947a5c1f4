#!/bin/sh
# Debian packages of a stage of the image, without what only their installation needs.
set -eu
apt-get update -q
DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
rm -rf /var/lib/apt/lists/*
