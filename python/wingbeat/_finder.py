"""An import hook: modules of this library under the names of another. wingbeat.torch and wingbeat.tf each make one."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
from types import ModuleType
from typing import Any, Callable


class Finder(importlib.abc.MetaPathFinder):
    """Finds the modules of another library here, before anything that is installed under its names.

    face: the module that installs it, "wingbeat.torch". library: the other library's name, "PyTorch". roots: its
    packages and what stands for them; the first is the library itself. elsewhere: names whose place here is another;
    what is below them is below that place too. flat: places that have everything in themselves, so that nothing is
    below. sentence: what can be done where there is no module of a name, or "".
    """

    def __init__(
        self,
        face: str,
        library: str,
        roots: dict[str, str],
        elsewhere: dict[str, str],
        sentence: Callable[[str, str], str],
        flat: tuple[str, ...] = (),
    ) -> None:
        self._face, self._library, self._roots, self._elsewhere = face, library, roots, elsewhere
        self._sentence, self._flat = sentence, flat

    def counterpart(self, name: str) -> str:
        """The module here for a module of the other library's."""
        for known, here in self._elsewhere.items():
            if name == known or name.startswith(f"{known}."):
                return here if here in self._flat else here + name[len(known) :]
        root, dot, rest = name.partition(".")
        return self._roots[root] + dot + rest

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if fullname.partition(".")[0] not in self._roots:
            return None
        here = self.counterpart(fullname)
        try:
            module = importlib.import_module(here)
        except ModuleNotFoundError as error:
            if error.name is None or not (here == error.name or here.startswith(f"{error.name}.")):
                raise
            # A module may be known under a second name, as an attribute of its package.
            parent, _, last = here.rpartition(".")
            found = getattr(sys.modules.get(parent), last, None)
            if not isinstance(found, ModuleType):
                known = self._sentence(fullname, here)
                raise ModuleNotFoundError(
                    f"No module named {fullname!r} in wingbeat" + (f": {known}" if known else ""), name=fullname
                ) from None
            module = found
        return importlib.machinery.ModuleSpec(fullname, _Alias(module), origin=here, is_package=True)

    def install(self) -> None:
        """From now on importing the other library's names gives this library's modules.

        Raises ImportError where the other library itself has been imported already.
        """
        name, here = next(iter(self._roots.items()))
        there = sys.modules.get(name)
        if there is not None and there is not importlib.import_module(here):
            raise ImportError(
                f"{self._face}: {self._library} itself has been imported already; install() comes before that"
            )
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)
        for root in self._roots:
            sys.modules.pop(root, None)

    def uninstall(self) -> None:
        """From now on the names are again what is installed under them."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)
        for name in [name for name in sys.modules if name.partition(".")[0] in self._roots]:
            del sys.modules[name]


class _Alias(importlib.abc.Loader):
    """Gives a module that is there already, and leaves what it says of itself as it is."""

    def __init__(self, module: ModuleType) -> None:
        self.module = module
        self.own = {name: module.__dict__.get(name) for name in ("__spec__", "__loader__", "__package__", "__path__")}

    def create_module(self, spec: Any) -> ModuleType:
        return self.module

    def exec_module(self, module: ModuleType) -> None:
        for name, value in self.own.items():
            if value is None:
                module.__dict__.pop(name, None)
            else:
                setattr(module, name, value)
