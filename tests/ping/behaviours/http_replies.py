"""Whole HTTP replies from proxies, gateways, portals (44-51, 57, 60). The
request never reaches the token endpoint, unless `effect=True`."""

import email.utils
import json
import time

from ..reply import JSON, Reply, html, oauth_error
from .registry import behaviour, preset


@behaviour(44)
def method_not_allowed_405(_exchange):
    """As a GET gets."""
    return Reply(405, [("Allow", "POST")])


@behaviour(45)
def unsupported_media_415(_exchange):
    """As a JSON body gets."""
    return Reply(415)


def status(_exchange, code=418, body="", media_type="text/plain"):
    """Any status with any body."""
    return Reply(code, [("Content-Type", media_type)], body.encode())


preset(48, "status", status)


def too_many_requests(_exchange, retry_after="30", code=429):
    """429 (or 503) with Retry-After; None leaves the header out."""
    reply = oauth_error(code, "temporarily_unavailable", "Too many requests.")
    reply.set_header("Retry-After", retry_after)
    return reply


preset(47, "too_many_requests", too_many_requests)
for _name, _value in (("seconds", "30"), ("zero", "0"), ("negative", "-5"),
                      ("huge", "1000000000000"), ("garbage", "soon, perhaps"),
                      ("overflow", "9" * 30), ("absent", None)):
    preset(47, "too_many_requests_" + _name, too_many_requests, retry_after=_value)
preset(47, "retry_after_503", too_many_requests, retry_after="30", code=503)


@behaviour(47)
def too_many_requests_date(exchange, seconds=30):
    """Retry-After as an HTTP date."""
    moment = email.utils.formatdate(time.time() + seconds, usegmt=True)
    return too_many_requests(exchange, moment)


def html_page(_exchange, code=503, title="Service Unavailable"):
    """An HTML page with any status."""
    return html(code, title)


preset(48, "html_page", html_page)
for _code, _title in ((400, "Bad Request"), (401, "Unauthorized"), (403, "Forbidden"),
                      (404, "Not Found"), (429, "Too Many Requests"),
                      (500, "Internal Server Error"), (502, "Bad Gateway"),
                      (503, "Service Unavailable"), (504, "Gateway Time-out")):
    preset(48, "html_%d" % _code, html_page, code=_code, title=_title)
preset(49, "html_200", html_page, code=200, title="Please log in to the guest network")


def redirect(exchange, code=302, to="https"):
    """to: "https" or "http" (ping.elsewhere), "self", "relative", "file", or a URL."""
    ping = exchange.service
    where = {"https": lambda: ping.elsewhere.https_url,
             "http": lambda: ping.elsewhere.http_url,
             "self": lambda: ping.url, "relative": lambda: exchange.request.path,
             "file": lambda: "file:///etc/passwd"}.get(to, lambda: to)()
    return html(code, "Redirect", [("Location", where)])


preset(50, "redirect", redirect)
for _code in (301, 302, 303, 307, 308):
    for _to in ("https", "http", "self"):
        preset(50, "redirect_%d_%s" % (_code, _to), redirect, code=_code, to=_to)


def challenge(_exchange, value="Negotiate", code=401, header="WWW-Authenticate"):
    """401 that asks for another authentication scheme."""
    return html(code, "Unauthorized", [(header, value)])


for _name, _value in (
        ("negotiate", "Negotiate"), ("ntlm", "NTLM"), ("basic", 'Basic realm="proxy"'),
        ("bearer", 'Bearer error="invalid_token"'),
        ("digest", 'Digest realm="x", nonce="6629fae49393a05397450978507c4ef1", '
                   'qop="auth", algorithm=MD5')):
    preset(51, _name + "_401", challenge, value=_value)
preset(76, "proxy_407", challenge, code=407, header="Proxy-Authenticate",
       value='Basic realm="proxy"')


@behaviour(57)
def extra_headers(exchange):
    """Headers to ignore: cookies, HSTS, Alt-Svc, Refresh, Link, Clear-Site-Data."""
    reply = exchange.genuine()
    reply.headers += [
        ("Set-Cookie", "sticky=1; Domain=localhost; Path=/"),
        ("Strict-Transport-Security", "max-age=31536000; includeSubDomains; preload"),
        ("Alt-Svc", 'h3=":443"; ma=86400, h2="evil.test:443"'),
        ("Refresh", "0; url=https://evil.test/"), ("Link", "<https://evil.test/>; rel=next"),
        ("Public-Key-Pins", 'pin-sha256="x"; max-age=1'), ("Clear-Site-Data", '"*"')]
    return reply


@behaviour(80)
def date_skew(exchange, seconds=600):
    """A Date that far ahead (or, negative, behind)."""
    reply = exchange.genuine()
    reply.set_header("Date", email.utils.formatdate(time.time() + seconds, usegmt=True))
    return reply


# Gateways in front of PingFederate: name, status, JSON.
_GATEWAYS = {
    "apigee_fault_401": (401, {"fault": {
        "faultstring": "Invalid ApiKey", "detail": {"errorcode": "oauth.v2.InvalidApiKey"}}}),
    "apigee_fault_403": (403, {"fault": {
        "faultstring": "Access denied", "detail": {"errorcode": "policies.raisefault"}}}),
    "apigee_fault_500": (500, {"fault": {
        "faultstring": "Execution failed", "detail": {"errorcode": "steps.failed"}}}),
    "apigee_rewrapped": (400, {
        "errorCode": 60001,
        "errorMessage": "invalid_grant:token not found, expired or invalid"}),
    "mulesoft_401": (401, {"error": "Invalid client id or secret"}),
    "mulesoft_403": (403, {"error": "Quota has been exceeded"}),
    "mulesoft_503": (503, {"error": "Upstream service unavailable"}),
    "tangoe_403": (403, {"errorCode": "403", "id": "0", "message": "Forbidden",
                         "status": "403"}),
}
for _name, (_code, _body) in _GATEWAYS.items():
    preset(60, _name, status, code=_code, body=json.dumps(_body), media_type=JSON)
