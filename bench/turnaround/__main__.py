"""From submission to finished report: the median of ten, and how much of it is the emulator itself.

Starts a real server with its worker on a new data folder, submits ten variants of the demo program (each with other
bytes behind its end, so that none is a repetition), and waits for each report. Beside that, in the same run, the same
programs run under the bare emulator: Speakeasy alone, warm, without a hook of ours, once with the libraries that we
load and once as it comes. The last line is one JSON object: `turnaround_ms`, `emulator_ms` and `stock_ms` (medians),
`own_share` (what of the turnaround is not the bare emulator with our libraries), `ratio_stock` (turnaround / stock).

    python -m bench.turnaround [PROGRAM.exe] [--rounds 10]
"""

import argparse
import json
import logging
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from speakeasy import Speakeasy
from speakeasy.config import get_default_config_dict

DEMO = Path(__file__).parent.parent.parent / "demo" / "hello.exe"
POLL_S = 0.005


def bare_emulation_s(program: bytes, *, is_stock: bool) -> float:
    """Seconds that the emulator alone takes to load and run `program`: as it comes, or with our choice of libraries."""
    config: dict[str, Any] = get_default_config_dict()
    config["analysis"]["strings"] = False
    config["modules"] |= {"modules_always_exist": True, "functions_always_exist": True}
    if not is_stock:
        modules = config["modules"]
        modules["user_modules"] = [m for m in modules["user_modules"] if m["name"] in {"ntdll", "kernel32"}]
        modules["system_modules"] = []
    began = time.perf_counter()
    speakeasy = Speakeasy(config=config)
    module = speakeasy.load_module(data=program, filename="sample.exe")
    speakeasy.run_module(module, all_entrypoints=True)
    return time.perf_counter() - began


def call(url: str, key: str, data: bytes | None = None) -> Any:
    request = urllib.request.Request(  # noqa: S310 - our own server
        url, data=data, headers={"apikey": key, "sandbox": "windows10", "Content-Type": "application/octet-stream"}
    )
    with urllib.request.urlopen(request, timeout=60) as reply:  # noqa: S310
        return json.load(reply)


def turnaround_s(base: str, key: str, program: bytes) -> float:
    """Seconds from the first byte of the submission to the answer that has the finished report."""
    began = time.perf_counter()
    sandbox_id = call(f"{base}/file", key, program)["sandbox_id"]
    while "final_verdict" not in call(f"{base}/sandbox/{sandbox_id}", key):
        time.sleep(POLL_S)
    return time.perf_counter() - began


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("program", type=Path, nargs="?", default=DEMO)
    ask.add_argument("--rounds", type=int, default=10)
    arguments = ask.parse_args()
    logging.disable(logging.CRITICAL)
    program = arguments.program.read_bytes()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "fulgurite"]
        created = subprocess.run(
            [*command, "key", "create", "--data", folder, "--role", "admin", "bench"],
            check=True,
            capture_output=True,
            text=True,
        )
        key = created.stdout.splitlines()[-1]
        server = subprocess.Popen(
            [*command, "serve", "--data", folder, "--port", str(port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            measure(f"http://127.0.0.1:{port}/v4", key, program, arguments.rounds)
        finally:
            server.terminate()
            server.wait(30)


def measure(base: str, key: str, program: bytes, rounds: int) -> None:
    for _ in range(200):
        try:
            call(f"{base}/status", key)
            break
        except OSError:
            time.sleep(0.05)
    # The first of each is not counted: it loads code and data that later ones find in memory.
    turnaround_s(base, key, program)
    bare_emulation_s(program, is_stock=True)
    turnarounds, emulations, stock = [], [], []
    for number in range(rounds):
        variant = program + number.to_bytes(4, "little")
        turnarounds.append(turnaround_s(base, key, variant))
        emulations.append(bare_emulation_s(variant, is_stock=False))
        stock.append(bare_emulation_s(variant, is_stock=True))
        print(f"round {number + 1}: {turnarounds[-1] * 1000:.0f} ms, bare emulator {emulations[-1] * 1000:.0f} ms")
    total, bare = statistics.median(turnarounds), statistics.median(emulations)
    print(
        json.dumps(
            {
                "turnaround_ms": round(total * 1000),
                "emulator_ms": round(bare * 1000),
                "own_share": round(1 - bare / total, 2),
                "stock_ms": round(statistics.median(stock) * 1000),
                "ratio_stock": round(total / statistics.median(stock), 2),
            }
        )
    )


if __name__ == "__main__":
    main()
