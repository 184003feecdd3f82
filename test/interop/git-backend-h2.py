"""git http-backend behind Hypercorn, whose HTTP/2 is hyper-h2: git-backend-h2.py ROOT PORT CERT KEY.

Prints `ready` when it answers, then the version of HTTP of each request, a line each.
"""

import asyncio
import os
import sys

from hypercorn.asyncio import serve
from hypercorn.config import Config

root, port, cert, key = sys.argv[1:5]


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return
    print(scope["http_version"], flush=True)
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    headers = {name.decode(): value.decode() for name, value in scope["headers"]}
    child = await asyncio.create_subprocess_exec(
        "git",
        "http-backend",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={
            "PATH": os.environ["PATH"],
            "HOME": root,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "uploadpack.allowFilter",
            "GIT_CONFIG_VALUE_0": "true",
            "GIT_PROJECT_ROOT": root,
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROTOCOL": headers.get("git-protocol", ""),
            "REQUEST_METHOD": scope["method"],
            "PATH_INFO": scope["path"],
            "QUERY_STRING": scope["query_string"].decode(),
            "CONTENT_TYPE": headers.get("content-type", ""),
        },
    )
    answer, _ = await child.communicate(body)
    head, _, rest = answer.partition(b"\r\n\r\n")
    fields = [line.split(b": ", 1) for line in head.split(b"\r\n")]
    status = next((int(value[:3]) for name, value in fields if name.lower() == b"status"), 200)
    sent = [(name.lower(), value) for name, value in fields if name.lower() != b"status"]
    await send({"type": "http.response.start", "status": status, "headers": sent})
    for at in range(0, len(rest), 50_000):
        await send({"type": "http.response.body", "body": rest[at : at + 50_000], "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def main():
    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.certfile, config.keyfile = cert, key
    config.errorlog = None
    stop = asyncio.Event()
    task = asyncio.create_task(serve(app, config, shutdown_trigger=stop.wait))
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", int(port))
            writer.close()
            break
        except OSError:
            await asyncio.sleep(0.05)
    print("ready", flush=True)
    await task


asyncio.run(main())
