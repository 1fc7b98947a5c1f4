#!/bin/sh
# usage: transcribe.sh <sound file> [--model M] [--language xx] [--format F] [--prompt text] [--out file]
set -eu
base="${OPENAI_BASE_URL:-https://api.openai.com/v1}"
model=whisper-1 language='' format=text prompt='' out=''
[ $# -ge 1 ] || { echo "usage: transcribe.sh <sound file> [--model M] [--language xx] [--format F] [--prompt text] [--out file]" >&2; exit 2; }
file=$1
shift
while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || { echo "$1 needs a value" >&2; exit 2; }
  case $1 in
    --model) model=$2 ;;
    --language) language=$2 ;;
    --format) format=$2 ;;
    --prompt) prompt=$2 ;;
    --out) out=$2 ;;
    *) echo "unknown option $1" >&2; exit 2 ;;
  esac
  shift 2
done
[ -f "$file" ] || { echo "$file: no such file" >&2; exit 1; }
[ -n "${OPENAI_API_KEY:-}" ] || { echo "OPENAI_API_KEY is not set" >&2; exit 1; }

answer=$(mktemp)
trap 'rm -f "$answer"' EXIT
set -- -F "file=@$file" -F "model=$model" -F "response_format=$format"
[ -z "$language" ] || set -- "$@" -F "language=$language"
[ -z "$prompt" ] || set -- "$@" --form-string "prompt=$prompt"
# The key goes in by standard input, so that the list of processes does not show it.
status=$(printf 'header = "Authorization: Bearer %s"\n' "$OPENAI_API_KEY" |
  curl -sS -K - -o "$answer" -w '%{http_code}' "$@" "$base/audio/transcriptions")
if [ "$status" != 200 ]; then
  echo "OpenAI answered $status:" >&2
  cat "$answer" >&2
  exit 1
fi
if [ -n "$out" ]; then
  cp "$answer" "$out"
  echo "$out"
else
  cat "$answer"
fi
