#!/usr/bin/env python3
"""Writes fortran/wingbeat.f90, the Fortran module, from include/wingbeat.h.

Every function of the header gets an interface under its own name. Beside it stand forms that C cannot have: texts as
character(len=*), and wb_tensor_create and wb_tensor_read with Fortran arrays. docs/fortran.md is for those who use it.

C does not tell a list from a single value. So the header's names do:

 - what is pointed to and const is a list, but for a struct
 - a pointer to write to is a list if its name is a plural and the function takes an int32_t length (count, ..._count,
   capacity); numbers and texts stand right beside `capacity`

A pointer that may be NULL becomes an optional argument. That is every one but texts and a function's only result, which
are required unless the function's comment speaks of NULL.

    scripts/generate_fortran.py            writes the file
    scripts/generate_fortran.py --check    fails if the file on disk is not what the header says
"""

import re
import sys
import textwrap

from header import ROOT, write

OUTPUT = ROOT / "fortran" / "wingbeat.f90"
WIDTH = 120

NUMBERS = {
    "int32_t": "integer(c_int32_t)",
    "int64_t": "integer(c_int64_t)",
    "uint64_t": "integer(c_int64_t)",
    "size_t": "integer(c_size_t)",
    "double": "real(c_double)",
}

# A Fortran type of array elements: the name in procedures, the declaration, the dtype.
ELEMENTS = [
    ("float32", "real(c_float)", "WB_FLOAT32"),
    ("float64", "real(c_double)", "WB_FLOAT64"),
    ("int32", "integer(c_int32_t)", "WB_INT32"),
    ("int64", "integer(c_int64_t)", "WB_INT64"),
    ("uint8", "integer(c_int8_t)", "WB_UINT8"),
    ("bool", "logical(c_bool)", "WB_BOOL"),
]
RANKS = range(8)

# What the module declares beside the names of the header and of the forms for Fortran.
HELPERS = ["c_strlen", "terminated", "address", "addresses"]

PROLOGUE = """\
! Wingbeat for Fortran: the functions of wingbeat.h, with texts as characters and tensors from arrays.
!
! Written by scripts/generate_fortran.py from include/wingbeat.h; do not edit. The comments are the first sentences of
! the header's; the rules that hold for all functions are at the top of the header. docs/fortran.md is the guide.
!
!  - Names are C's. A function that can fail returns a wb_status: 0 (WB_OK), or else wb_error() has a sentence.
!  - A handle, such as type(wb_tensor), is passed by value; wb_tensor() is the null handle. What a function writes is an
!    argument of intent(inout): a failed call leaves it as it was.
!  - An optional argument that is absent is NULL to C.
!  - Order of arrays. C's last axis is the one whose elements are neighbours, Fortran's is the first. So the array
!    a(3, 4) is the tensor of shape [4, 3], without any element being moved: a(i, j) is element [j-1, i-1]. An array
!    x(features, rows) is the tensor [rows, features], a batch as a network takes it. Shapes and axes that are passed as
!    numbers are the tensor's: from 0, in C's order.
module wingbeat
    use, intrinsic :: iso_c_binding
    implicit none
    public
"""


def plural(name):
    return name.removesuffix("_out").endswith("s")


def is_length(name):
    return name in ("count", "capacity") or name.endswith("_count")


class Parameter:
    """A parameter of a function, as Fortran sees it."""

    def __init__(self, function, place):
        self.name, c_type = function.parameters[place]
        self.type = c_type
        # What is pointed to by one pointer of these is no concern of Fortran's: the pointer is the value.
        pointers = c_type.stars - (c_type.kind in ("handle", "void", "char"))
        if pointers not in (0, 1) or (c_type.kind == "char" and not c_type.stars):
            raise ValueError(f"{function.name}: Fortran has no type for {self.name}")
        self.is_value = pointers == 0
        self.is_written = not self.is_value and not c_type.constant[-2]
        self.is_text = c_type.kind == "char" and c_type.constant[0]
        names = [name for name, _ in function.parameters]
        if self.is_value:
            self.is_list = False
        elif not self.is_written:
            self.is_list = c_type.kind != "struct"
        elif c_type.kind == "handle":
            self.is_list = plural(self.name) and any(
                is_length(name) and other.base == "int32_t" and not other.stars for name, other in function.parameters
            )
        else:
            follows, precedes = names[:place][-1:] == ["capacity"], names[place + 1 :][:1] == ["capacity"]
            self.is_list = (follows and not is_length(self.name)) or (precedes and plural(self.name))
        if self.is_written and not self.is_list and plural(self.name) and f"{self.name}[" in function.comment:
            raise ValueError(f"{function.name}: {self.name} is a list in the comment, but no length goes with it")
        self.is_optional = False  # unless Binding.make_optional says so

    @property
    def declaration(self):
        """In the interface to C."""
        if self.is_value:
            return f"{element_type(self.type)}, value :: {self.name}"
        attributes = f"intent({'inout' if self.is_written else 'in'})"
        # Required texts tell the interface to C from the one for Fortran.
        if self.is_optional and not self.is_text:
            attributes += ", optional"
        return f"{element_type(self.type)}, {attributes} :: {self.name}{'(*)' if self.is_list else ''}"

    @property
    def becomes_characters(self):
        return self.is_text and not (self.is_list and self.is_written)

    @property
    def friendly_declaration(self):
        """In the interface for Fortran."""
        if not self.becomes_characters:
            return self.declaration
        if self.is_list:
            return f"character(len=*), intent(in) :: {self.name}(:)"
        attributes = "len=:), allocatable, intent(inout)" if self.is_written else "len=*), intent(in)"
        return f"character({attributes}{', optional' if self.is_optional else ''} :: {self.name}"


class Binding:
    """A function of the header, as Fortran sees it."""

    def __init__(self, function):
        self.name, self.comment, self.place = function.name, function.comment, function.place
        self.parameters = [Parameter(function, place) for place in range(len(function.parameters))]
        self.result = function.result
        result = function.result
        if result.stars > 1 or (result.stars and result.kind not in ("char", "void", "handle")):
            raise ValueError(f"{self.name}: Fortran has no type for its result")
        self.returns_text = result.kind == "char" and result.constant[0]
        self.is_subroutine = result.kind == "void" and not result.stars
        self.answer = "status" if result.base == "wb_status" else "answer"
        if any(parameter.name == self.answer for parameter in self.parameters):
            raise ValueError(f"{self.name}: a parameter has the name {self.answer}, which the result needs")

    def make_optional(self, comment):
        """Says which arguments may be absent. comment: its own, or that of the functions it stands among."""
        speaks_of_null = bool(re.search(r"\bnull\b", comment, flags=re.I))
        results = sum(parameter.is_written for parameter in self.parameters)
        for parameter in self.parameters:
            is_required = parameter.is_text or (parameter.is_written and results == 1)
            parameter.is_optional = speaks_of_null or not is_required

    @property
    def has_friendly_form(self):
        return any(parameter.becomes_characters for parameter in self.parameters) or self.returns_text

    @property
    def friendly_name(self):
        if self.name == "wb_last_error":
            return "wb_error"
        return f"{self.name}_string"

    def opening(self, name, attributes):
        """The first statement of a procedure."""
        word = "subroutine" if self.is_subroutine else "function"
        arguments = ", ".join(parameter.name for parameter in self.parameters)
        return f"{word} {name}({arguments}){attributes}{'' if self.is_subroutine else f' result({self.answer})'}"

    @property
    def closing(self):
        return "end subroutine" if self.is_subroutine else "end function"

    @property
    def interface(self):
        return procedure(
            self.opening(self.name, " bind(C)"),
            [
                "import",
                *(parameter.declaration for parameter in self.parameters),
                *([] if self.is_subroutine else [f"{element_type(self.result)} :: {self.answer}"]),
            ],
            self.closing,
        )

    @property
    def friendly_form(self):
        """A procedure that hands texts on and calls the C function."""
        declarations = [parameter.friendly_declaration for parameter in self.parameters]
        if self.returns_text:
            declarations += [f"character(len=:), allocatable :: {self.answer}"]
        elif not self.is_subroutine:
            declarations += [f"{element_type(self.result)} :: {self.answer}"]
        before, after, values = [], [], []
        for parameter in self.parameters:
            name = parameter.name
            if not parameter.becomes_characters:
                values += [name]
            elif parameter.is_written:
                declarations += [f"type(c_ptr) :: {name}_c"]
                conditions = [f"{self.answer} == WB_OK"] * (self.answer == "status")
                conditions += [f"present({name})"] * parameter.is_optional
                before += [f"{name}_c = c_null_ptr"]
                after += [(f"if ({' .and. '.join(conditions)}) " if conditions else "") + f"{name} = wb_text({name}_c)"]
                values += [f"{name}_c"]
            elif parameter.is_list:
                declarations += [f"character(len=len({name}) + 1), target :: {name}_c(size({name}))"]
                before += [f"{name}_c = terminated({name})"]
                values += [f"addresses({name}_c)"]
            else:
                declarations += [f"character(len=:), allocatable, target :: {name}_c"]
                before += [f"{f'if (present({name})) ' * parameter.is_optional}{name}_c = terminated({name})"]
                values += [f"address({name}_c)"]
        call = f"{self.name}({', '.join(values)})"
        if self.is_subroutine:
            call = f"call {call}"
        else:
            call = f"{self.answer} = {f'wb_text({call})' if self.returns_text else call}"
        return procedure(self.opening(self.friendly_name, ""), declarations + before + [call] + after, self.closing)


def element_type(c_type):
    """The Fortran type of one value."""
    if c_type.kind == "number":
        return NUMBERS[c_type.base]
    if c_type.kind == "enum":
        return f"integer({c_type.base})"
    if c_type.kind in ("handle", "struct"):
        return f"type({c_type.base})"
    return "type(c_funptr)" if c_type.kind == "callback" else "type(c_ptr)"


def procedure(opening, body, closing):
    return [opening, *(f"    {line}" for line in body), closing]


def indented(lines, levels):
    """Statements and comments at a depth, cut at commas where they are too long."""
    result = []
    for line in lines:
        inner = len(line) - len(line.lstrip())
        indent = " " * (4 * levels + inner)
        if line.lstrip().startswith("!"):
            result += textwrap.wrap(line.strip(), WIDTH, initial_indent=indent, subsequent_indent=f"{indent}! ")
            continue
        parts = textwrap.wrap(
            line.strip(),
            WIDTH - 2,
            initial_indent=indent,
            subsequent_indent=f"{indent}    ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        result += [f"{part} &" for part in parts[:-1]] + (parts[-1:] or [""])
    return result


def first_sentence(comment):
    end = re.search(r"(?<!e\.g)(?<!i\.e)(?<!et al)(?<!\bcf)(?<![\s.])[.!?](?=\s|$)|\n|$", comment)
    return comment[: end.end()].strip()


def constants(header):
    """The values of enums. To Fortran WB_MEAN is the name of wb_mean: then it gets the name of its enum as well."""
    taken = {name.lower() for name in [*header.functions, *header.handles, *header.structs, *header.callbacks]}
    lines = []
    for enum, values in header.enums.items():
        lines += ["", f"integer, parameter :: {enum} = c_int"]
        for name, value in values:
            fitting = f"{enum}_{name.removeprefix('WB_')}".upper() if name.lower() in taken else name
            note = f" ! in C {name}" if fitting != name else ""
            lines += [f"integer({enum}), parameter :: {fitting} = {value}{note}"]
    return lines


def types(header):
    lines = []
    for name in header.handles:
        lines += ["", f"type, bind(C) :: {name}", "    type(c_ptr) :: handle = c_null_ptr", "end type"]
    for name, fields in header.structs.items():
        lines += ["", f"type, bind(C) :: {name}"]
        for field, c_type in fields:
            is_address = c_type.stars > (c_type.kind == "handle")
            lines += [f"    {'type(c_ptr)' if is_address else element_type(c_type)} :: {field}"]
        lines += ["end type"]
    return lines


def callbacks(header):
    """What procedures look like that are passed as c_funloc(procedure). The library passes all arguments."""
    lines = ["abstract interface"]
    for callback in header.callbacks.values():
        comment = [f"    ! {first_sentence(callback.comment)}"] if callback.comment else []
        lines += ["", *comment, *(f"    {line}" for line in Binding(callback).interface)]
    return lines + ["end interface"]


def bindings(header):
    said, found = "", []
    for function in header.functions.values():
        said = function.comment or said
        found += [Binding(function)]
        found[-1].make_optional(said)
    return found


def interfaces(header, found):
    lines, sections, is_open = [], list(header.sections), False
    for binding in found:
        title = None
        while sections and sections[0][0] < binding.place:
            title = sections.pop(0)[1]
        overloads = []
        if binding.has_friendly_form and not binding.returns_text:
            overloads = [binding.friendly_name]
        if binding.name in ARRAY_FORMS:
            overloads += ARRAY_FORMS[binding.name]
        if is_open and (title or overloads):
            lines += ["end interface"]
            is_open = False
        if title:
            lines += ["", f"! {'-' * 60} {title}"]
        comment = [f"! {first_sentence(binding.comment)}"] if binding.comment else []
        if overloads:
            lines += ["", *comment, f"interface {binding.name}", *(f"    {line}" for line in binding.interface)]
            lines += [f"    procedure {', '.join(overloads)}", "end interface"]
        else:
            lines += ["", *([] if is_open else ["interface"])]
            lines += [f"    {line}" for line in [*comment, *binding.interface]]
            is_open = True
    return lines + ["end interface"] * is_open


def array_name(action, element, rank):
    return f"{action}_{element}_{rank}"


def dimensions(rank):
    return f"({', '.join([':'] * rank)})" if rank else ""


ARRAY_FORMS = {
    f"wb_tensor_{action}": [
        array_name(action, element, rank) for element in [*(name for name, *_ in ELEMENTS), "logical"] for rank in RANKS
    ]
    for action in ("create", "read")
}

ARRAY_CORES = """
! ------------------------------------------------------------ arrays
! wb_tensor_create(values, tensor) and wb_tensor_read(tensor, values), for each type and rank.

function create(dtype, extents, values, tensor) result(status)
    integer(wb_dtype), intent(in) :: dtype
    integer(c_int64_t), intent(in) :: extents(:)
    type(*), intent(in), target :: values(*)
    type(wb_tensor), intent(inout) :: tensor
    integer(wb_status) :: status
    integer(c_int64_t) :: shape(size(extents))
    type(c_ptr) :: data
    shape = extents(size(extents):1:-1)
    data = c_null_ptr
    if (product(shape) > 0) data = c_loc(values)
    status = wb_tensor_create(dtype, size(shape, kind=c_int32_t), shape, data, tensor)
end function

! An array of another type than the tensor's gets converted values, one of another shape WB_ERROR_SHAPE.
function read_into(tensor, dtype, extents, values) result(status)
    type(wb_tensor), intent(in) :: tensor
    integer(wb_dtype), intent(in) :: dtype
    integer(c_int64_t), intent(in) :: extents(:)
    type(*), intent(inout), target :: values(*)
    integer(wb_status) :: status, unused
    integer(c_int64_t) :: shape(size(extents)), expected(size(extents))
    integer(c_int32_t) :: rank
    integer(wb_dtype) :: found
    integer(c_size_t) :: bytes
    type(wb_tensor) :: converted
    type(c_ptr) :: destination
    expected = extents(size(extents):1:-1)
    shape = -1
    status = wb_tensor_info(tensor, dtype=found, rank=rank, capacity=size(shape, kind=c_int32_t), shape=shape)
    if (status /= WB_OK) return
    bytes = product(expected) * wb_dtype_size(dtype)
    destination = c_null_ptr
    if (bytes > 0) destination = c_loc(values)
    if (found == dtype .and. rank == size(expected) .and. all(shape == expected)) then
        status = wb_tensor_read(tensor, destination, bytes)
        return
    end if
    status = wb_tensor_create(dtype, size(expected, kind=c_int32_t), expected, c_null_ptr, converted)
    if (status == WB_OK) status = wb_tensor_assign(converted, tensor)
    if (status == WB_OK) status = wb_tensor_read(converted, destination, bytes)
    unused = wb_tensor_free(converted)
end function
""".splitlines()


def array_procedures():
    lines = []
    for element, declaration, dtype in ELEMENTS:
        for rank in RANKS:
            contiguous = ", contiguous" if rank else ""
            values = "values" if rank else "[values]"
            lines += [
                "",
                *procedure(
                    f"function {array_name('create', element, rank)}(values, tensor) result(status)",
                    [
                        f"{declaration}, intent(in){contiguous} :: values{dimensions(rank)}",
                        "type(wb_tensor), intent(inout) :: tensor",
                        "integer(wb_status) :: status",
                        f"status = create({dtype}, shape(values, c_int64_t), {values}, tensor)",
                    ],
                    "end function",
                ),
            ]
        for rank in RANKS:
            contiguous = ", contiguous" if rank else ""
            lines += [
                "",
                *procedure(
                    f"function {array_name('read', element, rank)}(tensor, values) result(status)",
                    [
                        "type(wb_tensor), intent(in) :: tensor",
                        f"{declaration}, intent(inout){contiguous} :: values{dimensions(rank)}",
                        "integer(wb_status) :: status",
                        *(
                            [f"status = read_into(tensor, {dtype}, shape(values, c_int64_t), values)"]
                            if rank
                            else [
                                f"{declaration} :: value(1)",
                                f"status = read_into(tensor, {dtype}, shape(values, c_int64_t), value)",
                                "if (status == WB_OK) values = value(1)",
                            ]
                        ),
                    ],
                    "end function",
                ),
            ]
    # The default logical is as long as an integer; tensors have bytes.
    for rank in RANKS:
        lines += [
            "",
            *procedure(
                f"function {array_name('create', 'logical', rank)}(values, tensor) result(status)",
                [
                    f"logical, intent(in) :: values{dimensions(rank)}",
                    "type(wb_tensor), intent(inout) :: tensor",
                    "integer(wb_status) :: status",
                    "status = wb_tensor_create(logical(values, c_bool), tensor)",
                ],
                "end function",
            ),
        ]
    for rank in RANKS:
        extents = ", ".join(f"size(values, {axis + 1})" for axis in range(rank))
        lines += [
            "",
            *procedure(
                f"function {array_name('read', 'logical', rank)}(tensor, values) result(status)",
                [
                    "type(wb_tensor), intent(in) :: tensor",
                    f"logical, intent(inout) :: values{dimensions(rank)}",
                    "integer(wb_status) :: status",
                    f"logical(c_bool){', allocatable' if rank else ''} :: bytes{dimensions(rank)}",
                    *([f"allocate(bytes({extents}))"] if rank else []),
                    "status = wb_tensor_read(tensor, bytes)",
                    "if (status == WB_OK) values = bytes",
                ],
                "end function",
            ),
        ]
    return lines


TEXTS = """
! ------------------------------------------------------------ texts

! The characters of a text of C; none for NULL.
function wb_text(address) result(text)
    type(c_ptr), intent(in) :: address
    character(len=:), allocatable :: text
    character(kind=c_char), pointer :: characters(:)
    integer(c_size_t) :: place
    text = ""
    if (.not. c_associated(address)) return
    call c_f_pointer(address, characters, [c_strlen(address)])
    text = repeat(" ", size(characters))
    do place = 1, size(characters)
        text(place:place) = characters(place)
    end do
end function

! A text without blanks at its end, as C takes it.
elemental function terminated(text)
    character(len=*), intent(in) :: text
    character(len=len(text) + 1) :: terminated
    terminated = trim(text) // c_null_char
end function

function address(text)
    character(len=:), allocatable, intent(in), target :: text
    type(c_ptr) :: address
    address = c_null_ptr
    if (allocated(text)) address = c_loc(text)
end function

function addresses(texts)
    character(len=*), intent(in), target :: texts(:)
    type(c_ptr) :: addresses(size(texts))
    integer :: place
    do place = 1, size(texts)
        addresses(place) = c_loc(texts(place))
    end do
end function
""".splitlines()


def check_names(names):
    """Fortran does not tell WB_X from wb_x."""
    seen = {}
    for name in names:
        if other := seen.get(name.lower()):
            raise ValueError(f"{name} and {other} are one name to Fortran")
        seen[name.lower()] = name


def render(header):
    found = bindings(header)
    friendly = [binding for binding in found if binding.has_friendly_form]
    public = ["wb_text", *(binding.friendly_name for binding in friendly if binding.returns_text)]
    private = [HELPERS, [binding.friendly_name for binding in friendly if not binding.returns_text]]
    procedures = [line for binding in friendly for line in ["", *binding.friendly_form]]
    if "wb_tensor_create" in header.functions:
        private += [["create", "read_into"], *ARRAY_FORMS.values()]
        procedures += ARRAY_CORES + array_procedures()
    declared = constants(header)
    check_names(
        [
            *(re.search(r":: (\w+)", line)[1] for line in declared if line),
            "WB_HEADER_ABI_VERSION",
            *header.handles,
            *header.structs,
            *header.callbacks,
            *header.functions,
            *public,
            *(name for names in private for name in names),
        ]
    )
    body = [
        *declared,
        "",
        "! Of the header that this file was written from; what wb_abi_version() gives.",
        f"integer(c_int32_t), parameter :: WB_HEADER_ABI_VERSION = {header.abi_version}",
        *types(header),
        "",
        "! ------------------------------------------------------------ procedures that the library calls",
        "",
        *callbacks(header),
        *interfaces(header, found),
        "",
        "interface",
        *(
            f"    {line}"
            for line in procedure(
                'pure function c_strlen(text) bind(C, name="strlen") result(length)',
                ["import", "type(c_ptr), value :: text", "integer(c_size_t) :: length"],
                "end function",
            )
        ),
        "end interface",
        "",
        *(f"private :: {', '.join(names)}" for names in private if names),
    ]
    lines = [PROLOGUE.rstrip("\n"), *indented(body, 1), "contains", *indented(TEXTS + procedures, 1), "end module"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(write(OUTPUT, render, sys.argv[1:], __doc__))
