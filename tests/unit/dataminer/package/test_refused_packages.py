"""Archives that are no package, or none that anybody should unpack."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.package import archive as archives
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.package.archive import (
    ArchiveBomb,
    DamagedArchive,
    EncryptedArchive,
    NestedTooDeep,
    NotAnArchive,
    PackageRefused,
    TruncatedArchive,
    UnsafePath,
)
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.package.package import NotAPackage
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.dataminer.package.packages import a_package, archive, read


def test_a_file_that_is_no_archive_is_refused():
    with pytest.raises(NotAnArchive, match="no zip archive"):
        read(b"MZ this is a program" * 100)


def test_an_empty_file_is_refused():
    with pytest.raises(NotAnArchive):
        read(b"")


def test_a_cut_package_is_told_from_one_that_is_none():
    data = a_package()
    with pytest.raises(TruncatedArchive, match="copy or download it again"):
        read(data[: len(data) // 2])


def test_a_cut_inner_archive_is_told():
    data = archive({"Update.zip": a_package()[:400]})
    with pytest.raises(TruncatedArchive, match=r"Update\.zip in "):
        read(data)


def test_a_flipped_byte_is_found():
    data = bytearray(a_package(method=zipfile.ZIP_STORED))
    at = data.index(b"Lock\nDisable")
    data[at] ^= 0xFF
    with pytest.raises(DamagedArchive):
        read(bytes(data))


@pytest.mark.parametrize("name", ["/etc/passwd", "C:\\Windows\\x.dll", "C:x.dll", "\\\\server\\share\\x", "Files/a.txt:stream"])
def test_absolute_paths_and_streams_are_refused(name):
    with pytest.raises(UnsafePath, match="absolute path"):
        read(a_package(inner={name: b""}))


@pytest.mark.parametrize("name", ["../x.dll", "Files/../../x.dll", "Files\\..\\..\\x.dll", "Files/.. /x"])
@pytest.mark.parametrize("place", ["inner", "outer"])
def test_paths_that_lead_out_of_the_folder_are_refused(name, place):
    with pytest.raises(UnsafePath, match="leads out"):
        read(a_package(**{place: {name: b""}}))


@pytest.mark.parametrize(
    "name",
    [
        "Prerequisites//x.dll", "Prerequisites\\\\x.dll", "Prerequisites//tmp/x.dll", "Files//", "./x.dll", "Files/./x.dll",
        "Files/x.dll.", "Files/x.dll ", "Files./x.dll", "Files/.../x.dll", "Files/x\n.dll", "Files/x\x1b.dll", 'Files/x".dll',
        "Files/x*.dll", f"Files/{'x' * 256}",
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["inner", "outer"])
def test_a_name_that_is_none_of_windows_is_refused(name, place):
    """An empty part makes an absolute path of the rest; dots and blanks at the end are dropped there, so that two names are one."""
    with pytest.raises(UnsafePath, match="no file and no folder of Windows"):
        read(a_package(**{place: {name: b""}}))


def test_folders_have_entries_of_their_own():
    assert read(a_package(inner={"Files/": b"", "files\\Deep\\": b"", "Empty/": b""})).files == 7


@pytest.mark.parametrize("name", ["files/EXAMPLE.dll", "Files\\Example.dll", "Prerequisites/executor/example.DLL"])
def test_two_entries_that_are_one_file_of_windows_are_refused(name):
    with pytest.raises(DamagedArchive, match="more than once"):
        read(a_package(inner={name: b"MZ"}))


@pytest.mark.parametrize("name", ["files", "Prerequisites/Executor", "files/example.DLL/x.dll", "Files/Example.dll/"])
def test_a_file_and_a_folder_of_one_name_are_refused(name):
    with pytest.raises(DamagedArchive, match="as a file and as a folder"):
        read(a_package(inner={name: b""}))


def test_a_second_name_in_an_extra_field_leads_nowhere():
    """Python 3.12 and later take the name from there when its checksum fits, and other readers do not."""
    name, second = "Files/harmless.dll", "Prerequisites/../../x.dll"
    inner = io.BytesIO(archive({"UpdateContent.txt": "Lock"}))
    with zipfile.ZipFile(inner, "a") as target:
        entry = zipfile.ZipInfo(name)
        field = struct.pack("<BL", 1, zlib.crc32(name.encode())) + second.encode()
        entry.extra = struct.pack("<HH", 0x7075, len(field)) + field
        target.writestr(entry, b"MZ")
    try:
        opened = archives.Archive(inner, "the package")
    except UnsafePath as refused:
        assert "second name" in str(refused)
    else:
        assert [one.name for one in opened.entries] == ["UpdateContent.txt", name]


def test_a_nul_in_a_name_is_refused():
    with pytest.raises(UnsafePath):
        read(a_package(outer={"Files/harmless.txtX..": b""}).replace(b"harmless.txtX", b"harmless.txt\0"))


def test_a_link_is_refused():
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as target:
        link = zipfile.ZipInfo("Files/link")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        target.writestr(link, "/etc")
    with pytest.raises(UnsafePath, match="link"):
        read(archive({"Update.zip": inner.getvalue()}))


def with_flag(data: bytes, flag: int) -> bytes:
    """The archive with a flag set on its first entry, in the table of contents."""
    changed = bytearray(data)
    at = data.index(b"PK\x01\x02") + 8
    changed[at : at + 2] = struct.pack("<H", struct.unpack("<H", data[at : at + 2])[0] | flag)
    return bytes(changed)


@pytest.mark.parametrize("flag", [0x1, 0x40, 0x2000])
def test_an_encrypted_package_is_refused(flag):
    with pytest.raises(EncryptedArchive, match="encrypted"):
        read(with_flag(archive({"Update.zip": b"x", "Description.txt": b"y"}), flag))


def test_an_encrypted_inner_archive_is_refused():
    with pytest.raises(EncryptedArchive):
        read(archive({"Update.zip": with_flag(archive({"UpdateContent.txt": "Lock"}), 0x1)}))


def test_a_file_that_unpacks_to_a_thousand_times_its_size_is_refused():
    with pytest.raises(ArchiveBomb, match="unpacks to"):
        read(a_package(inner={"Files/zeros.bin": bytes(20 * 1024 * 1024)}))


def test_an_inner_archive_that_is_compressed_much_is_refused_before_it_is_read():
    with pytest.raises(ArchiveBomb, match=r"Update\.zip"):
        read(archive({"Update.zip": bytes(3 * 1024 * 1024)}), ratio_from=1024 * 1024, ratio=10_000)


def test_an_archive_that_unpacks_beyond_every_package_is_refused():
    with pytest.raises(ArchiveBomb, match="no package to more than"):
        read(a_package(), unpacked=500)


def test_too_many_entries_are_refused():
    with pytest.raises(ArchiveBomb, match="entries"):
        read(a_package(inner={f"Files/{number}": b"" for number in range(50)}), entries=40)


def test_entries_that_share_their_bytes_are_refused():
    """The bomb of overlapping entries: the table of contents names the same bytes many times."""
    data = archive({"Update.zip": archive({"UpdateContent.txt": "Lock"}), "Description.txt": "x" * 500}, zipfile.ZIP_STORED)
    changed = bytearray(data)
    for at in (data.index(b"PK\x01\x02"), data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 4)):
        changed[at + 20 : at + 24] = struct.pack("<I", len(data))
    with pytest.raises(ArchiveBomb, match="share their bytes"):
        read(bytes(changed))


def test_a_text_file_beyond_reason_is_refused():
    with pytest.raises(ArchiveBomb, match=r"UpdateContent\.txt"):
        read(a_package("Lock\n" * 100_000), text=1000)


def test_a_false_length_fills_no_memory():
    """A table of contents that claims to be larger than anything that is read at once."""
    data = bytearray(archive({f"Files/{number}": b"" for number in range(2000)}))
    with pytest.raises(ArchiveBomb, match="memory"):
        read(bytes(data), at_once=70_000)


def test_an_archive_in_the_place_of_the_actions_is_nested_too_deep():
    with pytest.raises(NestedTooDeep, match="another Update"):
        read(archive({"Update.zip": archive({"Update.zip": archive({"UpdateContent.txt": "Lock"})})}))


def test_folders_beyond_reason_are_nested_too_deep():
    with pytest.raises(NestedTooDeep, match="folders deep"):
        read(a_package(inner={"a/" * 41 + "x": b""}))


def test_an_archive_without_update_zip_is_no_package():
    with pytest.raises(NotAPackage, match=r"has no Update\.zip"):
        read(archive({"readme.txt": "hello"}))


def test_an_inner_archive_without_actions_is_no_package():
    with pytest.raises(NotAPackage, match=r"UpdateContent\.txt"):
        read(archive({"Update.zip": archive({"Files/x.dll": b"MZ"})}))


def test_a_package_with_two_lists_of_actions_is_refused():
    inner = archive({"UpdateContent.txt": "Lock", "updatecontent.txt": "Start"})
    with pytest.raises(DamagedArchive, match="more than once"):
        read(archive({"Update.zip": inner}))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_of_compressing_are_refused_by_name(method):
    with pytest.raises(DamagedArchive, match="compressed with method"):
        read(a_package(method=method))


@given(st.binary(max_size=3000))
def test_any_bytes_are_refused_with_a_reason_of_our_own(data):
    with pytest.raises(PackageRefused):
        read(data)


SOUND = a_package()


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(0, len(SOUND) - 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_a_damaged_package_is_read_or_refused_and_nothing_else(changes):
    data = bytearray(SOUND)
    for at, value in changes:
        data[at] = value
    read_or_refuse(bytes(data))


@settings(max_examples=150)
@given(st.integers(0, len(SOUND)), st.binary(max_size=200))
def test_a_cut_package_with_anything_behind_is_read_or_refused(at, tail):
    read_or_refuse(SOUND[:at] + tail)


@settings(max_examples=150)
@given(st.lists(st.tuples(st.integers(0, 600), st.integers(0, 255)), min_size=1, max_size=8))
def test_a_damaged_inner_archive_is_read_or_refused(changes):
    inner = bytearray(archive({"UpdateContent.txt": "Lock\nKill\n" * 20, "Files/x": b"y" * 50}))
    for at, value in changes:
        inner[at % len(inner)] = value
    read_or_refuse(archive({"Update.zip": bytes(inner)}, zipfile.ZIP_STORED))


def read_or_refuse(data):
    try:
        assert read(data).size == len(data)
    except PackageRefused as error:
        assert str(error)


def test_each_refusal_has_a_kind_of_its_own():
    kinds = (NotAnArchive, TruncatedArchive, DamagedArchive, EncryptedArchive, UnsafePath, ArchiveBomb, NestedTooDeep, NotAPackage)
    assert all(issubclass(kind, archives.PackageRefused) for kind in kinds)
    assert not any(issubclass(a, b) for a in kinds for b in kinds if a is not b)
