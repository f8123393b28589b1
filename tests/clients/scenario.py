"""Shared by the scripts for Python's `websockets`: a runner for the scenarios."""

import asyncio
import sys
import traceback

# Timeout in seconds, which ends a script that hangs.
PATIENCE = 60


def run(scenarios):
    """Runs all scenarios against the server named on the command line; the last line is the number that passed."""
    host = sys.argv[1]
    passed = 0
    for scenario in scenarios:
        name = scenario.__name__.replace("_", " ")
        try:
            asyncio.run(asyncio.wait_for(scenario(host), PATIENCE))
        except Exception:
            print(f"FAILED: {name}: {traceback.format_exc()}")
        else:
            passed += 1
            print(f"ok: {name}")
    print(f"{passed} of {len(scenarios)} passed")
    sys.exit(0 if passed == len(scenarios) else 1)
