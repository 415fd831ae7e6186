"""The package's annotations: mypy passes over them and over a user's program; what they declare is what is there."""

import ast
import importlib.util
import inspect
import subprocess
import sys

import pytest
from support import ROOT, python

import wingbeat as wb

PYTHON = ROOT / "python"
STUB = PYTHON / "wingbeat" / "_methods.pyi"


def run(*arguments):
    return subprocess.run([sys.executable, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, timeout=600)


@pytest.mark.skipif(importlib.util.find_spec("mypy") is None, reason="mypy is not installed")
def test_mypy_passes_over_the_package_and_over_a_users_program():
    result = run("-m", "mypy", "--config-file", PYTHON / "pyproject.toml")
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_users_program_runs():
    python("import typed_program; typed_program.main()")


def test_types_are_no_part_of_a_running_program():
    python(
        "import sys\nimport wingbeat as wb\nfor name in wb.__all__: getattr(wb, name)\n"
        "assert not {'wingbeat._typing', 'wingbeat._methods', 'typing_extensions'} & set(sys.modules)"
    )


def test_the_declarations_of_methods_are_what_the_functions_say():
    result = run(ROOT / "scripts" / "generate_methods.py", "--check")
    assert result.returncode == 0, result.stderr


def declared():
    """name -> definitions of the class in the stub."""
    body = ast.parse(STUB.read_text(encoding="utf-8")).body[-1].body
    found = {}
    for node in body:
        found.setdefault(node.name, []).append(node)
    return found


def attached():
    """name -> function (or property) that some other module gave Tensor."""
    found = {}
    for name, value in vars(wb.Tensor).items():
        function = value.fget if isinstance(value, property) else value
        if inspect.isfunction(function) and not function.__qualname__.startswith("Tensor."):
            found[name] = value
    return found


def test_every_method_that_tensor_is_given_is_declared_and_no_other():
    assert set(declared()) == set(attached())
    assert len(declared()) > 200


@pytest.mark.parametrize("name", declared())
def test_a_methods_declarations_have_the_arguments_of_its_function(name):
    value = attached()[name]
    is_property = isinstance(value, property)
    real = list(inspect.signature(value.fget if is_property else value).parameters.values())[1:]
    nodes = declared()[name]
    for node in nodes:
        arguments = node.args
        decorators = [ast.unparse(one) for one in node.decorator_list]
        assert decorators == (["property"] if is_property else ["overload"] if len(nodes) > 1 else [])
        assert (
            all(argument.annotation is not None for argument in (*arguments.args[1:], *arguments.kwonlyargs))
            and node.returns is not None
        )
        names = [
            argument.arg
            for argument in (
                *arguments.args[1:],
                *filter(None, [arguments.vararg]),
                *arguments.kwonlyargs,
                *filter(None, [arguments.kwarg]),
            )
        ]
        if len(nodes) == 1:
            assert names == [parameter.name for parameter in real]
            assert [argument.arg for argument in arguments.kwonlyargs] == [
                parameter.name for parameter in real if parameter.kind is parameter.KEYWORD_ONLY
            ]
            assert len(arguments.defaults) + sum(default is not None for default in arguments.kw_defaults) == sum(
                parameter.default is not parameter.empty for parameter in real
            )
        else:
            assert set(names) <= {parameter.name for parameter in real}


def functions():
    """(name, function) of the public functions, and of the methods and properties of public classes."""
    for module in (wb, wb.autograd, wb.data, wb.distributions, wb.implicit, wb.linalg):
        for name in module.__all__:
            value = getattr(module, name)
            if inspect.isfunction(value):
                yield f"{module.__name__}.{name}", value
            elif inspect.isclass(value):
                for member, method in vars(value).items():
                    method = method.fget if isinstance(method, property) else getattr(method, "__func__", method)
                    if inspect.isfunction(method):
                        yield f"{module.__name__}.{name}.{member}", method


@pytest.mark.parametrize("function", [pytest.param(function, id=name) for name, function in functions()])
def test_every_argument_and_result_of_a_public_function_has_an_annotation(function):
    parameters = list(inspect.signature(function).parameters.values())
    bare = [
        parameter.name
        for place, parameter in enumerate(parameters)
        if parameter.annotation is parameter.empty and not (place == 0 and parameter.name in ("self", "cls"))
    ]
    assert not bare and inspect.signature(function).return_annotation is not inspect.Signature.empty


def test_the_wheel_tells_type_checkers_that_it_is_typed():
    assert (PYTHON / "wingbeat" / "py.typed").read_bytes() == b""
    assert 'wingbeat = ["py.typed", "*.pyi"]' in (PYTHON / "pyproject.toml").read_text(encoding="utf-8")
