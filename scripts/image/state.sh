#!/bin/sh
# Makes the folder that holds the state of a container. Like /tmp, so that any user id can make its own state in it; the
# gateway's state directory inside is closed to everybody else.
set -eu
mkdir -p "$1"
chmod 1777 "$1"
