"""A network of the user's own, given as `path.py:Name`. Opening such a file is running it."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from torch import nn

from visualizer.core.errors import UserError, named, one_line, reason_of, unknown
from visualizer.core.files import is_file


def build_from_file(name: str, *, trusted: bool) -> nn.Module:
    """Run the file of `path.py:Name`, call Name without arguments and return the network it gives.

    Raises UserError where the file is not trusted, missing or failing, or where Name gives no network.
    """
    file, _, attribute = name.rpartition(":")
    path = _path(file)
    if not is_file(path):
        raise UserError(f"There is no file {path} to take the network '{attribute}' from.")
    if not trusted:
        raise UserError(f"{path} runs as code with your rights when it is opened: add --trust if you trust it.")
    constructor = _constructor(_run(path), attribute, path)
    try:
        network = constructor()
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise UserError(f"{path}: building {attribute} failed with {named(error)}.") from error
    if not isinstance(network, nn.Module):
        raise UserError(
            f"{path}: {attribute} gives a value of type {type(network).__name__}, it has to give a torch.nn.Module."
        )
    _check_usable(network, attribute, path)
    return network


def _path(file: str) -> Path:
    try:
        return Path(file).expanduser().resolve()
    except (OSError, ValueError, RuntimeError) as error:  # too long, a zero inside, the home of nobody
        raise UserError(f"{one_line(file)[:80]} is no path of a file: {reason_of(error)}.") from None


def _run(path: Path) -> ModuleType:
    name = f"network_file_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None  # a path that ends in .py always has a loader
    module = importlib.util.module_from_spec(spec)
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))  # the file may import its neighbours; last, so that it hides nothing
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        del sys.modules[name]
        raise UserError(f"{path} cannot be run: {named(error)}.") from error
    return module


def _check_usable(network: nn.Module, attribute: str, path: Path) -> None:
    """Raise UserError for a network whose base class was not set up, or that does not let its mode be set."""
    if "_modules" not in vars(network):
        raise UserError(f"{path}: {attribute} has to call super().__init__() before anything else.")
    try:
        network.train(network.training)
    except Exception as error:
        raise UserError(f"{path}: train() of {attribute} failed with {named(error)}.") from error


def _constructor(module: ModuleType, attribute: str, path: Path) -> Callable[[], Any]:
    constructor: Callable[[], Any] | None = getattr(module, attribute, None)
    if constructor is None:
        own = [key for key, value in vars(module).items() if _is_own_network(value, module)]
        raise UserError(f"In {path}: {unknown('network', attribute, own)}" if own else f"{path} has no '{attribute}'.")
    if not callable(constructor):
        raise UserError(
            f"{path}: {attribute} is of type {type(constructor).__name__}, it has to be a class or a function."
        )
    needed = _needed_arguments(constructor)
    if needed:
        raise UserError(f"{path}: {attribute} needs arguments ({', '.join(needed)}): give each of them a default.")
    return constructor


def _is_own_network(value: object, module: ModuleType) -> bool:
    return isinstance(value, type) and issubclass(value, nn.Module) and value.__module__ == module.__name__


def _needed_arguments(constructor: Callable[..., Any]) -> list[str]:
    try:
        parameters = inspect.signature(constructor).parameters.values()
    except ValueError:  # some built-in types have no signature
        return []
    variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [
        parameter.name
        for parameter in parameters
        if parameter.default is inspect.Parameter.empty and parameter.kind not in variadic
    ]
