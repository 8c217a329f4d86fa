"""A way to the server on which statements are written down, and one may be late: BigQuery goes on with a job when the process that
sent it is gone."""

from __future__ import annotations

import http.client
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Proxy:
    """Forwards every request at once, but holds the first whose body the pattern `late` is found in until it is released."""

    def __init__(self, port: int, late: str = r"\A\b\B") -> None:
        self.statements: list[str] = []
        self._port = port
        self._late = re.compile(late.encode())
        self._lock = threading.Lock()
        self.held = threading.Event()
        self._released = threading.Event()
        self.arrived = threading.Event()
        self.answer = b""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _forward(self) -> None:
                outer._forward(self)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _forward  # noqa: N815 the names are http.server's

            def log_message(self, *_: Any) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def release(self) -> bytes:
        """Let the statement arrive; what the server answered."""
        self._released.set()
        assert self.arrived.wait(60)
        return self.answer

    def close(self) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()

    def _forward(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        with self._lock:
            if request.command == "POST" and request.path.split("?")[0].endswith("/jobs"):
                self.statements.append(json.loads(body)["configuration"]["query"]["query"])
            late = not self.held.is_set() and bool(self._late.search(body))
            if late:
                self.held.set()
        if late:
            self._released.wait()
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        connection.request(request.command, request.path, body, {**request.headers, "Accept-Encoding": "identity"})
        response = connection.getresponse()
        answer = response.read()
        if late:
            self.answer = answer
            self.arrived.set()
        try:
            request.send_response(response.status)
            request.send_header("Content-Type", response.headers.get("Content-Type", "application/json"))
            request.send_header("Content-Length", str(len(answer)))
            request.end_headers()
            request.wfile.write(answer)
        except ConnectionError:
            return  # who asked is gone
