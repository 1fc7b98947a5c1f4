#!/bin/sh
# Waits until a pane shows a line that fits. usage: wait-for-text.sh <socket> <target> <extended regex> [seconds]
set -eu
[ $# -ge 3 ] || { echo "usage: wait-for-text.sh <socket> <target> <extended regex> [seconds]" >&2; exit 2; }
socket=$1 target=$2 pattern=$3 seconds=${4:-15}
end=$(($(date +%s) + seconds))
while :; do
  screen=$(tmux -S "$socket" capture-pane -p -J -t "$target" -S -200)
  if printf '%s\n' "$screen" | grep -Eq -- "$pattern"; then exit 0; fi
  if [ "$(date +%s)" -ge "$end" ]; then
    echo "no line fits $pattern after $seconds s; the pane ends with:" >&2
    printf '%s\n' "$screen" | grep -v '^$' | tail -n 10 >&2
    exit 1
  fi
  sleep 0.2
done
