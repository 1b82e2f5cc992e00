"""An address at which no scheduler answers is told in one line."""

import asyncio
import socket
import threading

import pytest

from sim.runs.cluster import ClusterError, cluster

pytest.importorskip("distributed")


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-x\r\n" * 20, b""])
def test_something_else_answers(answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    with server.accept()[0] as asked:
                        asked.sendall(answer)
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(ClusterError, match=f"^{address}: no Dask scheduler answers there: ") as said:
            cluster(address, timeout=1).__enter__()
        assert str(said.value).isprintable()
        server.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("address", ["", "nowhere", "foo://x:1", "tcp://127.0.0.1:1", "a\nb"])
def test_addresses_of_nothing(address: str) -> None:
    with pytest.raises(ClusterError, match="no Dask scheduler answers there") as said:
        cluster(address, timeout=0.5).__enter__()
    assert str(said.value).isprintable()


def test_an_event_loop_that_runs_already_as_in_a_notebook_is_no_hindrance() -> None:
    async def in_a_notebook() -> str:
        with pytest.raises(ClusterError) as said:
            cluster("tcp://127.0.0.1:1", timeout=0.5).__enter__()
        return str(said.value)

    assert "event loop" not in asyncio.run(in_a_notebook())
