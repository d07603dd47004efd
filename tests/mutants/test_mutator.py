"""Which changes of a source there are, and that none is of what is no code."""

from __future__ import annotations

from hil.base.resources import find
from hil_lab.mutants.mutator import Mutant, mutants_of

FILE = "core/some.cpp"


def changed(line: str, kind: str = "") -> set[str]:
    """What a line becomes, inside a function."""
    head, tail = "void F() {\n", "\n}\n"
    source = head + line + tail
    return {
        mutant.apply(source)[len(head) : -len(tail)]
        for mutant in mutants_of(FILE, source)
        if kind in ("", mutant.kind)
    }


def test_an_operator_becomes_another_one() -> None:
    assert changed("x = a + b;", "operator") == {"x = a - b;", "x = a * b;"}
    assert changed("x = a <= b;", "operator") == {"x = a < b;", "x = a > b;"}
    assert changed("x += a;", "operator") == {"x -= a;", "x = a;"}
    assert changed("++x;", "operator") == {"--x;"}
    assert changed("x = !a;", "operator") == {"x = a;"}
    assert changed("x = -a;", "operator") == {"x = a;"}


def test_pointers_references_and_templates_are_no_operators() -> None:
    assert changed("const uint8_t* const x = Get<uint8_t>(&a)->b;") == set()


def test_a_constant_becomes_its_neighbours_and_zero() -> None:
    assert changed("x = 7;", "constant") == {"x = 0;", "x = 6;", "x = 8;"}
    assert changed("x = 0x10u;", "constant") == {"x = 0u;", "x = 15u;", "x = 17u;"}
    assert changed("x = 0;", "constant") == {"x = -1;", "x = 1;"}
    assert changed("x = 0u;", "constant") == {"x = 1u;"}


def test_a_condition_is_negated_and_decided() -> None:
    assert changed("if (f(a)) g();", "condition") == {
        "if (!(f(a))) g();",
        "if (true) g();",
        "if (false) g();",
    }


def test_a_loop_is_never_made_endless_by_its_condition() -> None:
    assert "while (true) g();" not in changed("while (a) g();")


def test_an_operand_is_left_out() -> None:
    assert changed("x = f(a, b) && c[1] > d || e;", "operand") == {
        "x = true && c[1] > d || e;",
        "x = f(a, b) && true || e;",
        "x = f(a, b) && false || e;",
        "x = f(a, b) && c[1] > d || false;",
    }


def test_a_statement_is_left_out_and_a_declaration_is_not() -> None:
    assert changed("f(a);\nreturn;", "statement") == {";\nreturn;", "f(a);\n;"}
    assert changed("const int x = f(a);", "statement") == set()
    assert changed("if (a) return b;", "statement") == {"if (a) ;", "if (a) return {};"}


def test_comments_texts_includes_and_static_asserts_stay() -> None:
    source = (
        "#include <a>\n#define B(x) \\\n  x + 1\n"
        "// a + 1\n/* if (a)\n b + 2 */\n"
        'static_assert(sizeof(int) == 4, "a + b");\n'
        'const char* const kText = "a + 1 // b";\n'
    )
    assert mutants_of(FILE, source) == ()


def test_a_mutant_keeps_its_id_when_lines_are_added_far_from_it() -> None:
    source = "\n".join(["int a = b;", "int c = d;", "int e = f + g;", "int h = i;", "int j = k;"])
    moved = "int z = y;\n\n" + source

    def ids(text: str) -> set[str]:
        return {mutant.id for mutant in mutants_of(FILE, text) if mutant.kind == "operator"}

    assert ids(moved) == ids(source)
    assert ids(source.replace("int h", "int x")) != ids(source)


def test_the_same_change_in_the_same_surroundings_has_another_id() -> None:
    block = "void F() {\n  a();\n  b();\n  c = d + e;\n  f();\n  g();\n}\n"
    found = [mutant for mutant in mutants_of(FILE, block * 2) if mutant.kind == "operator"]
    assert len({mutant.id for mutant in found}) == len(found) == 4


def test_the_diff_shows_the_line_as_it_was_and_as_it_is() -> None:
    source = "int a = b + c;\n"
    mutant: Mutant = mutants_of(FILE, source)[0]
    assert mutant.diff(source).splitlines()[1:] == ["-int a = b + c;", "+int a = b - c;"]


def test_no_two_mutants_of_the_firmware_share_an_id_or_a_text() -> None:
    path = find("firmware") / "core" / "inference.cpp"
    source = path.read_text(encoding="utf-8")
    mutants = mutants_of("core/inference.cpp", source)
    assert len(mutants) > 300
    assert len({mutant.id for mutant in mutants}) == len(mutants)
    assert len({mutant.apply(source) for mutant in mutants} | {source}) == len(mutants) + 1
