"""The Fortran module is what the header says, compiles without a warning, and calls what it names."""

import re
import shutil
import subprocess
import sys

import pytest
from support import ROOT, compile_fortran

sys.path.insert(0, str(ROOT / "scripts"))
import generate_fortran
import header

MODULE = ROOT / "fortran" / "wingbeat.f90"
HEADER = (ROOT / "include" / "wingbeat.h").read_text(encoding="utf-8")
needs_gfortran = pytest.mark.skipif(shutil.which("gfortran") is None, reason="gfortran is not installed")


def run(command, folder):
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_the_module_is_what_the_header_says():
    run([sys.executable, ROOT / "scripts" / "generate_fortran.py", "--check"], ROOT)
    functions = set(re.findall(r"\b(wb_\w+)\(", re.sub(r"/\*.*?\*/", "", HEADER, flags=re.S)))
    callbacks = set(re.findall(r"\(\*(wb_\w+)\)", HEADER))
    bound = re.findall(r"(?:function|subroutine) (wb_\w+)\([^)]*\)[\s&]*bind\(C\)", MODULE.read_text(encoding="utf-8"))
    assert sorted(bound) == sorted(functions | callbacks)


def test_the_lines_of_the_module_end_at_120_columns():
    assert max(map(len, MODULE.read_text(encoding="utf-8").splitlines())) <= 120


@needs_gfortran
@pytest.mark.parametrize("options", [["-std=f2018"], ["-fdefault-integer-8", "-fdefault-real-8"]], ids=" ".join)
def test_the_module_compiles_without_a_warning(options, tmp_path):
    run(["gfortran", *options, "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-c", MODULE], tmp_path)


@needs_gfortran
@pytest.mark.parametrize("source", sorted((ROOT / "Tests" / "Fortran").glob("*.f90")), ids=lambda path: path.stem)
def test_the_fortran_program_passes(source, tmp_path):
    program = compile_fortran(source, tmp_path / source.stem)
    assert run([program], tmp_path).endswith(" passed, 0 failed\n")


@needs_gfortran
def test_the_program_of_the_guide_runs_as_it_stands(tmp_path):
    (program,) = re.findall(
        r"^```fortran\n(program .*?)^```$",
        (ROOT / "docs" / "fortran.md").read_text(encoding="utf-8"),
        flags=re.S | re.M,
    )
    (tmp_path / "gradient.f90").write_text(program, encoding="utf-8")
    assert (
        run([compile_fortran(tmp_path / "gradient.f90", tmp_path / "gradient")], tmp_path)
        == "  1.0000  1.6487  2.7183\n"
    )


def test_of_a_comment_the_first_sentence_stays():
    for comment, first in [
        ("Frees it. NULL is allowed.", "Frees it."),
        ('By name, e.g. "x". More.', 'By name, e.g. "x".'),
        ("The values 0, 1, ... below stop: [n]. All finite.", "The values 0, 1, ... below stop: [n]."),
        ("As of version 0.1.0. More.", "As of version 0.1.0."),
        ("p -= (nesterov ? g : v). More.", "p -= (nesterov ? g : v)."),
        ("Decompositions\nwb_qr: A = Q R.", "Decompositions"),
        ("", ""),
    ]:
        assert generate_fortran.first_sentence(comment) == first


EXTENTS = (2, 3, 1, 2, 1, 2, 2)
KINDS = {  # declaration: (dtype, declaration of its bytes)
    "real(c_float)": ("WB_FLOAT32", "real(c_float)"),
    "real(c_double)": ("WB_FLOAT64", "real(c_double)"),
    "integer(c_int8_t)": ("WB_UINT8", "integer(c_int8_t)"),
    "integer(c_int32_t)": ("WB_INT32", "integer(c_int32_t)"),
    "integer(c_int64_t)": ("WB_INT64", "integer(c_int64_t)"),
    "logical(c_bool)": ("WB_BOOL", "logical(c_bool)"),
    "logical": ("WB_BOOL", "logical(c_bool)"),
}


def round_trip(declaration, rank):
    """A block of Fortran: makes a tensor from an array, looks at it by way of C, reads it; then the array mirrored."""
    dtype, bytes_declaration = KINDS[declaration]
    extents, is_logical = EXTENTS[:rank], declaration.startswith("logical")
    shape = f"({', '.join(map(str, extents))})" if rank else ""
    mirrored = f"({', '.join(f'{extent}:1:-1' for extent in extents)})" if rank else ""
    value = "mod(i, 3) == 0" if is_logical else "i"
    equal = ".eqv." if is_logical else "=="
    elements = f"reshape([({value}, i = 1, count)], shape(a))" if rank else ("i == 0" if is_logical else "7")
    return f"""
        block
            {declaration} :: a{shape}, b{shape}
            {bytes_declaration}, pointer :: memory(:)
            count = size({"a" if rank else "[a]"})
            a = {elements}
            call check(wb_tensor_create(a, tensor) == WB_OK, &
                "{declaration} of rank {rank}")
            call check(wb_tensor_info(tensor, dtype, rank, 7, extents) == WB_OK, "info")
            call check(dtype == {dtype} .and. rank == {rank}, &
                "{dtype} of rank {rank}")
            call check(all(extents({rank}:1:-1) == shape(a)), &
                "the shape of {declaration} of rank {rank}")
            call check(wb_tensor_data(tensor, address) == WB_OK, "data")
            call c_f_pointer(address, memory, [count])
            call check(all(logical(memory {equal} reshape({"a" if rank else "[a]"}, [count]))), &
                "the memory of {declaration} of rank {rank}")
            call check(wb_tensor_read(tensor, b) == WB_OK, &
                "read {declaration} of rank {rank}")
            call check({"all" if rank else ""}(logical(b {equal} a)), &
                "the values of {declaration} of rank {rank}")
            call check(wb_tensor_create(a{mirrored}, tensor) == WB_OK, &
                "{declaration} of rank {rank}, mirrored")
            call check(wb_tensor_read(tensor, b{mirrored}) == WB_OK, &
                "read {declaration} of rank {rank}, mirrored")
            call check({"all" if rank else ""}(logical(b {equal} a)), &
                "the values of {declaration} of rank {rank}, mirrored")
        end block"""


@needs_gfortran
def test_arrays_of_each_type_and_rank_become_tensors_and_come_back(tmp_path):
    text = f"""
program arrays
    use wingbeat
    implicit none
    integer(c_int64_t) :: extents(7)
    integer(c_int32_t) :: rank
    integer(wb_dtype) :: dtype
    integer :: i, count, checks
    type(wb_tensor) :: tensor
    type(c_ptr) :: address
    checks = 0
    i = 0
    {"".join(round_trip(declaration, rank) for declaration in KINDS for rank in range(8))}
    print "(i0)", checks
contains
    subroutine check(condition, what)
        logical, intent(in) :: condition
        character(len=*), intent(in) :: what
        checks = checks + 1
        if (condition) return
        print "(3a)", what, ": ", wb_error()
        error stop 1
    end subroutine
end program
"""
    (tmp_path / "arrays.f90").write_text(text, encoding="utf-8")
    program = compile_fortran(tmp_path / "arrays.f90", tmp_path / "arrays", warnings=())
    assert run([program], tmp_path) == f"{text.count('call check(')}\n"


# A header of all that a header may hold, beside what today's happens to hold.
SMALL_HEADER = """
#define WB_ABI_VERSION 7
typedef enum wb_status { WB_OK = 0, WB_ERROR_ARGUMENT = 1 } wb_status;
typedef enum wb_colour { WB_COLOUR_RED = 4, WB_COLOUR_BLUE, WB_JOIN = -9 } wb_colour;
typedef struct wb_thing wb_thing;
typedef struct wb_point {
    int64_t place; /* first */
    double value;
    int32_t flag;
} wb_point;
/* Gives a loss. */
typedef wb_status (*wb_closure)(void *context, double *loss, const wb_point *point, wb_thing *thing);
const char *wb_last_error(void);
/* ------------------------------------------------------------------ texts
 * More about them. */
/* Joins texts; separator may be NULL. This sentence is cut. */
wb_status wb_join(const char *const *names, int32_t count, const char *separator, const char **text, int32_t *length);
const char *wb_greeting(const char *name);
/* ------------------------------------------------------------------ numbers */
/* The least and the greatest. Either may be NULL. */
wb_status wb_extremes(const double *values, int32_t count, double *least, double *greatest);
wb_status wb_minimise(wb_closure closure, void *context, const wb_point *start, wb_point *end, uint64_t seed,
                      size_t bytes);
/* Extents, and how many there are. */
wb_status wb_extents(const wb_thing *thing, int32_t capacity, int64_t *shape, int32_t *count);
/* ------------------------------------------------------------------ handles */
wb_status wb_things(int32_t count, wb_thing **things, wb_thing **last);
wb_status wb_swap(wb_thing *const *things, int32_t count, wb_thing **things_out);
wb_colour wb_colour_after(wb_colour colour);
wb_status wb_copy(const void *const *inputs, void *const *outputs, int32_t count, const void **first);
void wb_reset(double value);
"""

SMALL_LIBRARY = """
#include <stdio.h>
#include <string.h>
static char joined[100], greeting[100];
static double state = 0;
static int64_t marks[3];
const char *wb_last_error(void) {
    static char text[50];
    snprintf(text, sizeof text, "reset to %g", state);
    return text;
}
wb_status wb_join(const char *const *names, int32_t count, const char *separator, const char **text, int32_t *length) {
    joined[0] = 0;
    for (int i = 0; i < count; i++) {
        if (i && separator) strcat(joined, separator);
        strcat(joined, names[i]);
    }
    if (text) *text = joined;
    if (length) *length = (int32_t)strlen(joined);
    return count < 0 ? WB_ERROR_ARGUMENT : WB_OK;
}
const char *wb_greeting(const char *name) {
    snprintf(greeting, sizeof greeting, "<%s>", name);
    return name[0] ? greeting : NULL;
}
wb_status wb_extremes(const double *values, int32_t count, double *least, double *greatest) {
    for (int i = 0; i < count; i++) {
        if (least && (!i || values[i] < *least)) *least = values[i];
        if (greatest && (!i || values[i] > *greatest)) *greatest = values[i];
    }
    return WB_OK;
}
wb_status wb_minimise(wb_closure closure, void *context, const wb_point *start, wb_point *end, uint64_t seed,
                      size_t bytes) {
    if (start->place != -2 || start->value != 0.5 || start->flag != 3) return WB_ERROR_ARGUMENT;
    *end = *start;
    end->place = seed == UINT64_MAX && bytes == (size_t)1 << 40;
    return closure(context, &end->value, start, (wb_thing *)marks);
}
wb_status wb_extents(const wb_thing *thing, int32_t capacity, int64_t *shape, int32_t *count) {
    for (int i = 0; i < capacity; i++) shape[i] = 10 * i + (thing == NULL);
    *count = capacity;
    return WB_OK;
}
wb_status wb_things(int32_t count, wb_thing **things, wb_thing **last) {
    for (int i = 0; i < count; i++) *last = things[i] = (wb_thing *)(marks + i);
    return WB_OK;
}
wb_status wb_swap(wb_thing *const *things, int32_t count, wb_thing **things_out) {
    for (int i = 0; i < count; i++) things_out[i] = things[count - 1 - i];
    return WB_OK;
}
wb_colour wb_colour_after(wb_colour colour) { return colour == WB_COLOUR_RED ? WB_COLOUR_BLUE : WB_JOIN; }
wb_status wb_copy(const void *const *inputs, void *const *outputs, int32_t count, const void **first) {
    for (int i = 0; i < count; i++) *(double *)outputs[i] = *(const double *)inputs[i];
    *first = inputs[0];
    return WB_OK;
}
void wb_reset(double value) { state = value; }
"""

SMALL_PROGRAM = """
module closures
    use wingbeat
    implicit none
contains
    function closure(context, loss, point, thing) bind(C) result(status)
        type(c_ptr), value :: context
        real(c_double), intent(inout) :: loss
        type(wb_point), intent(in) :: point
        type(wb_thing), value :: thing
        integer(wb_status) :: status
        real(c_double), pointer :: factor
        call c_f_pointer(context, factor)
        loss = factor * point%value
        status = merge(WB_OK, WB_ERROR_ARGUMENT, c_associated(thing%handle))
    end function
end module

program small
    use closures
    implicit none
    procedure(wb_closure), pointer :: pointer_to_closure
    character(len=:), allocatable :: text
    character(len=6) :: names(2)
    integer(c_int32_t) :: length, count
    integer(c_int64_t) :: shape(3)
    real(c_double) :: least, greatest
    real(c_double), target :: factor, numbers(2), copies(2)
    type(wb_point) :: finish
    type(wb_thing) :: things(3), turned(3), last
    type(c_ptr) :: first, second
    names = ["ab    ", " c    "]
    print "(i0)", wb_join(names, 2, "--", text, length)
    print "(a, 1x, i0)", "[" // text // "]", length
    print "(i0)", wb_join(names, 2, text=text)
    print "(a)", "[" // text // "]"
    print "(i0)", wb_join(names, -1, text=text)
    print "(a)", "[" // text // "]"
    print "(a)", wb_greeting_string("you ") // wb_greeting_string("")
    print "(i0)", wb_extremes([3d0, -1d0, 5d0], 3, greatest=greatest)
    print "(i0)", wb_extremes([3d0, -1d0, 5d0], 3, least)
    print "(2f5.1)", least, greatest
    factor = 8
    pointer_to_closure => closure
    print "(i0)", wb_minimise(c_funloc(pointer_to_closure), c_loc(factor), wb_point(-2, 0.5d0, 3), finish, &
        -1_c_int64_t, 2_c_size_t**40)
    print "(i0, f5.1, 1x, i0)", finish%place, finish%value, finish%flag
    print "(i0)", wb_extents(wb_thing(), 3, shape, count)
    print "(4(1x, i0))", shape, count
    print "(i0)", wb_things(3, things, last)
    print "(i0)", wb_swap(things, 3, turned)
    print "(2l2)", c_associated(last%handle, things(3)%handle), c_associated(turned(1)%handle, things(3)%handle)
    print "(3(1x, i0))", WB_COLOUR_JOIN, wb_colour_after(WB_COLOUR_RED), wb_colour_after(WB_COLOUR_BLUE)
    numbers = [1.5d0, 2.5d0]
    print "(i0)", wb_copy([c_loc(numbers(1)), c_loc(numbers(2))], [c_loc(copies(2)), c_loc(copies(1))], 2, first)
    second = c_loc(numbers)
    print "(2f5.1, l2)", copies, c_associated(first, second)
    call wb_reset(2.5d0)
    print "(a, 1x, i0)", wb_error(), WB_HEADER_ABI_VERSION
end program
"""

SMALL_OUTPUT = """\
0
[ab-- c] 6
0
[ab c]
1
[ab c]
<you>
0
0
 -1.0  5.0
0
1  4.0 3
0
 1 11 21 3
0
0
 T T
 -9 5 -9
0
  2.5  1.5 T
reset to 2.5 7
"""


@needs_gfortran
def test_types_of_each_shape_cross_from_fortran_to_c_and_back(tmp_path):
    (tmp_path / "wingbeat.f90").write_text(generate_fortran.render(header.parse(SMALL_HEADER)), encoding="utf-8")
    library = "#include <stddef.h>\n#include <stdint.h>\n" + SMALL_HEADER + SMALL_LIBRARY
    (tmp_path / "library.c").write_text(library, encoding="utf-8")
    (tmp_path / "small.f90").write_text(SMALL_PROGRAM, encoding="utf-8")
    run(["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-c", "library.c"], tmp_path)
    run(
        [
            "gfortran",
            "-std=f2018",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-fcheck=all,no-array-temps",
            "wingbeat.f90",
            "small.f90",
            "library.o",
            "-o",
            "small",
        ],
        tmp_path,
    )
    assert run([tmp_path / "small"], tmp_path) == SMALL_OUTPUT


@pytest.mark.parametrize(
    "declarations, sentence",
    [
        ("/* results[i]: one each. */ wb_status wb_f(wb_thing **results);", "results is a list in the comment"),
        ("wb_status wb_greeting(void); wb_status wb_Greeting(void);", "one name to Fortran"),
        ("const char *wb_f(void); wb_status wb_f_string(void);", "one name to Fortran"),
        ("wb_status wb_f(double **matrix);", "no type for matrix"),
        ("wb_status wb_f(wb_colour status);", "a parameter has the name status"),
    ],
)
def test_what_fortran_cannot_say_is_an_error_of_the_generator(declarations, sentence):
    start = SMALL_HEADER[: SMALL_HEADER.index("typedef struct wb_point")]
    with pytest.raises(ValueError, match=sentence):
        generate_fortran.render(header.parse(start + declarations))
