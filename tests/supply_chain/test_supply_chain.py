"""What people install is exact, hashed and known, comes out the same twice, and works without the sources."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest

import audit
import sbom
from from_wheel import DOSE, ROOT, build, run
from locks import Locked, UnlockedError, locked, locks, read

HASH = "--hash=sha256:" + 64 * "a"


@pytest.mark.parametrize("path", locks(), ids=lambda path: path.stem)
def test_every_line_of_a_lock_is_one_version_with_hashes(path: Path) -> None:
    packages = [*read(path.read_text())]
    assert packages
    assert all(package.hashes for package in packages)
    names = [(package.name, package.marker) for package in packages]
    assert len({*names}) == len(names)


@pytest.mark.parametrize(
    "line",
    [
        "msgspec==1",
        f"msgspec>=1 {HASH}",
        f"msgspec {HASH}",
        f"msgspec @ file:msgspec.whl {HASH}",
        f"-e . {HASH}",
        "--find-links wheels",
        "--no-binary :all:",
        "msgspec==1 --hash=md5:" + 32 * "a",
    ],
)
def test_whatever_else_could_stand_in_a_lock_is_refused(line: str) -> None:
    with pytest.raises(UnlockedError):
        [*read(f"# words\n\n{line}\n")]
    assert [*read(f"msgspec==1 ; os == 'x' \\\n    {HASH}\n")] == [
        Locked("msgspec", "1", "os == 'x'", (64 * "a",))
    ]


def test_nothing_is_installed_but_wheels_with_these_hashes() -> None:
    sources = [ROOT / "dev", *(ROOT / "deploy").iterdir()]
    lines = [
        line
        for path in sources
        if path.is_file()
        for line in path.read_text().replace("\\\n", " ").splitlines()
        if re.search(r"\bpip\w*\b.* install |\b(pip_install|hashed\(\)).* -", line)
    ]
    assert len(lines) > 4
    for line in lines:
        is_ours = "--no-deps" in line or 'install "$@"' in line
        assert is_ours or "--require-hashes --only-binary :all:" in line, line


class TestBill:
    """What the files for machines say."""

    @pytest.mark.parametrize("part", sbom.PARTS)
    def test_it_names_every_package_of_the_lock_and_no_other(self, part: str) -> None:
        bill = sbom.bill(part)
        there = {(one["name"], one["version"]) for one in bill["components"]}
        assert there == {(one.name, one.version) for one in locked(part)}
        hashes = {
            file["content"]
            for one in bill["components"]
            for reference in one["externalReferences"]
            for file in reference["hashes"]
        }
        assert hashes == {one for package in locked(part) for one in package.hashes}

    @pytest.mark.parametrize("part", sbom.PARTS)
    def test_it_has_the_form_of_cyclonedx(self, part: str) -> None:
        bill = json.loads(json.dumps(sbom.bill(part)))
        assert (bill["bomFormat"], bill["specVersion"], bill["version"]) == ("CycloneDX", "1.6", 1)
        assert re.fullmatch(
            r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", bill["serialNumber"]
        )
        references = [one["bom-ref"] for one in bill["components"]]
        root = bill["metadata"]["component"]["bom-ref"]
        assert len({root, *references}) == len(references) + 1
        for one in bill["components"]:
            assert one["type"] == "library"
            assert one["purl"] == f"pkg:pypi/{one['name']}@{one['version']}"
            assert one["scope"] in {"required", "optional"}
        assert bill["dependencies"] == [{"ref": root, "dependsOn": references}]

    def test_the_same_locks_give_the_same_bytes(self, tmp_path: Path) -> None:
        first, second = sbom.write(tmp_path / "a"), sbom.write(tmp_path / "b")
        assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]

    def test_a_relay_is_made_of_five_packages(self) -> None:
        assert len(sbom.bill("relay")["components"]) == 5


class TestAudit:
    """No answer is never a pass."""

    def _say(self, *vulnerable: str, silent: bool = False) -> str:
        rows: list[dict[str, object]] = []
        for package in locked("relay"):
            found = [{"id": "X-1", "fix_versions": ["9"]}] if package.name in vulnerable else []
            known = {"skip_reason": "not found"} if silent else {"vulns": found}
            rows.append({"name": package.name, **known})
        return json.dumps({"dependencies": rows})

    def test_nothing_known_against_any_is_well(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert audit.main(["relay"], lambda _: self._say()) == audit.WELL
        assert "relay: nothing is known against its 5 packages" in capsys.readouterr().out

    @pytest.mark.parametrize("said", ["", "[]", "null", "a stack trace", '{"dependencies": []}'])
    def test_no_answer_is_said_and_is_not_well(
        self, capsys: pytest.CaptureFixture[str], said: str
    ) -> None:
        assert audit.main(["relay"], lambda _: said) == audit.UNKNOWN
        assert "relay: NOT KNOWN" in capsys.readouterr().out

    def test_what_was_skipped_is_not_well(self) -> None:
        assert audit.main(["relay"], lambda _: self._say(silent=True)) == audit.UNKNOWN

    def test_one_package_without_an_answer_is_named(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        rows = json.loads(self._say())["dependencies"]
        said = json.dumps({"dependencies": [row for row in rows if row["name"] != "msgspec"]})
        assert audit.main(["relay"], lambda _: said) == audit.UNKNOWN
        assert "NOT KNOWN for msgspec" in capsys.readouterr().out

    def test_a_vulnerability_is_named_and_counts_more_than_silence(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def ask(path: Path) -> str:
            return self._say("msgspec") if path.stem == "relay" else ""

        assert audit.main([], ask) == audit.VULNERABLE
        assert "msgspec: X-1, mended in 9" in capsys.readouterr().out


def test_two_people_who_build_the_wheel_get_the_same_bytes(tmp_path: Path) -> None:
    """In other folders, at other times, with other clocks, dice and habits."""
    here = build(tmp_path / "here", TZ="UTC", PYTHONHASHSEED="1", SOURCE_DATE_EPOCH="1700000000")
    copy = tmp_path / "elsewhere" / "deep"
    for tree in ("protocol", "server", "client", "translations"):
        shutil.copytree(ROOT / tree, copy / tree, ignore=shutil.ignore_patterns("*cache*", "*.mo"))
    for name in ("pyproject.toml", "README.md", "LICENSE", ".gitignore"):
        shutil.copyfile(ROOT / name, copy / name)
    for path in copy.rglob("*"):
        os.utime(path, (0, 10**9))
        if path.is_file():
            path.chmod(0o600)
    there = build(
        tmp_path / "there",
        copy,
        TZ="Asia/Tokyo",
        PYTHONHASHSEED="2",
        SOURCE_DATE_EPOCH="1700000000",
    )
    assert there.name == here.name
    assert there.read_bytes() == here.read_bytes()


@pytest.mark.long
def test_a_relay_and_two_ends_work_from_the_wheel_alone(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, ["-n", "0", *DOSE]) == 0
    said = capfd.readouterr().out
    assert re.search(r"\b\d{2,} passed", said)
