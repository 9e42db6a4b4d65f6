"""Lambda's INIT, which runs at full speed and once: whatever every request needs is done in it, and nothing else.

Imported before all other rooms: while code is loaded nothing is garbage, and looking for some is a good part of the
time that loading takes.
"""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Callable

gc.disable()


def finish(prepare: Callable[[], None]) -> None:
    """The last line of a handler's module: everything is imported. `prepare` is done in Lambda only, since it needs
    settings; what fails there is logged, and fails again in a request, which has an answer for it.
    """
    if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
        try:
            prepare()
        except Exception:
            logging.getLogger("linda").exception("not everything could be prepared")
    gc.enable()
    gc.freeze()
