"""Sources that tests start on 127.0.0.1 and stop again: an S3 store (moto), an SFTP server (asyncssh), an API with pages."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncssh

LOCAL = "127.0.0.1"
SECRET = "canary-p@ss/word"
QUOTED_SECRET = "canary-p%40ss%2Fword"


@contextmanager
def s3_store() -> Iterator[tuple[str, Any]]:
    """Address of a store with the bucket `exports`, and a client of it."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address=LOCAL, port=0, verbose=False)
    server.start()
    try:
        address = "http://{}:{}".format(*server.get_host_and_port())
        client = boto3.client("s3", endpoint_url=address, region_name="us-east-1", aws_access_key_id="reader", aws_secret_access_key=SECRET)
        client.create_bucket(Bucket="exports")
        yield address, client
    finally:
        server.stop()


@dataclass
class SftpServer:
    """An SFTP server whose root is `folder`; `on_read` is called before each block that somebody reads."""

    folder: Path
    port: int = 0
    host_key: str = ""
    user_key: str = ""
    on_read: Callable[[Any], None] = lambda files: None
    connections: list[asyncssh.SSHServerConnection] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"sftp://reader:{QUOTED_SECRET}@{LOCAL}:{self.port}"


class _Door(asyncssh.SSHServer):
    """Who may come in: `reader` with the password, or with the key of the server's user."""

    def __init__(self, told: SftpServer) -> None:
        self.told = told

    def connection_made(self, connection: asyncssh.SSHServerConnection) -> None:
        self.told.connections.append(connection)

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("reader", SECRET)

    def public_key_auth_supported(self) -> bool:
        return bool(self.told.user_key)

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return key.export_public_key().decode() == self.told.user_key


class _Files(asyncssh.SFTPServer):
    def __init__(self, told: SftpServer, channel: Any) -> None:
        self.told = told
        super().__init__(channel, chroot=str(told.folder).encode())

    def read(self, file_obj: object, offset: int, size: int) -> bytes:
        self.told.on_read(self)
        return super().read(file_obj, offset, size)  # type: ignore[return-value]


@contextmanager
def sftp_server(folder: Path) -> Iterator[SftpServer]:
    """A running server, in a thread of its own."""
    key, loop = asyncssh.generate_private_key("ssh-ed25519"), asyncio.new_event_loop()
    told = SftpServer(folder, host_key=key.export_public_key().decode().strip())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def listen() -> asyncssh.SSHAcceptor:
        return await asyncssh.create_server(
            partial(_Door, told), LOCAL, 0, server_host_keys=[key], sftp_factory=partial(_Files, told)
        )  # fmt: skip

    async def stop() -> None:
        server.close()
        for connection in told.connections:
            connection.abort()
            await connection.wait_closed()
        await server.wait_closed()
        await asyncio.sleep(0.05)  # the loop closes the sockets of aborted connections in its next rounds

    server = asyncio.run_coroutine_threadsafe(listen(), loop).result(10)
    told.port = server.get_port()
    try:
        yield told
    finally:
        asyncio.run_coroutine_threadsafe(stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@dataclass
class Api:
    """A loopback API: `answer(path, parameters, headers)` gives status, headers and body of every request, all of which are kept."""

    answer: Callable[[str, dict[str, str], dict[str, str]], tuple[int, dict[str, str], Any]]
    port: int = 0
    requests: list[tuple[str, dict[str, str], dict[str, str]]] = field(default_factory=list)

    def url(self, user: str = "") -> str:
        return f"http://{user}{LOCAL}:{self.port}/api"


@contextmanager
def rest_api(answer: Callable[[str, dict[str, str], dict[str, str]], tuple[int, dict[str, str], Any]]) -> Iterator[Api]:
    """A running API."""
    api = Api(answer)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            asked = (address.path, {name: values[-1] for name, values in parse_qs(address.query).items()}, dict(self.headers))
            api.requests.append(asked)
            status, headers, body = api.answer(*asked)
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(content)), "Content-Type": "application/json"} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(content)

        do_HEAD = do_GET

        def log_message(self, *args: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer((LOCAL, 0), Handler)
    api.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
