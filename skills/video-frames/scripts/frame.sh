#!/bin/sh
# One still of a video, or a sheet of stills.
# usage: frame.sh <video> [--time T] [--sheet N] [--width W] --out <picture>
set -eu
usage="usage: frame.sh <video> [--time T] [--sheet N] [--width W] --out <picture>"
[ $# -ge 1 ] || { echo "$usage" >&2; exit 2; }
video=$1 time='' sheet='' width='' out=''
shift
while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || { echo "$1 needs a value" >&2; exit 2; }
  case $1 in
    --time) time=$2 ;;
    --sheet) sheet=$2 ;;
    --width) width=$2 ;;
    --out) out=$2 ;;
    *) echo "unknown option $1; $usage" >&2; exit 2 ;;
  esac
  shift 2
done
[ -f "$video" ] || { echo "$video: no such file" >&2; exit 1; }
[ -n "$out" ] || { echo "--out is missing; $usage" >&2; exit 2; }
for number in "$sheet" "$width"; do
  case $number in *[!0-9]*) echo "\"$number\" is not a whole number" >&2; exit 2 ;; esac
done

if [ -n "$sheet" ]; then
  [ "$sheet" -ge 1 ] && [ "$sheet" -le 100 ] || { echo "--sheet must be from 1 to 100" >&2; exit 2; }
  seconds=$(ffprobe -v error -show_entries format=duration -of csv=p=0 "$video")
  columns=1
  while [ $((columns * columns)) -lt "$sheet" ]; do columns=$((columns + 1)); done
  rows=$(((sheet + columns - 1) / columns))
  rate=$(awk "BEGIN { printf \"%.6f\", $sheet / $seconds }")
  ffmpeg -v error -y -i "$video" -vf "fps=$rate,scale=${width:-320}:-2,tile=${columns}x${rows}" -frames:v 1 "$out" </dev/null
elif [ -n "$width" ]; then
  ffmpeg -v error -y -ss "${time:-0}" -i "$video" -frames:v 1 -vf "scale=$width:-2" "$out" </dev/null
else
  ffmpeg -v error -y -ss "${time:-0}" -i "$video" -frames:v 1 "$out" </dev/null
fi
[ -s "$out" ] || { echo "no frame at ${time:-0}: is the video shorter?" >&2; exit 1; }
echo "$out"
