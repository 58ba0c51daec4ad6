"""The commands, one file each: NAME, add_arguments(parser) and run(arguments) -> exit code.

Their heavy imports wait until they run, so that `visualizer --help` answers at once.
"""

from __future__ import annotations

from visualizer.commands import demonstrate, doctor, engine, explain, graph, record, train

COMMANDS = (graph, record, explain, train, demonstrate, doctor, engine)
