"""Regular expressions that are compiled when they are first used, not when their room is imported.

Compiling those that judge the model's words takes longer than all the rest of LINDA's own cold start, and they are
needed only once the model has answered: so they are compiled while it is waited for.
"""

from __future__ import annotations

import re
from typing import Any, cast

_METHODS = ("search", "match", "fullmatch", "sub", "split", "findall", "finditer")


class _Expression:
    def __init__(self, pattern: str, flags: int) -> None:
        self.pattern, self._flags = pattern, flags

    def __getattr__(self, name: str) -> Any:
        """The first use. From then on its methods are those of the compiled expression, with nothing in between."""
        if name not in _METHODS:
            raise AttributeError(name)
        compiled = re.compile(self.pattern, self._flags)
        for method in _METHODS:
            self.__dict__[method] = getattr(compiled, method)
        return getattr(compiled, name)


_not_compiled: list[_Expression] = []


def lazy(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Like `re.compile`, for use by its methods alone. A pattern that is none raises re.error when it is first used."""
    expression = _Expression(pattern, flags)
    _not_compiled.append(expression)
    return cast(re.Pattern[str], expression)


def compile_all() -> int:
    """Compile now what was not used yet; answers how many there were."""
    waiting, _not_compiled[:] = list(_not_compiled), []
    for expression in waiting:
        expression.search  # noqa: B018 - for its effect
    return len(waiting)
