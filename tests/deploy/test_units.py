"""What the service files promise, as far as it can be seen without a service manager at work."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from cli.stopping import STOP_SECONDS_MAX
from config.load import load_fixed
from ops.patience import PATIENT
from tests.house import CHECKOUT

DEPLOY = CHECKOUT / "deploy"
EXPOSURE_MAX = 1.5
MAIN = DEPLOY / "stopward.service"


def unit(path: Path) -> configparser.ConfigParser:
    """Return a unit's sections; of keys that come twice the last. Keys are found in any case."""
    read = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",), comment_prefixes=("#",))
    read.read_string(path.read_text(encoding="utf-8"))
    return read


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="only systemd can judge its units")
def test_the_service_exposes_little() -> None:
    judged = subprocess.run(  # noqa: S603 - a program of the machine's, and our own file
        ["systemd-analyze", "security", "--offline=true", "--no-pager", str(MAIN)],  # noqa: S607 - found on the path
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", judged.stdout)
    assert found is not None, judged.stderr
    assert float(found[1]) <= EXPOSURE_MAX


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="only systemd can judge its units")
@pytest.mark.parametrize("name", sorted(path.name for path in DEPLOY.glob("*.service")))
def test_systemd_has_nothing_to_say_against_a_unit(name: str, tmp_path: Path) -> None:
    for path in DEPLOY.glob("*.service"):
        text = re.sub(r"(?<=[=-])/(opt/stopward|usr/bin/docker)\S*", "/bin/true", path.read_text(encoding="utf-8"))
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    (tmp_path / "docker.service").write_text("[Service]\nExecStart=/bin/true\n", encoding="utf-8")

    judged = subprocess.run(  # noqa: S603 - a program of the machine's, and our own file
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / name)],  # noqa: S607 - found on the path
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (judged.returncode, judged.stderr) == (0, "")


def test_what_the_units_run_is_there() -> None:
    for path in DEPLOY.glob("stopward*.service"):
        words = unit(path)["Service"]["ExecStart"].split()
        here = [word.removeprefix("/opt/stopward/current/") for word in words if word.startswith("/opt/stopward")]
        assert here[0] == ".venv/bin/python"
        assert (CHECKOUT / here[1]).is_file()


def test_bad_settings_are_not_tried_again_and_a_hung_loop_is() -> None:
    service = unit(MAIN)["Service"]

    assert (service["Restart"], service["RestartPreventExitStatus"]) == ("always", "2")
    assert "70" not in service.get("SuccessExitStatus", "")


def test_the_manager_waits_longer_than_the_bot_takes_to_find_out_for_itself_or_to_stop() -> None:
    service = unit(MAIN)["Service"]

    assert int(service["WatchdogSec"]) > load_fixed({}).monitoring.hung_loop_seconds
    assert int(service["TimeoutStopSec"]) > STOP_SECONDS_MAX


def test_the_folders_that_the_settings_name_are_those_that_the_service_may_write() -> None:
    service = unit(MAIN)["Service"]
    settings = (DEPLOY / "settings.template.yaml").read_text(encoding="utf-8")

    assert f"/var/lib/{service['StateDirectory']}\n" in settings
    assert f"/var/log/{service['LogsDirectory']}\n" in settings
    assert "/run/lock" in service["ReadWritePaths"].split()  # There are the locks that keep a second bot out.


def test_the_memory_that_the_bot_allows_itself_is_what_the_manager_allows() -> None:
    service = unit(MAIN)["Service"]

    assert service["MemoryMax"] == f"{load_fixed({}).monitoring.memory_limit_megabytes}M"


@pytest.mark.parametrize("script", [*sorted(DEPLOY.glob("*.sh")), DEPLOY / "stopward"], ids=lambda path: path.name)
def test_the_scripts_can_be_read_by_a_plain_shell(script: Path) -> None:
    read = subprocess.run(["sh", "-n", str(script)], capture_output=True, text=True, check=False)  # noqa: S603, S607 - our own file, the machine's shell

    assert (read.returncode, read.stderr) == (0, "")


@pytest.mark.parametrize("script", ["install.sh", "upgrade.sh", "uninstall.sh"])
def test_a_word_that_they_do_not_know_is_refused_before_anything_is_done(script: str) -> None:
    tried = subprocess.run(  # noqa: S603 - our own file
        ["sh", str(DEPLOY / script), "--nonsense"],  # noqa: S607 - the machine's shell
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert tried.returncode == 2
    assert "--nonsense" in tried.stderr
    assert tried.stderr.count("\n") == 1


def test_no_secret_is_ever_on_a_command_line() -> None:
    for path in (*DEPLOY.glob("*.service"), *DEPLOY.glob("*.sh"), DEPLOY / "stopward"):
        text = "\n".join(line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
        assert "STOPWARD__" not in text, path


def test_the_status_is_in_memory_outlives_its_process_and_goes_with_the_service() -> None:
    service = unit(MAIN)["Service"]
    common = (DEPLOY / "common.sh").read_text(encoding="utf-8")

    folder = f"/run/{service['RuntimeDirectory']}"

    assert (service["RuntimeDirectoryMode"], service["RuntimeDirectoryPreserve"]) == ("0700", "yes")
    assert f"MEMORY={folder}\n" in common
    assert 'rm -rf -- "$MEMORY"' in (DEPLOY / "uninstall.sh").read_text(encoding="utf-8")


def test_the_bot_goes_ahead_of_others_and_its_worker_behind_them() -> None:
    service = unit(MAIN)["Service"]

    assert int(service["Nice"]) < 0 < int(service["Nice"]) + PATIENT
    assert service["SystemCallFilter"] == "setpriority"  # The last word: else the worker stays as urgent as the bot.
