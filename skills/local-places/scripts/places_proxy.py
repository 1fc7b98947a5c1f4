# /// script
# requires-python = ">=3.9"
# dependencies = []
# ///
"""Google Places on localhost: keeps the key, checks what is asked, remembers answers for a while."""

import argparse
import json
import os
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

API = os.environ.get("GOOGLE_PLACES_BASE_URL", "https://places.googleapis.com/v1")
FIELDS = "id,displayName,formattedAddress,location,rating,userRatingCount,currentOpeningHours.openNow"
DETAILS = FIELDS + ",websiteUri,nationalPhoneNumber,regularOpeningHours.weekdayDescriptions,googleMapsUri"
KEEP_SECONDS = 600
MAX_BODY = 10_000
remembered = {}


class BadRequest(Exception):
    def __init__(self, field, message):
        super().__init__(message)
        self.field = field


def number(body, field, low, high, default=None):
    value = body.get(field, default)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise BadRequest(field, f"must be a number from {low} to {high}")
    return value


def text(body, field):
    value = body.get(field)
    if not isinstance(value, str) or not 1 <= len(value.strip()) <= 200:
        raise BadRequest(field, "must be a text of 1 to 200 characters")
    return value.strip()


def ask(path, fields, body=None):
    wanted = json.dumps([path, fields, body], sort_keys=True)
    known = remembered.get(wanted)
    if known and known[0] > time.monotonic():
        return known[1]
    request = urllib.request.Request(
        API + path,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Content-Type": "application/json",
            "X-Goog-Api-Key": os.environ["GOOGLE_PLACES_API_KEY"],
            "X-Goog-FieldMask": fields,
        },
    )
    with urllib.request.urlopen(request, timeout=15) as answer:
        value = json.load(answer)
    remembered[wanted] = (time.monotonic() + KEEP_SECONDS, value)
    return value


def short(place):
    where = place.get("location", {})
    return {
        "place_id": place.get("id"),
        "name": place.get("displayName", {}).get("text"),
        "address": place.get("formattedAddress"),
        "latitude": where.get("latitude"),
        "longitude": where.get("longitude"),
        "rating": place.get("rating"),
        "ratings": place.get("userRatingCount"),
        "open_now": place.get("currentOpeningHours", {}).get("openNow"),
    }


def search(body):
    wish = {"textQuery": text(body, "query"), "pageSize": int(number(body, "limit", 1, 20, 5))}
    latitude, longitude = number(body, "latitude", -90, 90), number(body, "longitude", -180, 180)
    if (latitude is None) != (longitude is None):
        raise BadRequest("latitude", "latitude and longitude belong together")
    if latitude is not None:
        radius = number(body, "radius_m", 1, 50_000, 2000)
        wish["locationBias"] = {
            "circle": {"center": {"latitude": latitude, "longitude": longitude}, "radius": radius}
        }
    rating = number(body, "min_rating", 0, 5)
    if rating is not None:
        wish["minRating"] = rating
    if body.get("open_now") is True:
        wish["openNow"] = True
    return places(wish)


def places(wish):
    mask = ",".join("places." + field for field in FIELDS.split(","))
    found = ask("/places:searchText", mask, wish).get("places", [])
    return {"results": [short(place) for place in found]}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/ping":
            return self.answer(200, {"ok": True})
        if self.path.startswith("/places/") and self.path.count("/") == 2:
            place_id = self.path.split("/")[2]
            if place_id.replace("-", "").replace("_", "").isalnum():
                return self.carefully(lambda: self.details(place_id))
        self.answer(404, {"error": {"field": "path", "message": "unknown"}})

    def do_POST(self):
        routes = {
            "/places/search": search,
            "/locations/resolve": lambda body: places(
                {"textQuery": text(body, "text"), "pageSize": int(number(body, "limit", 1, 20, 3))}
            ),
        }
        handler = routes.get(self.path)
        if not handler:
            return self.answer(404, {"error": {"field": "path", "message": "unknown"}})
        self.carefully(lambda: handler(self.body()))

    def details(self, place_id):
        place = ask("/places/" + place_id, DETAILS)
        return {
            **short(place),
            "website": place.get("websiteUri"),
            "phone": place.get("nationalPhoneNumber"),
            "hours": place.get("regularOpeningHours", {}).get("weekdayDescriptions"),
            "map": place.get("googleMapsUri"),
        }

    def body(self):
        length = int(self.headers.get("content-length") or 0)
        if length > MAX_BODY:
            raise BadRequest("body", f"has more than {MAX_BODY} bytes")
        try:
            value = json.loads(self.rfile.read(length) or b"{}")
        except ValueError:
            raise BadRequest("body", "is not valid JSON") from None
        if not isinstance(value, dict):
            raise BadRequest("body", "must be an object")
        return value

    def carefully(self, work):
        try:
            self.answer(200, work())
        except BadRequest as error:
            self.answer(400, {"error": {"field": error.field, "message": str(error)}})
        except urllib.error.HTTPError as error:
            self.answer(502, {"error": {"field": "upstream", "message": f"Google answered {error.code}"}})
        except OSError as error:
            self.answer(502, {"error": {"field": "upstream", "message": str(error)}})

    def answer(self, status, value):
        content = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--port", type=int, default=8000)
    port = options.parse_args().port
    if not os.environ.get("GOOGLE_PLACES_API_KEY"):
        raise SystemExit("GOOGLE_PLACES_API_KEY is not set")
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    print(f"listening on http://127.0.0.1:{server.server_address[1]}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
