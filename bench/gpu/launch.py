"""`python -m bench.gpu.launch LAW PRECISION PATHS BLOCKS`: one build's kernel, for a profiler.

The first launch is one path's, by which the backend makes itself ready; the second is that of all paths.
"""

import argparse

from bench.gpu.device import PRECISIONS, TRIED, kernel_call, on_gpus, on_host, program_of, rebuilt, shaped


def main() -> None:
    """Launch what the command line names, and print nothing."""
    parser = argparse.ArgumentParser(prog="python -m bench.gpu.launch", description="Launch one build's kernel.")
    parser.add_argument("law", choices=sorted({law for law, _ in TRIED}))
    parser.add_argument("precision", choices=PRECISIONS)
    parser.add_argument("paths", type=int, help="a thread")
    parser.add_argument("blocks", type=int, help="of a multiprocessor at once")
    parser.add_argument("--host", action="store_true", help="by g++, on the processor")
    chosen = parser.parse_args()
    bench = on_host() if chosen.host else on_gpus()
    program = program_of(bench.backend, chosen.law, chosen.precision, bench.n_steps)
    kernel_call(bench, rebuilt(program, shaped(program.model.settings, (chosen.paths, chosen.blocks))))()


if __name__ == "__main__":
    main()
