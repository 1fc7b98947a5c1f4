"""Makes pictures with OpenAI's image API and a page that shows them."""

import argparse
import base64
import html
import json
import os
import pathlib
import urllib.error
import urllib.request

API = os.environ.get("OPENAI_BASE_URL", "https://api.openai.com/v1")


def make(prompt, wish, key):
    body = {"model": wish.model, "prompt": prompt, "n": 1, "size": wish.size, "quality": wish.quality}
    request = urllib.request.Request(
        f"{API}/images/generations",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "Authorization": f"Bearer {key}"},
    )
    try:
        with urllib.request.urlopen(request, timeout=300) as answer:
            image = json.load(answer)["data"][0]
    except urllib.error.HTTPError as error:
        text = error.read().decode(errors="replace")
        try:
            text = json.loads(text)["error"]["message"]
        except (ValueError, KeyError, TypeError):
            pass
        raise RuntimeError(f"OpenAI answered {error.code}: {text[:300]}") from None
    except OSError as error:
        raise RuntimeError(f"OpenAI was not reached: {error}") from None
    return base64.b64decode(image["b64_json"])


def page(entries):
    figures = "\n".join(
        f'<figure><img src="{html.escape(entry["file"])}" alt="{html.escape(entry["prompt"])}">'
        f"<figcaption>{html.escape(entry['prompt'])}</figcaption></figure>"
        if "file" in entry
        else f"<figure><p>{html.escape(entry['error'])}</p><figcaption>{html.escape(entry['prompt'])}</figcaption></figure>"
        for entry in entries
    )
    return (
        '<!doctype html><meta charset="utf-8"><title>Pictures</title>'
        "<style>body{font:16px sans-serif;display:grid;gap:1rem;padding:1rem;"
        "grid-template-columns:repeat(auto-fill,minmax(18rem,1fr))}img{width:100%}figure{margin:0}</style>"
        f"{figures}\n"
    )


def main():
    options = argparse.ArgumentParser(description=__doc__)
    source = options.add_mutually_exclusive_group(required=True)
    source.add_argument("--prompt")
    source.add_argument("--prompts", help="file with one prompt a line")
    options.add_argument("--count", type=int, default=1)
    options.add_argument("--size", choices=("1024x1024", "1536x1024", "1024x1536", "auto"), default="1024x1024")
    options.add_argument("--quality", choices=("low", "medium", "high", "auto"), default="auto")
    options.add_argument("--model", default="gpt-image-1")
    options.add_argument("--out-dir", default="pictures")
    wish = options.parse_args()
    key = os.environ.get("OPENAI_API_KEY")
    if not key:
        raise SystemExit("OPENAI_API_KEY is not set")
    if not 1 <= wish.count <= 50:
        raise SystemExit(f"--count must be from 1 to 50, got {wish.count}")
    if wish.prompts:
        lines = pathlib.Path(wish.prompts).read_text(encoding="utf-8").splitlines()
        prompts = [line.strip() for line in lines if line.strip()]
    else:
        prompts = [wish.prompt] * wish.count
    folder = pathlib.Path(wish.out_dir)
    folder.mkdir(parents=True, exist_ok=True)
    entries = []
    for number, prompt in enumerate(prompts, 1):
        try:
            name = f"{number:03d}.png"
            (folder / name).write_bytes(make(prompt, wish, key))
            entries.append({"prompt": prompt, "file": name})
            print(folder / name)
        except RuntimeError as error:
            entries.append({"prompt": prompt, "error": str(error)})
            print(f"{number}: {error}")
    (folder / "prompts.json").write_text(json.dumps(entries, indent=2, ensure_ascii=False), encoding="utf-8")
    (folder / "index.html").write_text(page(entries), encoding="utf-8")
    print(folder / "index.html")
    if all("error" in entry for entry in entries):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
