"""Response headers that tell browsers what our pages may do; on every answer, errors too.

A signal and not a middleware: a middleware sees a live stream only after its headers have left,
and never sees answers that other middlewares make.
"""

from dataclasses import dataclass, field

from aiohttp import web

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "style-src 'self'",
        "script-src 'self'",
        "connect-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "object-src 'none'",
    )
)

_ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": with it browsers post our own forms with "Origin: null", and the check of
    # the origin would refuse them. Nothing is told to other sites either way.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": (
        "geolocation=(self), camera=(self), microphone=(self), payment=(), usb=(), "
        "browsing-topics=()"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_TLS_ONLY = {"Strict-Transport-Security": "max-age=31536000"}


@dataclass(frozen=True)
class HeaderPolicy:
    """Where the service stands: behind TLS or not, and which paths hold no personal data."""

    behind_tls: bool = False
    public_prefixes: tuple[str, ...] = field(default=("/static/",))

    def apply(self, path: str, response: web.StreamResponse) -> None:
        """Set the headers; what a handler set itself (a stricter policy, a cache time) stays."""
        wanted = {**_ALWAYS, **_TLS_ONLY} if self.behind_tls else _ALWAYS
        for name, value in wanted.items():
            response.headers.setdefault(name, value)
        # "no-cache" lets a browser keep a file but ask each time whether it is still the newest.
        public = path.startswith(self.public_prefixes)
        response.headers.setdefault("Cache-Control", "no-cache" if public else "no-store")
        # The exact versions of the server software are of use to an attacker only.
        response.headers.pop("Server", None)


def install_security_headers(app: web.Application, policy: HeaderPolicy) -> None:
    """Make every answer of the application and its sub-applications carry the headers."""

    async def before_headers_leave(request: web.Request, response: web.StreamResponse) -> None:
        policy.apply(request.path, response)

    app.on_response_prepare.append(before_headers_leave)
