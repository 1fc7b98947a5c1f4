# /// script
# requires-python = ">=3.9"
# dependencies = []
# ///
"""Makes or edits a picture with Gemini 3 Pro Image."""

import argparse
import base64
import json
import mimetypes
import os
import sys
import urllib.error
import urllib.request

API = os.environ.get("GEMINI_BASE_URL", "https://generativelanguage.googleapis.com/v1beta")
MODEL = "gemini-3-pro-image-preview"
TYPES = ("image/png", "image/jpeg", "image/webp")


def picture(path):
    kind = mimetypes.guess_type(path)[0]
    if kind not in TYPES:
        raise SystemExit(f"--input {path}: must be a PNG, JPEG or WebP")
    with open(path, "rb") as file:
        return {"inline_data": {"mime_type": kind, "data": base64.b64encode(file.read()).decode()}}


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--prompt", required=True)
    options.add_argument("--out", required=True)
    options.add_argument("--input", action="append", default=[])
    options.add_argument("--size", choices=("1K", "2K", "4K"), default="1K")
    options.add_argument("--aspect")
    wish = options.parse_args()
    key = os.environ.get("GEMINI_API_KEY")
    if not key:
        raise SystemExit("GEMINI_API_KEY is not set")
    if len(wish.input) > 14:
        raise SystemExit("--input can be given 14 times at most")
    shape = {"imageSize": wish.size}
    if wish.aspect:
        shape["aspectRatio"] = wish.aspect
    body = {
        "contents": [{"parts": [*map(picture, wish.input), {"text": wish.prompt}]}],
        "generationConfig": {"responseModalities": ["TEXT", "IMAGE"], "imageConfig": shape},
    }
    request = urllib.request.Request(
        f"{API}/models/{MODEL}:generateContent",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "x-goog-api-key": key},
    )
    try:
        with urllib.request.urlopen(request, timeout=180) as answer:
            result = json.load(answer)
    except urllib.error.HTTPError as error:
        message = error.read().decode(errors="replace")[:500]
        raise SystemExit(f"Gemini answered {error.code}: {message}") from None
    except OSError as error:
        raise SystemExit(f"Gemini was not reached: {error}") from None
    candidates = result.get("candidates") or [{}]
    parts = candidates[0].get("content", {}).get("parts", [])
    for part in parts:
        if part.get("text"):
            print(part["text"])
    images = [part.get("inlineData") or part.get("inline_data") for part in parts]
    images = [image for image in images if image and image.get("data")]
    if not images:
        reason = candidates[0].get("finishReason") or result.get("promptFeedback")
        sys.exit(f"no picture came: {reason}")
    with open(wish.out, "wb") as file:
        file.write(base64.b64decode(images[-1]["data"]))
    print(wish.out)


if __name__ == "__main__":
    main()
