"""Example files for schedulers: each is run against its scheduler's clock, and asks for every night once."""

import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest

import engine.inputs.batch as batch_file
from engine.batch.figures.limits import held_by_default
from engine.batch.schedulers import example_names, example_text
from engine.errors import InputError
from engine.inputs.batch import read_batch
from engine.scenario.default_scenario import DEFAULT_SCENARIO

TOKYO = ZoneInfo("Asia/Tokyo")
DAYS = {"Mon": 0, "Tue": 1, "Wed": 2, "Thu": 3, "Fri": 4, "Sat": 5, "Sun": 6}


def test_every_example_starts_the_batch_but_its_own_file_and_the_timer_of_another():
    words = {name: example_text(name).replace(", ", " ") for name in example_names()}
    without = {name for name, text in words.items() if "unwind batch" not in text}
    assert without <= {"batch", "systemd-timer", "grafana"}


def test_the_example_of_a_batch_is_one(tmp_path):
    path = tmp_path / "nightly.toml"
    path.write_text(example_text("batch"), encoding="utf-8")
    (tmp_path / "limits.toml").write_text("", encoding="utf-8")
    assert read_batch(path, ["2025-05-28"]).runs


def test_an_unknown_example_is_refused_with_the_nearest():
    with pytest.raises(InputError, match="did you mean 'slurm'"):
        example_text("slrum")


def starts(minute: int, hour: int, weekdays: range, zone: ZoneInfo, first: date, n_days: int) -> Iterator[datetime]:
    """The times at which a scheduler of weekdays (Monday is 0) starts something."""
    for i in range(n_days):
        day = first + timedelta(i)
        if day.weekday() in weekdays:
            yield datetime.combine(day, time(hour, minute), zone)


def cron(text: str, zone: ZoneInfo, first: date, n_days: int) -> list[datetime]:
    """The starts of a five-field cron line with a range of weekdays, in which Monday is 1."""
    minute, hour, every_day, every_month, days = text.split()
    assert (every_day, every_month) == ("*", "*")
    low, high = map(int, days.split("-"))
    return list(starts(int(minute), int(hour), range(low - 1, high), zone, first, n_days))


def of_crontab(first: date, n_days: int) -> list[datetime]:
    (line,) = re.findall(r"^(15 1 \S+ \S+ \S+)  cd", example_text("cron"), re.MULTILINE)
    return cron(line, ZoneInfo("UTC"), first, n_days)  # as its first line says


def of_kubernetes(first: date, n_days: int) -> list[datetime]:
    text = example_text("kubernetes-cronjob")
    zone = ZoneInfo(re.search(r"timeZone: (\S+)", text)[1])
    return cron(re.search(r'schedule: "(.*)"', text)[1], zone, first, n_days)


def of_airflow(first: date, n_days: int, example: str = "airflow") -> list[datetime]:
    """An Airflow timetable of a cron line runs in the zone of `start_date`; what `ds` is then does not matter here."""
    text = example_text(example)
    zone = ZoneInfo(re.search(r'start_date=.*tz="(.*)"', text)[1])
    return cron(re.search(r'schedule="(.*)"', text)[1], zone, first, n_days)


def of_systemd(first: date, n_days: int) -> list[datetime]:
    low, high, hour, minute, zone = re.search(
        r"OnCalendar=(\w+)\.\.(\w+) (\d+):(\d+) (\S+)", example_text("systemd-timer")
    ).groups()
    days = range(DAYS[low], DAYS[high] + 1)
    return list(starts(int(minute), int(hour), days, ZoneInfo(zone), first, n_days))


CLOCKS = {
    "cron": (of_crontab, "cron"),
    "kubernetes-cronjob": (of_kubernetes, "kubernetes-cronjob"),
    "airflow": (of_airflow, "airflow"),
    "airflow-kubernetes": (partial(of_airflow, example="airflow-kubernetes"), "airflow-kubernetes"),
    "systemd": (of_systemd, "systemd-service"),
}


def published(day: date, holidays: set[date]) -> datetime:
    """When the MoF shows the yields of a day: at about 09:30 on its next business day."""
    after = day + timedelta(1)
    while after.weekday() >= 5 or after in holidays:
        after += timedelta(1)
    return datetime.combine(after, time(9, 30), TOKYO)


WEEKS = {  # Monday before, days, holidays of Tokyo, holidays of New York, and the valuation dates in it, by hand
    "a plain week, after Memorial Day": (
        "2025-05-26", 12, set(), {date(2025, 5, 26)},
        ["2025-05-23", "2025-05-27", "2025-05-28", "2025-05-29", "2025-05-30", "2025-06-02", "2025-06-03", "2025-06-04",
         "2025-06-05"],
    ),
    "Golden Week": (
        "2025-05-01", 9, {date(2025, 5, 3), date(2025, 5, 4), date(2025, 5, 5), date(2025, 5, 6)}, set(),
        ["2025-04-30", "2025-05-01", "2025-05-02", "2025-05-07", "2025-05-08"],
    ),
}  # fmt: skip


def asked(example: str, monkeypatch, tmp_path, now: datetime):
    """What the command of an example takes at a time of the clock."""
    text = example_text(example).replace(", ", " ")
    words = re.search(r"unwind batch run nightly.toml (--date \S+ --tz \S+)", text)[1].replace(";", "").split()
    (tmp_path / "nightly.toml").write_text(example_text("batch"), encoding="utf-8")
    monkeypatch.setattr(batch_file, "utc_now", lambda: now.astimezone(UTC))
    (night,) = read_batch(tmp_path / "nightly.toml", [words[1]], zone=words[3]).nights
    return night


@pytest.mark.parametrize("week", WEEKS)
@pytest.mark.parametrize("name", CLOCKS)
def test_every_valuation_date_is_run_exactly_once_and_no_other(name, week, monkeypatch, tmp_path):
    """A night is run when it is asked for and its market is there; that it is not is no error on a holiday alone."""
    clock, example = CLOCKS[name]
    first, n_days, tokyo, _, wanted = WEEKS[week]
    run, absent = [], []
    for now in clock(date.fromisoformat(first), n_days):
        night = asked(example, monkeypatch, tmp_path, now)
        if night.day in run:
            assert night.when_recorded is not None  # a holiday: it says that there is no new night
        elif published(night.day, tokyo) <= now:
            run.append(night.day)
        else:
            absent.append(now)
            assert night.why_none() is not None  # no error: it is a holiday
    assert [str(day) for day in run] == wanted
    assert len(absent) == (2 if week == "Golden Week" else 0)  # Monday and Tuesday: Friday's yields come on Wednesday


@pytest.mark.parametrize("name", CLOCKS)
def test_every_start_is_after_the_yields_of_the_day_before(name):
    for now in CLOCKS[name][0](date(2025, 6, 2), 5):
        assert time(9, 45) <= now.astimezone(TOKYO).time() < time(18)


@pytest.mark.parametrize("name", ["slurm", "kubernetes-shards"])
def test_shares_and_merge_are_given_one_date_that_is_asked_for_once(name):
    text = example_text(name)
    assert text.count("unwind batch night nightly.toml --date previous --tz Asia/Tokyo") == 1
    assert not re.search(r"\d{4}-\d{2}-\d{2}", text)


def test_schedulers_try_again_what_the_table_of_exit_codes_says_and_nothing_else(root):
    """Codes for which the table says that another try helps: those alone are no failure for good in the examples."""
    page = (root / "docs/reference/exit-codes.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if line.startswith("|")]
    again = {int(code) for codes, *_, word in rows if word.startswith("yes") for code in codes.split(",")}
    never = {int(code) for codes, *_, word in rows if word in ("no", "when mended") for code in codes.split(",")}
    assert (again, never) == ({75, 130, 143}, {1, 2, 3, 4})
    listed = {
        name: [
            {int(code) for code in found.split(",")} for found in re.findall(r"values: \[(.*)\]", example_text(name))
        ]
        for name in ("kubernetes-cronjob", "kubernetes-shards")
    }
    assert listed == {"kubernetes-cronjob": [never], "kubernetes-shards": [never - {3}, never]}  # a share has no limits
    service = example_text("systemd-service")
    stop = {
        *re.search(r"PreventExitStatus=(.*)", service)[1].split(),
        *re.search(r"ssExitStatus=(.*)", service)[1].split(),
    }
    assert {int(code) for code in stop} == never


@pytest.mark.parametrize("name", ["kubernetes-cronjob", "kubernetes-shards"])
def test_pods_are_bounded_and_have_no_privileges_and_a_cache(name):
    yaml = pytest.importorskip("yaml", reason="comes with the extra `dask`")
    jobs = list(yaml.safe_load_all(example_text(name)))
    assert jobs
    for job in jobs:
        pod = (job["spec"]["jobTemplate"] if job["kind"] == "CronJob" else job)["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"]
        assert pod["automountServiceAccountToken"] is False
        (container,) = pod["containers"]
        assert {"cpu", "memory"} <= set(container["resources"]["requests"])
        assert "memory" in container["resources"]["limits"]
        security = container["securityContext"]
        assert security["readOnlyRootFilesystem"]
        assert security["allowPrivilegeEscalation"] is False
        mounts = {each["name"]: each["mountPath"] for each in container["volumeMounts"]}
        volumes = {each["name"]: each for each in pod["volumes"]}
        assert mounts.keys() == volumes.keys()
        assert {"name": "UNWIND_CACHE", "value": mounts["cache"]} in container["env"]
        assert all(each["emptyDir"].get("sizeLimit") for each in volumes.values() if "emptyDir" in each)


@pytest.mark.parametrize("name", ["airflow", "airflow-kubernetes"])
def test_examples_of_airflow_are_python_and_give_a_cache_and_bounds(name):
    text = example_text(name)
    compile(text, name, "exec")
    assert "UNWIND_CACHE" in text
    wanted = {
        "airflow": {"execution_timeout", "NUMBA_NUM_THREADS"},
        "airflow-kubernetes": {"limits", "read_only_root_filesystem", "run_as_non_root", "seccomp_profile"},
    }
    assert {word for word in wanted[name] if word not in text} == set()


def test_a_service_and_a_job_of_slurm_are_bounded():
    service = example_text("systemd-service")
    assert all(
        word in service for word in ("MemoryMax=", "NoNewPrivileges=yes", "ProtectSystem=strict", "UNWIND_CACHE=")
    )
    assert all(word in example_text("slurm") for word in ("--mem=", "--time=", "--cpus-per-task=", "UNWIND_CACHE="))


def test_a_night_in_shares_has_jobs_of_its_own_and_a_merge_that_is_always_begun():
    text = example_text("kubernetes-shards")
    assert re.findall(r"^  name: (.*)", text, re.MULTILINE) == ["unwind-shards-${NIGHT}", "unwind-merge-${NIGHT}"]
    assert text.count("ttlSecondsAfterFinished") == 2
    assert re.search(r"kubectl wait .*--timeout=\d+h", text)
    assert "afterok:" not in example_text("slurm")


def test_no_example_takes_its_date_from_the_scheduler_or_the_machine():
    for name in example_names():
        text = example_text(name)
        assert "$(date" not in text, name
        assert not re.search(r"--date[ ,'\"]+\{\{", text), name


def test_the_example_s_limits_name_their_scenario_and_its_run_has_it(tmp_path):
    path = tmp_path / "nightly.toml"
    path.write_text(example_text("batch"), encoding="utf-8")
    batch = read_batch(path, ["2025-05-28"])
    assert held_by_default(batch.limits) == ()
    runs = {run.name: run for run in batch.runs}
    assert all(limit.scenario in runs[limit.run].scenarios for limit in batch.limits if limit.scenario)
    assert [run.scenarios[0] for run in batch.runs] == [DEFAULT_SCENARIO] * 2


def test_the_example_s_limits_hold_each_currency_alone():
    limits = tomllib.loads(example_text("batch"))["limits"]
    assert [limit.get("each_currency") for limit in limits if limit["measure"] == "DV01"] == [True]
