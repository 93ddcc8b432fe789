"""Plug-ins: the modules of a folder by their names, each imported when it is first asked for."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TypeVar, cast

Kind = TypeVar("Kind")


class PlugIns(Mapping[str, Kind]):
    """The modules of one package that do the same thing for different names."""

    def __init__(self, package: str, *names: str) -> None:
        self._package = package
        self._names = names

    def __getitem__(self, name: str) -> Kind:
        if name not in self._names:
            raise KeyError(name)
        return cast("Kind", import_module(f"{self._package}.{name}"))

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
