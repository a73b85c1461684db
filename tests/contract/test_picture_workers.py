"""Pictures take turns, a worker each, and no more of the machine than they may. Contract: 3.4."""

from __future__ import annotations

import asyncio
import os
import signal
import struct
import subprocess
from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from PIL import Image

from attendance_adapters import give_way
from attendance_adapters import pictures as module
from attendance_adapters.picture_worker import MAX_MEMORY_BYTES
from attendance_adapters.pictures import PillowPictures
from attendance_adapters.worker_environment import worker_environment
from attendance_core.errors import BadPicture, PictureTooLarge, Unavailable
from attendance_core.ports import Picture
from attendance_core.vocabulary import UserId
from tests.support.pictures import ANNA, BORIS, LARGE, png_of_zeros, saved, two_halves
from tests.support.unretrieved import nothing_unretrieved

PNG = saved(two_halves(), "PNG")
KILLED = module._WorkerRun(-signal.SIGKILL, b"", b"killed")


@pytest.fixture
def pictures() -> Iterator[PillowPictures]:
    made = PillowPictures()
    yield made
    made.close()


class Workers:
    """Counts the workers that are started; those of `held` wait until they are ended."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.started: list[int] = []  # the longest side, by which a test knows its pictures
        self.held = set[int]()
        self.running: subprocess.Popen[bytes] | None = None
        start = module._Job._start_worker

        def counted(job: module._Job) -> subprocess.Popen[bytes]:
            self.started.append(job._max_side)
            if job._max_side not in self.held:
                return start(job)
            pipe = subprocess.PIPE
            self.running = subprocess.Popen(["sleep", "60"], stdin=pipe, stdout=pipe, stderr=pipe)
            return self.running

        monkeypatch.setattr(module._Job, "_start_worker", counted)

    async def until_started(self, count: int) -> None:
        async with asyncio.timeout(10):
            while len(self.started) < count:
                await asyncio.sleep(0.01)


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> Workers:
    return Workers(monkeypatch)


def cleaning(
    pictures: PillowPictures, owner: UserId, max_side: int, data: bytes = PNG
) -> asyncio.Task[Picture]:
    return asyncio.create_task(pictures.clean(data, owner=owner, max_side=max_side))


async def give_up(task: asyncio.Task[Picture]) -> None:
    task.cancel()
    await asyncio.wait({task}, timeout=5)
    assert task.cancelled()


class TestTurns:
    async def test_what_one_sends_at_once_comes_behind_the_first_of_everybody(
        self, pictures: PillowPictures, workers: Workers
    ) -> None:
        many = [cleaning(pictures, ANNA, side) for side in (11, 12, 13)]
        many += [cleaning(pictures, BORIS, 21)]
        await asyncio.gather(*many)
        assert workers.started == [11, 21, 12, 13]

    async def test_one_that_nobody_waits_for_has_no_turn(
        self, pictures: PillowPictures, workers: Workers, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "MAX_JOBS", 3)
        workers.held.add(11)
        first = cleaning(pictures, ANNA, 11)
        await workers.until_started(1)
        others = [cleaning(pictures, UserId(number), number) for number in (21, 22)]
        await asyncio.sleep(0)
        with pytest.raises(Unavailable):
            await cleaning(pictures, UserId(23), 23)
        await give_up(others[0])
        last = cleaning(pictures, UserId(24), 24)  # there is room again, at once
        await asyncio.sleep(0)
        await give_up(first)
        await asyncio.wait_for(asyncio.gather(others[1], last), 10)
        assert workers.started == [11, 22, 24]

    async def test_the_worker_of_one_that_nobody_waits_for_is_ended_and_the_next_has_its_own(
        self, pictures: PillowPictures, workers: Workers
    ) -> None:
        workers.held.add(11)
        first, second = cleaning(pictures, ANNA, 11), cleaning(pictures, ANNA, 12)
        await workers.until_started(1)
        await give_up(first)
        assert isinstance(await asyncio.wait_for(second, 10), Picture)  # a worker has 60 s
        assert workers.running is not None and workers.running.poll() == -signal.SIGKILL
        assert workers.started == [11, 12]

    async def test_the_log_says_nothing_of_one_that_nobody_waits_for(
        self, pictures: PillowPictures, workers: Workers
    ) -> None:
        workers.held.add(11)
        with nothing_unretrieved():
            first, second = cleaning(pictures, ANNA, 11), cleaning(pictures, ANNA, 12)
            await workers.until_started(1)
            await give_up(first)
            await asyncio.wait_for(second, 10)
            del first

    async def test_a_busy_loop_does_not_give_way_to_a_thread_that_waits_for_a_worker(
        self, pictures: PillowPictures, workers: Workers
    ) -> None:
        """Decision 0010: it would be at a tenth of its speed for as long as pictures wait."""
        workers.held.add(11)
        first = cleaning(pictures, ANNA, 11)
        await workers.until_started(1)
        yielder = give_way._yielders.get(asyncio.get_running_loop())
        assert yielder is None or not yielder._future_count
        await give_up(first)

    async def test_closing_lets_nobody_wait(
        self, pictures: PillowPictures, workers: Workers
    ) -> None:
        workers.held.add(11)
        many = [cleaning(pictures, UserId(number), 11) for number in range(5)]
        await workers.until_started(1)
        pictures.close()
        pictures.close()
        await asyncio.wait(many, timeout=5)
        assert all(isinstance(each.exception(), Unavailable) for each in many)
        with pytest.raises(Unavailable):
            await pictures.clean(PNG, owner=ANNA, max_side=LARGE)


class TestRoom:
    @pytest.mark.parametrize(
        ("bound", "most", "data"),
        [
            ("MAX_JOBS", 2, lambda: PNG),
            ("MAX_WAITING_BYTES", 2 * len(PNG), lambda: PNG),
            # However small their files are, pictures count by what they are when decoded
            ("MAX_WAITING_PIXELS", 50_000_000, lambda: png_of_zeros(5_000, 4_000)),
        ],
    )
    async def test_beyond_what_may_wait_one_is_refused_and_those_before_it_are_not(
        self,
        pictures: PillowPictures,
        workers: Workers,
        monkeypatch: pytest.MonkeyPatch,
        bound: str,
        most: int,
        data: Callable[[], bytes],
    ) -> None:
        monkeypatch.setattr(module, bound, most)
        workers.held.add(11)
        file = data()
        many = [cleaning(pictures, UserId(number), 11, file) for number in range(3)]
        await asyncio.wait(many, return_when=asyncio.FIRST_COMPLETED)
        assert [each.done() for each in many] == [False, False, True]
        assert isinstance(many[2].exception(), Unavailable)
        for each in many[:2]:
            await give_up(each)
        assert isinstance(await cleaning(pictures, ANNA, 12), Picture)
        assert (pictures._job_count, pictures._pixel_count, pictures._byte_count) == (0, 0, 0)

    @pytest.mark.parametrize(
        "data",
        [
            lambda: png_of_zeros(8_000, 5_001),
            lambda: png_of_zeros(1, 40_000_000)[:80],
            lambda: saved(Image.new("RGB", (2, 2)), "JPEG").replace(
                struct.pack(">HH", 2, 2), struct.pack(">HH", 6_325, 6_325)
            ),
            lambda: b"RIFF\x26\0\0\0WEBPVP8L\x19\0\0\0\x2f\xff\xff\xff\x0f" + bytes(21),
            lambda: b"RIFF\x26\0\0\0WEBPVP8X\x0a\0\0\0" + bytes(4) + b"\xff\x3f\0" * 2 + bytes(16),
            lambda: (
                b"RIFF\x26\0\0\0WEBPVP8 \x19\0\0\0\0\0\0\x9d\x01\x2a\xff\x3f\xff\x3f" + bytes(16)
            ),
        ],
        ids=["png", "long png", "jpeg", "lossless webp", "large webp", "webp"],
    )
    async def test_one_that_is_too_large_by_its_head_has_no_worker(
        self, pictures: PillowPictures, workers: Workers, data: Callable[[], bytes]
    ) -> None:
        with pytest.raises(PictureTooLarge):
            await cleaning(pictures, ANNA, 11, data())
        assert workers.started == []

    @pytest.mark.parametrize(
        "data", [b"", b"GIF89a", b"\xff\xd8\xff" + b"\xff" * 5_000_000, b"\xff\xd8" * 5_000_000]
    )
    async def test_what_has_no_head_of_a_picture_has_no_worker(
        self, pictures: PillowPictures, workers: Workers, data: bytes
    ) -> None:
        with pytest.raises(BadPicture):
            await cleaning(pictures, ANNA, 11, data)
        assert workers.started == []


def largest(kind: str) -> bytes:
    """A picture of forty megapixels that needs the most memory of its kind."""
    size = 8_000, 5_000
    if kind == "PNG":
        return png_of_zeros(*size, depth=16, channels=4)
    if kind == "interlaced PNG":
        return png_of_zeros(*size, depth=16, channels=4, interlaced=True)
    if kind == "WEBP":
        return saved(Image.new("RGBA", size, (1, 2, 3, 4)), "WEBP", lossless=True, method=0)
    written = BytesIO()
    mode = "CMYK" if kind == "JPEG for print" else "RGB"
    Image.new(mode, size).save(written, "JPEG", progressive=True, subsampling=0)
    whole = written.getvalue()
    return whole[:-2] if kind == "JPEG without its end" else whole


class TestBounds:
    @pytest.mark.parametrize(
        "kind",
        ["JPEG", "JPEG for print", "JPEG without its end", "PNG", "interlaced PNG", "WEBP"],
    )
    @pytest.mark.long
    async def test_the_largest_is_cleaned_within_half_a_gibibyte(
        self, pictures: PillowPictures, kind: str
    ) -> None:
        assert MAX_MEMORY_BYTES == 512 * 1024 * 1024
        picture = await pictures.clean(largest(kind), owner=ANNA, max_side=LARGE)
        with Image.open(BytesIO(picture.content)) as image:
            assert image.size == (4096, 2560)

    async def test_one_that_takes_too_long_is_ended_and_the_next_one_works(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pictures = PillowPictures(max_seconds=0.001)
        with pytest.raises(Unavailable):
            await pictures.clean(PNG, owner=ANNA, max_side=LARGE)
        monkeypatch.setattr(pictures, "_max_seconds", 20.0)
        await pictures.clean(PNG, owner=ANNA, max_side=LARGE)
        pictures.close()

    async def test_a_worker_that_dies_once_is_tried_again_and_twice_is_unavailable(
        self, pictures: PillowPictures, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        work, answers = module._Job.run_worker, [KILLED]
        monkeypatch.setattr(
            module._Job, "run_worker", lambda job: answers.pop() if answers else work(job)
        )
        await pictures.clean(PNG, owner=ANNA, max_side=LARGE)
        answers.extend([KILLED, KILLED])
        with pytest.raises(Unavailable) as caught:
            await pictures.clean(PNG, owner=ANNA, max_side=LARGE)
        assert "killed" in str(caught.value.__cause__)

    async def test_one_that_uses_up_its_workers_time_is_too_large_and_not_tried_again(
        self, pictures: PillowPictures, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        answers = [module._WorkerRun(-signal.SIGXCPU, b"", b"")]
        monkeypatch.setattr(module._Job, "run_worker", lambda _: answers.pop())
        with pytest.raises(PictureTooLarge):
            await pictures.clean(PNG, owner=ANNA, max_side=LARGE)

    async def test_where_the_machine_has_no_room_for_a_worker_it_is_unavailable(
        self, pictures: PillowPictures, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(module, "WORKER_COMMAND", ["/nowhere/python"])
            with pytest.raises(Unavailable):
                await pictures.clean(PNG, owner=ANNA, max_side=LARGE)
        await pictures.clean(PNG, owner=ANNA, max_side=LARGE)

    async def test_a_worker_knows_no_secrets_of_the_service(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DATABASE_PASSWORD", "secret")
        assert "DATABASE_PASSWORD" not in worker_environment()

    def test_a_worker_is_of_our_session_and_of_no_group_of_ours(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Of another session Linux may take no notice of how nice it is; Ctrl-C is for us."""
        monkeypatch.setattr(module, "WORKER_COMMAND", ["/bin/sleep"])
        with module._Job(PNG, 60, 60)._start_worker() as worker:
            found = os.getsid(worker.pid), os.getpgid(worker.pid)
            worker.kill()
        assert found == (os.getsid(0), worker.pid)
