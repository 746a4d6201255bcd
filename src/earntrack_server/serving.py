"""Serving: one process, or several on one port, until told to stop."""

import asyncio
import os
import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from typing import Final

import structlog
from aiohttp import web

from earntrack_core.identity.model import Credentials
from earntrack_server.app import make_app
from earntrack_server.config import Settings
from earntrack_server.logs import set_up_logs
from earntrack_server.opening import open_served


log = structlog.get_logger("earntrack.server")

BACKLOG: Final = 1024
PATIENCE: Final = 10.0
"""Seconds for requests to end when the server stops."""


def bound(settings: Settings) -> socket.socket:
    """Return the listening socket.

    Raises:
        OSError: The port is taken, or not ours.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((settings.host, settings.port))
    listener.listen(BACKLOG)
    return listener


def serve(
    settings: Settings,
    listener: socket.socket,
    demo: Credentials | None = None,
) -> None:
    """Serve until told to stop; in a demo, as *demo* to whoever comes."""
    if settings.workers == 1:
        serve_one(settings, listener, demo)
    else:
        _serve_many(settings, listener, demo)


def serve_one(
    settings: Settings,
    listener: socket.socket,
    demo: Credentials | None = None,
) -> None:
    """Serve in this process."""
    set_up_logs(settings.log_level, settings.log_format)
    with (
        ThreadPoolExecutor(1, "mail") as mail,
        open_served(settings, later=mail.submit) as et,
    ):
        asyncio.run(_run(make_app(et, settings, demo), settings, listener))


async def _run(
    app: web.Application, settings: Settings, listener: socket.socket
) -> None:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=PATIENCE)
    await runner.setup()
    try:
        await web.SockSite(runner, listener, backlog=BACKLOG).start()
        log.info("listening", at=settings.origin, process=os.getpid())
        await _told_to_stop()
        log.info("stopping", process=os.getpid())
    finally:
        await runner.cleanup()


async def _told_to_stop() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()


def _serve_many(
    settings: Settings, listener: socket.socket, demo: Credentials | None
) -> None:
    """Serve in several processes on one socket; replace those that die."""
    set_up_logs(settings.log_level, settings.log_format)
    context = get_context("fork")
    stopping = False

    def start() -> BaseProcess:
        process = context.Process(
            target=serve_one, args=(settings, listener, demo)
        )
        process.start()
        return process

    processes = [start() for _ in range(settings.workers)]

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True
        for process in processes:
            process.terminate()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while not stopping:
        for index, process in enumerate(processes):
            process.join(timeout=1 / len(processes))
            if not process.is_alive() and not stopping:
                log.error("worker_died", code=process.exitcode)
                processes[index] = start()
    for process in processes:
        process.join(PATIENCE + 1)
