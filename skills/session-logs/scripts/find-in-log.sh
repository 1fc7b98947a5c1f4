#!/bin/sh
# Messages of exported conversations that hold a text, without regard to case.
# usage: find-in-log.sh <text> <file.jsonl> [file.jsonl ...]
set -eu
[ $# -ge 2 ] || { echo "usage: find-in-log.sh <text> <file.jsonl> [file.jsonl ...]" >&2; exit 2; }
text=$1
shift
for file in "$@"; do
  [ -r "$file" ] || { echo "$file: no such file" >&2; exit 1; }
  # ripgrep first: it is much quicker than reading every line as JSON.
  rg --no-filename --ignore-case --fixed-strings -- "$text" "$file" | jq -r --arg text "$text" --arg file "$file" '
    select(.type == "message")
    | (.message.content | if type == "string" then . else map(select(.type == "text") | .text) | join(" ") end) as $said
    | ($said | ascii_downcase | index($text | ascii_downcase)) as $at
    | select($at != null)
    | "\($file) \(.timestamp[0:16]) \(.message.role): \($said[([0, $at - 80] | max):($at + 160)] | gsub("\\s+"; " "))"
  ' || true
done
