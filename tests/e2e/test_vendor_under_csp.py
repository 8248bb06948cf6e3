"""The browser libraries work where pages forbid inline script, inline style and eval."""

import json
import re
from collections.abc import Callable, Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Page, expect

PROJECT = Path(__file__).parents[2]
DESK = PROJECT / "intake" / "desk" / "static" / "vendor"
PORTAL = PROJECT / "channels" / "web" / "static" / "vendor"
POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'"
HOME = """<!doctype html><html lang="zh-CN"><title>示范县</title>
<link rel="stylesheet" href="/leaflet/leaflet.css"><link rel="stylesheet" href="/page.css">
<script src="/htmx/htmx.min.js"></script><script src="/leaflet/leaflet.js"></script>
<h1>井盖破损</h1><button hx-get="/part" hx-target="#part">登记</button>
<form hx-post="/part" hx-target="#part" hx-swap="beforeend"><button>保存</button></form>
<output id="part"></output><div id="map"></div><script src="/page.js"></script></html>"""
STYLE = "#map { height: 300px } button { font-size: 20px }"
SCRIPT = """const map = L.map("map", {preferCanvas: true, attributionControl: false});
map.setView([30.0, 115.0], 15);
L.rectangle([[30.0, 115.0], [30.001, 115.001]]).addTo(map);
L.marker([30.0, 115.0], {alt: "位置"}).addTo(map);"""
LINE = """import JsSIP from "/jssip/jssip.min.js";
const line = new JsSIP.UA({uri: "sip:web-8001@127.0.0.1", password: "x",
  sockets: [new JsSIP.WebSocketInterface("ws://127.0.0.1:9/ws")]});
document.title = `${JsSIP.version} ${line.isRegistered()}`;"""
MADE = {
    "/": ("text/html", HOME),
    "/part": ("text/html", "<b>已登记</b>"),
    "/line": ("text/html", '<!doctype html><script type="module" src="/line.js"></script>'),
    "/line.js": ("text/javascript", LINE),
    "/page.css": ("text/css", STYLE),
    "/page.js": ("text/javascript", SCRIPT),
}


class VendorHandler(BaseHTTPRequestHandler):
    """Serves the vendor folder beside one small page, all under the strict policy."""

    def do_GET(self) -> None:
        if self.path in MADE:
            kind, body = MADE[self.path][0], MADE[self.path][1].encode()
        elif self.path.startswith(("/htmx/", "/leaflet/", "/jssip/")):
            body = (DESK / self.path[1:]).read_bytes()
            kind = {".js": "text/javascript", ".css": "text/css"}.get(
                Path(self.path).suffix, "image/png"
            )
        else:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *args: object) -> None:
        """Quiet: the test's own output is enough."""


@pytest.fixture
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), VendorHandler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_htmx_exchanges_fragments(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="登记").click()
    page.get_by_text("已登记").wait_for()
    page.get_by_role("button", name="保存").click()
    page.locator("#part b").nth(1).wait_for()
    assert page.locator("#part b").count() == 2


def test_leaflet_draws_on_a_phone(phone: Page, address: str) -> None:
    phone.goto(address)
    phone.locator("#map canvas").wait_for()
    assert phone.locator("#map .leaflet-marker-icon").evaluate("image => image.naturalWidth") > 0


def test_jssip_is_one_module(page: Page, address: str) -> None:
    page.goto(f"{address}line")
    expect(page).to_have_title(re.compile(r"^3\.\d+\.\d+ false$"))


def test_axe_sees_what_is_wrong(
    page: Page, address: str, axe: Callable[[Page], list[dict[str, Any]]]
) -> None:
    page.goto(address)
    assert axe(page) == []
    page.locator("button").first.evaluate("button => button.replaceChildren()")
    assert [finding["id"] for finding in axe(page)] == ["button-name"]


@pytest.mark.parametrize("vendor", [DESK, PORTAL], ids=["desk", "portal"])
def test_manifest_names_every_file(vendor: Path) -> None:
    manifest = json.loads((vendor / "manifest.json").read_text("utf-8"))
    files = {
        path.relative_to(vendor).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in vendor.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    assert manifest["files"] == files
    assert {"htmx/LICENSE", "leaflet/LICENSE"} <= files.keys()
