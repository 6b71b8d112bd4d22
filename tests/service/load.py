"""Clients that ask without a pause."""

import threading

import httpx

from ..waiting import PATIENCE

PNG = {"Content-Type": "image/png"}
TOKEN = "correct-horse-battery-staple"


class Load:
    """Clients that ask without a pause while a block runs, and what they were answered.

    Every other one keeps its connection; the others ask for a new one each time, so that there are always some that
    wait to be let in.
    """

    def __init__(self, served, digit: bytes, clients: int = 4) -> None:
        self._served, self._digit = served, digit
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(number % 2 == 0,)) for number in range(clients)]
        self.statuses: list[int] = []
        self.broken: list[str] = []

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    @property
    def lost(self) -> list[str]:
        """What became of requests that were not answered; a connection that is refused was never taken."""
        return [broken for broken in self.broken if "ConnectError" not in broken]

    def _ask(self, keeps: bool) -> None:
        headers = PNG | {"Authorization": f"Bearer {TOKEN}"} | ({} if keeps else {"Connection": "close"})
        with httpx.Client(base_url=self._served.url, timeout=PATIENCE, trust_env=False) as client:
            while not self._stop.is_set():
                try:
                    answer = client.post("/v1/read?single=true", content=self._digit, headers=headers)
                except httpx.TransportError as error:
                    self.broken.append(repr(error))
                else:
                    self.statuses.append(answer.status_code)
