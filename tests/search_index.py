"""A small index of images, as an engine asks one when it searches: python search_index.py PORT."""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

FOUND = [
    {"name": "team/web", "description": "A web server\nfor all", "star_count": 3, "is_official": False},
    {"name": "team/db", "description": "Keeps rows. " * 6, "star_count": 12, "is_official": True},
    {"name": "other/web", "description": "", "star_count": 0, "is_official": False, "is_automated": True},
]


class Index(BaseHTTPRequestHandler):
    """Answers /v1/_ping and /v1/search?q=TERM&n=LIMIT."""

    def do_GET(self) -> None:
        """The images whose name contains the term, as many as are asked for."""
        parts = urlsplit(self.path)
        asked = parse_qs(parts.query)
        term, limit = asked.get("q", [""])[0], int(asked.get("n", ["25"])[0])
        found = [each for each in FOUND if term in str(each["name"])][:limit]
        told = {"query": term, "num_results": len(found), "results": found} if parts.path == "/v1/search" else True
        body = json.dumps(told).encode()
        self.send_response(200 if parts.path in {"/v1/search", "/v1/_ping"} else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Index).serve_forever()
