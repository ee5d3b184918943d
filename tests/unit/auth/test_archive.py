"""A ZIP that is written piece by piece: no name twice, no way out of its folder, a guide to each file."""

from __future__ import annotations

import gc
import io
import zipfile

import pytest

from services.auth.archive import Archive, ArchiveBroken


def test_pieces_of_a_file_become_one_entry_and_audio_is_not_compressed_again() -> None:
    file = io.BytesIO()
    archive = Archive(file)
    for path, content in (("media/a.json", b"{"), ("media/a.json", b"}"), ("media/a.webm", b"\0" * 1000)):
        archive.write(path, content)
    archive.close()
    with zipfile.ZipFile(file) as packed:
        assert packed.read("media/a.json") == b"{}"
        assert packed.getinfo("media/a.webm").compress_size == 1000
        assert packed.namelist() == ["media/a.json", "media/a.webm", "README.md"]


def test_a_name_that_comes_back_later_is_refused() -> None:
    archive = Archive(io.BytesIO())
    archive.write("a.json", b"1")
    archive.write("b.json", b"2")
    with pytest.raises(ArchiveBroken):
        archive.write("a.json", b"3")
    archive.abandon()


@pytest.mark.parametrize("path", ["../a", "media/../../a", "media/./a", "/a", "a//b", "", "media/"])
def test_a_name_that_leaves_the_folder_is_refused(path: str) -> None:
    archive = Archive(io.BytesIO())
    with pytest.raises(ArchiveBroken):
        archive.write(path, b"")
    archive.abandon()


def test_an_archive_that_was_given_up_is_let_go_without_a_word() -> None:
    file = io.BytesIO()
    archive = Archive(file)
    archive.write("a.json", b"1")
    archive.abandon()
    file.close()
    del archive
    gc.collect()  # what goes wrong in there would be a warning, and warnings are errors here


def test_every_file_is_explained_by_where_it_lies() -> None:
    file = io.BytesIO()
    archive = Archive(file)
    paths = ["account.json", "media/recordings.json", "profile/facts.json", "match/blocks.json", "new/x.json"]
    for path in paths:
        archive.write(path, b"12345")
    archive.close()
    with zipfile.ZipFile(file) as packed:
        guide = packed.read("README.md").decode()
    rows = {line.split("`")[1]: line for line in guide.splitlines() if line.startswith("| `")}
    assert [*rows] == sorted(paths)
    assert "| 5 |" in rows["account.json"]
    assert len({row.split(" | ")[2] for row in rows.values()}) == len(paths)
