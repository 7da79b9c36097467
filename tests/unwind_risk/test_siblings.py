"""A user's own `engine`: the command does not see it, a program that imports unwind_risk keeps it and is told."""

import pytest

SIBLINGS = ("engine", "kernels", "cli", "bench")
TRY = "try:\n    import unwind_risk\nexcept ImportError as error:\n    print(error)\n"


def test_a_program_imports_it_where_nothing_is_in_the_way(program, tmp_path):
    code = "import unwind_risk, engine.errors, kernels.base; print(unwind_risk.__version__, engine.__path__[0])"
    done = program("-c", code, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["0.1.0", str(program.home / "engine")]


@pytest.mark.parametrize("name", SIBLINGS)
def test_a_package_before_ours_is_refused_by_name_and_stays_the_users(program, project, tmp_path, name):
    for other in SIBLINGS:
        if other != name:
            (project / other / "__init__.py").unlink()
            (project / other).rmdir()
    done = program("-c", f"{TRY}import {name}\nprint({name}.MINE)", cwd=tmp_path, path=[project])
    assert done.returncode == 0, done.stderr
    said, mine = done.stdout.splitlines()
    assert said.startswith(f"`import {name}` finds {project / name}, which is not unwind's.")
    assert "rename yours" in said
    assert "python -m unwind_risk" in said
    assert mine == "True"


def test_a_package_imported_before_is_refused_by_name_and_stays_the_users(program, project, tmp_path):
    code = f"import sys\nsys.path.insert(0, {str(project)!r})\nimport engine\nsys.path.pop(0)\n{TRY}print(engine.MINE)"
    done = program("-c", code, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    said, mine = done.stdout.splitlines()
    assert said.startswith(f"`engine` is imported already, from {project / 'engine'}, and is not unwind's.")
    assert mine == "True"


def test_a_module_of_one_file_is_refused_like_a_package(program, tmp_path):
    (tmp_path / "engine.py").write_text("MINE = True\n")
    done = program("-c", TRY, cwd=tmp_path)
    assert done.stdout.startswith(f"`import engine` finds {tmp_path / 'engine.py'}, which is not unwind's.")


def test_nothing_of_ours_is_imported_where_one_is_refused(program, project, tmp_path):
    (project / "engine" / "__init__.py").unlink()
    (project / "engine").rmdir()  # ours comes first in the list, and is the one that is not in the way
    done = program("-c", f"{TRY}import sys; print('engine' in sys.modules)", cwd=tmp_path, path=[project])
    assert done.stdout.splitlines()[-1] == "False"


def test_a_users_module_run_with_m_is_a_program_and_not_the_command(program, project):
    (project / "mine").mkdir()
    (project / "mine" / "__init__.py").write_text("import unwind_risk\n")
    (project / "mine" / "__main__.py").write_text("")
    done = program("-m", "mine", cwd=project)
    assert done.returncode == 1
    assert "`import engine` finds" in done.stderr


@pytest.mark.parametrize("way", ["script", "module"])
def test_the_command_takes_its_own_packages_whatever_the_folder_and_the_path_hold(program, project, way):
    for name in SIBLINGS:
        (project / name / "__init__.py").write_text(f"raise SystemExit('the user\\'s {name}')\n")
    words = [program.script] if way == "script" else ["-m", "unwind_risk"]
    done = program(*words, "schema", "market", cwd=project, path=[project])
    assert done.returncode == 0, done.stderr
    assert '"$schema"' in done.stdout


def test_a_package_installed_over_ours_is_told_with_the_way_out(from_wheel, tmp_path):
    # pip puts both into site-packages/kernels; the last one installed owns __init__.py
    over = from_wheel.home / "kernels" / "__init__.py"
    over.write_text('"""Their docstring."""\nimport sys\n')
    done = from_wheel(from_wheel.script, "scenario", "list", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"error: {over} is not unwind's")
    assert "pip uninstall kernels" in done.stderr
    assert f"{over} is not unwind's" in from_wheel("-c", TRY, cwd=tmp_path).stdout


def test_a_package_that_is_not_there_is_told(from_wheel, tmp_path):
    (from_wheel.home / "bench" / "__init__.py").unlink()
    done = from_wheel(from_wheel.script, "scenario", "list", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "is missing: install unwind-risk again" in done.stderr
