#!/usr/bin/env python3
"""A strict directory: Cisco's User Data Services as the API reference describes them.

It answers as the reference says, and writes down whatever a client does that the reference does not
allow. `GET /violations` lists that as JSON, with how many requests came. It prints the port that it
listens at, and ends with its standard input.
"""

import argparse
import base64
import json
import re
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit
from xml.sax.saxutils import escape

FIELDS = [
    "id", "userName", "firstName", "lastName", "middleName", "nickName", "displayName",
    "phoneNumber", "homeNumber", "mobileNumber", "email", "directoryUri", "msUri", "department",
    "manager", "title", "pager",
]


def user(user_name, first, last, **more):
    return {"userName": user_name, "firstName": first, "lastName": last, **more}


PEOPLE = [
    user("aberg", "Anna", "Berg", displayName="Anna Berg", phoneNumber="+43 1 234-2140",
         mobileNumber="+43 (664) 1234567", email="anna.berg@example.com",
         directoryUri="anna.berg@example.com", department="Sales", title="Head of Sales"),
    user("banna", "Berg", "Anna-Lena", displayName="", phoneNumber="+43 1 234-2141",
         department="Störungen & Service"),
    user("dvries", "Dirk", "van der Vries", displayName="van der Vries, Dirk <ext>",
         phoneNumber="+31 20 555 0140", email="", directoryUri="sip:dirk@partner.example.org"),
    # Without displayName, phoneNumber and the rest.
    user("lmei", "美玲", "林"),
    user("obrien", "Bríd", "O'Brien", displayName='Bríd "B" O\'Brien', email="brid@example.com"),
    # Of LDAP alone: no call manager knows the user.
    user("", "Anna", "Extern", displayName="Anna Extern"),
] + [
    user("test%03d" % n, "Tester", "Number%03d" % n, displayName="Tester %d" % n,
         phoneNumber="+43 1 999 %04d" % n)
    for n in range(500)
]


def begins(text, start):
    return text.lower().startswith(start.lower())


def has_name(person, value):
    first, last, email = (person.get(key, "") for key in ("firstName", "lastName", "email"))
    words = value.split(" ")[:3]
    if len(words) == 1:
        return any(begins(text, value) for text in (first, last, email))
    if len(words) == 2:
        x, y = words
        return (
            (begins(first, x) and begins(last, y))
            or (begins(last, x) and begins(first, y))
            or begins(last, value)
            or begins(first, value)
        )
    x, y, z = words
    return (
        (begins(first, x) and begins(last, y + " " + z))
        or (begins(first, x + " " + y) and begins(last, z))
        or (begins(last, x) and begins(first, y + " " + z))
        or (begins(last, x + " " + y) and begins(first, z))
    )


def numbers(person):
    written = (person.get(key, "") for key in ("phoneNumber", "homeNumber", "mobileNumber"))
    return [re.sub(r"[ ()+-]", "", number) for number in written if number]


def exact_uri(person, value):
    return value in (person.get("msUri"), person.get("directoryUri"))


RULES = {
    "name": has_name,
    "first": lambda person, value: begins(person["firstName"], value),
    "last": lambda person, value: begins(person["lastName"], value),
    "username": lambda person, value: person["userName"] == value,
    "email": lambda person, value: person.get("email") == value,
    "uri": exact_uri,
    "number": lambda person, value: any(
        number.startswith(re.sub(r"[ ()+-]", "", value)) for number in numbers(person)
    ),
    "numberlast": lambda person, value: any(number.endswith(value) for number in numbers(person)),
}


class Directory(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, options):
        super().__init__(("127.0.0.1", 0), Handler)
        self.options = options
        self.lock = threading.Lock()
        self.violations = []
        self.requests = 0
        self.searches = 0
        self.challenged = False
        self.refused = set()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Apache-Coyote/1.1"

    def log_message(self, *_):
        pass

    def violation(self, what):
        with self.server.lock:
            self.server.violations.append("%s %s: %s" % (self.command, self.path, what))

    def send(self, status, text, content_type, headers=()):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def xml(self, text):
        declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        self.send(200, declaration + text, "application/xml;charset=UTF-8")

    def html(self, status, headers=()):
        page = "<html><head><title>%d</title></head><body><h1>HTTP Status %d<hr></body></html>"
        self.send(status, page % (status, status), "text/html;charset=utf-8", headers)

    def refuse_method(self):
        self.violation("the method is not allowed")
        self.html(405)

    do_POST = do_PUT = do_HEAD = do_DELETE = do_OPTIONS = refuse_method

    def do_GET(self):
        if self.path == "/violations":
            with self.server.lock:
                seen = {
                    "violations": self.server.violations,
                    "requests": self.server.requests,
                    "searches": self.server.searches,
                }
            self.send(200, json.dumps(seen), "application/json")
            return
        options = self.server.options
        with self.server.lock:
            self.server.requests += 1
        if "application/xml" not in self.headers.get("Accept", ""):
            self.violation("the client does not accept application/xml")
        if self.headers.get("Content-Length", "0") != "0" or "Transfer-Encoding" in self.headers:
            self.violation("a GET has no body")
        parts = urlsplit(self.path)
        if parts.path == "/cucm-uds/version":
            self.xml(
                '<versionInformation uri="https://h/cucm-uds/version" version="14.0.0">'
                "<version>14.0.0</version></versionInformation>"
            )
        elif parts.path == "/cucm-uds/servers":
            names = "".join("<server>%s</server>" % escape(name) for name in options.server)
            self.xml('<servers version="14.0.0" uri="https://h/cucm-uds/servers">%s</servers>' % names)
        elif parts.path == "/cucm-uds/users":
            self.users(parts.query)
        else:
            self.violation("there is no such resource")
            self.html(404)

    def users(self, query):
        server, options = self.server, self.server.options
        with server.lock:
            server.searches += 1
            turn = server.searches
        if options.missing:
            self.html(404)
            return
        if not self.may_search():
            return
        if turn <= options.busy:
            self.html(503)
            return
        time.sleep(options.slow)
        if options.page:
            self.html(200)
            return
        given = self.parameters(query)
        found = [
            person
            for person in PEOPLE
            if all(rule(person, given[name]) for name, rule in RULES.items() if name in given)
        ]
        limit = options.limit
        if options.capped:
            found = found[:limit]
        start = int(given.get("start", "0"))
        asked = int(given.get("max", str(limit)))
        shown = found[start : start + (500 if options.huge else min(asked, limit))]
        text = "".join(self.one(person) for person in shown)
        self.xml(
            '<users uri="https://h/cucm-uds/users" version="14.0.0" start="%d" requestedCount="%d" '
            'returnedCount="%d" totalCount="%d">%s</users>'
            % (start, asked, len(shown), len(found), text)
        )

    def one(self, person):
        fields = "".join(
            "<%s>%s</%s>" % (name, escape(person[name]), name) if person[name] else "<%s/>" % name
            for name in FIELDS
            if name in person
        )
        uri = "https://h:8443/cucm-uds/user/%s" % person["userName"]
        return '<user uri="%s">%s</user>' % (escape(uri, {'"': "&quot;"}), fields)

    def parameters(self, query):
        given = {}
        for pair in filter(None, query.split("&")):
            name, _, value = pair.partition("=")
            if "+" in value:
                self.violation("a space is written %20, a plus %2B")
            if not re.fullmatch(r"(?:[A-Za-z0-9._~!$'()*,;:@/?-]|%[0-9A-Fa-f]{2})*", value):
                self.violation("the value is not percent-encoded")
            if name not in RULES and name not in ("start", "max"):
                self.violation("there is no parameter '%s'" % name)
            if name in given:
                self.violation("'%s' is there twice" % name)
            value = unquote(value)
            if re.search(r"[*%?]", value):
                self.violation("no wildcards are documented")
            if name in ("start", "max") and not value.isdigit():
                self.violation("'%s' is a number" % name)
                value = "0"
            if name == "max" and int(value) >= self.server.options.limit:
                self.violation("max is below the limit")
            if name == "name" and (value != value.strip() or "  " in value or not value):
                self.violation("the words of a name have one space between")
            if name == "numberlast" and len(value) < 4:
                self.violation("fewer than four last digits find too many")
            given[name] = value
        if not any(name in RULES for name in given):
            self.violation("a search needs a filter")
        return given

    def may_search(self):
        server, wanted = self.server, self.server.options.password
        given = self.headers.get("Authorization")
        if wanted is None:
            if given is not None:
                self.violation("credentials are sent to a node that wants none")
            return True
        if given is not None:
            scheme, _, encoded = given.partition(" ")
            if scheme != "Basic":
                self.violation("only Basic is offered")
            if not server.challenged:
                self.violation("credentials are sent before the node wants them")
            if given in server.refused:
                self.violation("credentials that were refused are sent again: that locks the account")
            if base64.b64decode(encoded).decode() == wanted:
                return True
            server.refused.add(given)
        server.challenged = True
        self.html(401, [("WWW-Authenticate", 'Basic realm="Cisco Unified CM"')])
        return False


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--password", metavar="USER:PASSWORD", help="searching needs this sign-in")
    parser.add_argument("--limit", type=int, default=64, help="UserSearchLimit")
    parser.add_argument("--capped", action="store_true", help="count and list no further than that")
    parser.add_argument("--huge", action="store_true", help="list 500 whatever is asked for")
    parser.add_argument("--busy", type=int, default=0, help="answer so many searches with 503")
    parser.add_argument("--slow", type=float, default=0, help="answer a search after so many seconds")
    parser.add_argument("--page", action="store_true", help="answer a search with a web page")
    parser.add_argument("--missing", action="store_true", help="UDS is off on this node")
    parser.add_argument("--server", action="append", default=[], help="a node of the cluster")
    parser.add_argument("--certificate", help="a PEM file with certificate and key: speak TLS")
    directory = Directory(parser.parse_args())
    if directory.options.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(directory.options.certificate)
        directory.socket = context.wrap_socket(directory.socket, server_side=True)
    threading.Thread(target=directory.serve_forever, daemon=True).start()
    print(directory.server_address[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
