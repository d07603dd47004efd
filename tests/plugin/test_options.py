"""Our options in other people's projects: whoever has a short name keeps it."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from hil.errors import ExitCode
from hil.plugin.options import with_long_names, without_short_names
from hil.run.options import ARGUMENTS

pytest_plugins = ["pytester"]

NOBODY: frozenset[str] = frozenset()

THEIRS = """
    from pathlib import Path

    def pytest_addoption(parser):
        parser.addoption("--board", default="nucleo", help="board of this project")
        parser.addoption("--firmware", nargs=2, type=Path)
        parser.addoption("--gates", action="store_true")
        parser.addoption("--facts", type=int, default=7)
        parser.addoption("--record", action="append", default=[])
        group = parser.getgroup("theirs")
        group.addoption("--store", dest="place", default="cellar")
"""


@pytest.mark.parametrize(
    ("given", "becomes"),
    [
        (["--board", "sim"], ["--hil-board", "sim"]),
        (["--board=sim"], ["--hil-board=sim"]),
        (["--board-baud", "9600"], ["--hil-baud", "9600"]),
        (["--photos-resize"], ["--hil-resize"]),
        (["--store=a=b"], ["--hil-store=a=b"]),
        (["--hil-board", "sim"], ["--hil-board", "sim"]),
        (["--boards", "-k", "board"], ["--boards", "-k", "board"]),
        (["--", "--board"], ["--", "--board"]),
        (["--", "x", "--board"], ["--", "x", "--board"]),
    ],
)
def test_a_short_name_becomes_the_long_one(given: list[str], becomes: list[str]) -> None:
    assert list(with_long_names(given, NOBODY)) == becomes


def test_a_short_name_that_somebody_has_is_left_to_them() -> None:
    given = ["--board", "nucleo", "--gates"]
    assert list(with_long_names(given, frozenset({"--board"}))) == [
        "--board",
        "nucleo",
        "--hil-gates",
    ]


@pytest.mark.parametrize(
    ("given", "left"),
    [
        (["--board", "/dev/null", "-q"], ["-q"]),
        (["--board=/dev/null", "tests"], ["tests"]),
        (["--photos-resize", "tests"], ["tests"]),
        (["--gates", "--facts", "7"], []),
        (["--gates", "-x", "tests"], ["-x", "tests"]),
        (["--gates", "test_a.py"], ["test_a.py"]),
        (["--gates", "tests::test_a"], ["tests::test_a"]),
        (["--hil-board", "sim", "--record"], ["--hil-board", "sim"]),
        (["--", "--board", "x"], ["--", "--board", "x"]),
    ],
)
def test_pytests_first_parses_see_neither_a_short_name_nor_its_value(
    given: list[str], left: list[str]
) -> None:
    assert list(without_short_names(given, NOBODY)) == left


def test_a_folder_with_a_conftest_may_be_a_place_of_tests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("tests").mkdir()
    assert list(without_short_names(["--gates", "tests"], NOBODY)) == []
    Path("tests/conftest.py").touch()
    assert list(without_short_names(["--gates", "tests"], NOBODY)) == ["tests"]


def test_a_switch_of_a_conftest_beside_the_tests_keeps_the_place_behind_it(
    pytester: pytest.Pytester,
) -> None:
    tests = pytester.mkdir("tests")
    (tests / "conftest.py").write_text(
        "def pytest_addoption(parser):\n    parser.addoption('--gates', action='store_true')\n"
    )
    (tests / "test_it.py").write_text(
        "def test_it(request):\n    assert request.config.getoption('--gates') is True\n"
    )
    pytester.runpytest_inprocess("--gates", "tests").assert_outcomes(passed=1)


def test_no_two_options_have_one_name() -> None:
    names = [name for argument in ARGUMENTS for name in (argument.flag, argument.option)]
    assert len(set(names)) == len(names)


def test_a_project_with_options_of_these_names_keeps_its_own(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(THEIRS)
    pytester.makepyfile(
        """
        def test_theirs(request):
            config = request.config
            assert config.getoption("--board") == config.getoption("board") == "theirs"
            assert [path.name for path in config.getoption("--firmware")] == ["a", "b"]
            assert config.getoption("--gates") is True
            assert config.getoption("--facts") == 7
            assert config.getoption("--record") == ["x", "y"]
            assert config.getoption("--store") == config.getoption("place") == "cellar"

        def test_ours(request):
            assert request.config.getoption("--hil-board") == "qemu"
            assert request.config.getoption("--hil-baseline") == "compare"
            assert request.config.getoption("--hil-firmware") is None
        """
    )
    options = "--board theirs --firmware a b --gates --record x --record=y"
    ours = "--hil-board qemu --baseline compare"
    result = pytester.runpytest_inprocess(*options.split(), *ours.split(), "-p", "no:cacheprovider")
    result.assert_outcomes(passed=2)


@pytest.mark.parametrize("order", ["before", "after"])
def test_a_plugin_with_an_option_of_the_name_keeps_its_own(
    pytester: pytest.Pytester, order: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin = """
        def pytest_addoption(parser):
            parser.addoption("--record", default="theirs", help="of another plugin")
    """
    pytester.makepyfile(
        other=textwrap.dedent(plugin),
        test_it="""
            def test_it(request):
                assert request.config.getoption("--record") == "tape"
                assert request.config.getoption("--hil-record") is None
        """,
    )
    pytester.syspathinsert()
    arguments = ["-p", "other"]
    if order == "after":  # PYTEST_PLUGINS are loaded after installed ones
        monkeypatch.setenv("PYTEST_PLUGINS", "other")
        arguments = []
    pytester.runpytest_inprocess(*arguments, "--record", "tape").assert_outcomes(passed=1)


def test_the_value_of_a_short_name_is_no_place_of_tests(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it():\n    pass\n")
    (pytester.path / "runs.db").write_text("")
    pytester.runpytest_inprocess("--store", "runs.db", "-q").assert_outcomes(passed=1)


def test_the_help_names_the_short_names_that_are_ours(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(THEIRS)
    shown = " ".join(pytester.runpytest_inprocess("-h").stdout.str().split())
    assert "--hil-baud=BAUD" in shown
    assert "(short: --board-baud)" in shown
    assert "--hil-board=SPEC" in shown
    assert "(short: --board)" not in shown
    assert "board of this project" in shown


def test_a_hint_names_an_option_that_is_ours_in_this_run(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(THEIRS)
    pytester.makepyfile("def test_it(board):\n    pass\n")
    result = pytester.runpytest_inprocess("--hil-board", "/dev/ttyNoSuchPort")
    assert result.ret == ExitCode.USAGE
    result.stderr.fnmatch_lines(["*hint: *--hil-firmware DIR*--board-flash never*"])


def test_fixtures_of_a_project_are_its_own(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
        import pytest

        @pytest.fixture
        def bench():
            return "a bench in the park"

        @pytest.fixture
        def oracle():
            return "of Delphi"
        """
    )
    pytester.makepyfile(
        """
        def test_theirs(bench, oracle):
            assert (bench, oracle) == ("a bench in the park", "of Delphi")

        def test_ours_beside_them(tolerances, bench):
            assert tolerances.score_lsb == 0
            assert bench == "a bench in the park"
        """
    )
    pytester.runpytest_inprocess().assert_outcomes(passed=2)


def test_a_board_as_an_existing_file_without_a_place_of_tests_is_told(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile("def test_it():\n    pass\n")
    result = pytester.runpytest_subprocess("--board", "/dev/null")
    result.stdout.fnmatch_lines(["camhil: *write --hil-board=/dev/null"])
    result = pytester.runpytest_subprocess("--board=/dev/null")
    result.stdout.no_fnmatch_line("camhil: *")


@pytest.mark.parametrize("adds", ["parser", "parser.getgroup('own')"])
def test_an_option_with_a_long_name_of_ours_is_told_as_wrong_use(
    pytester: pytest.Pytester, adds: str
) -> None:
    pytester.makeconftest(f"def pytest_addoption(parser):\n    {adds}.addoption('--hil-board')")
    pytester.makepyfile("def test_it():\n    pass\n")
    result = pytester.runpytest_subprocess()
    assert result.ret == ExitCode.USAGE
    result.stderr.fnmatch_lines(["ERROR: two options have the name --hil-board*"])
    result.stderr.no_fnmatch_line("*Traceback*")


def test_an_option_of_a_project_may_keep_its_value_where_ours_once_was(
    pytester: pytest.Pytester,
) -> None:
    pytester.makeconftest(
        "def pytest_addoption(parser):\n"
        "    parser.addoption('--my-gates', dest='hil_gates', action='store_true')\n"
    )
    pytester.makepyfile(
        "def test_it(pytestconfig):\n    assert pytestconfig.getoption('hil_gates') is True\n"
    )
    result = pytester.runpytest_subprocess("--my-gates")
    assert result.ret == ExitCode.PASSED
