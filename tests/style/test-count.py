#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The last line of ./check must not flatter: what .ci/count.py makes of logs that were written by hand."""

import json
import os
import subprocess
import sys
import tempfile

COUNT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', '.ci', 'count.py')

PASSED = {'name': 'a', 'result': 'OK', 'stdout': '1..2\nok 1 one\nok 2 two\n# not ok: only said\n'}
PARTLY = {'name': 'b', 'result': 'OK', 'stdout': '1..2\nok 1 one\nok 2 - two # SKIP no data\n'}
FAILED = {'name': 'c', 'result': 'FAIL', 'stdout': '1..2\nok 1 one\nnot ok 2 two\n'}
CRASHED = {'name': 'd', 'result': 'ERROR', 'stdout': '1..9\nok 1 one\n'}
SLOW = {'name': 'e', 'result': 'TIMEOUT'}
PLAIN = {'name': 'f', 'result': 'OK', 'stdout': ''}
ABSENT = {'name': 'g', 'result': 'SKIP', 'stdout': 'SKIP: no tool here\n'}

# title, log, meson's status, last line, exit status
CASES = (
    ('all passed', (PASSED, PLAIN), 0, '3 passed, 0 failed', 0),
    ('a case was skipped', (PASSED, PARTLY), 0, '3 passed, 0 failed', 0),
    ('a program was skipped', (PASSED, ABSENT), 0, '2 passed, 0 failed', 0),
    ('a case failed', (PASSED, FAILED), 1, '3 passed, 1 failed', 1),
    ('a program crashed between its cases', (CRASHED,), 1, '1 passed, 1 failed', 1),
    ('a program hung', (PLAIN, SLOW), 1, '1 passed, 1 failed', 1),
    ('meson failed for a reason of its own', (PASSED,), 2, '2 passed, 1 failed', 1),
    ('nothing ran', (), 0, '0 passed, 1 failed', 1),
    ('no log', None, 0, '0 passed, 1 failed', 1),
)


def count(log, status):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'testlog.json')
        if log is not None:
            with open(path, 'w', encoding='utf-8') as f:
                f.writelines(json.dumps(test) + '\n' for test in log)
        return subprocess.run([sys.executable, COUNT, path, str(status)], capture_output=True, text=True)


def main():
    failed = False
    print(f'1..{len(CASES) + 1}')
    for number, (title, log, status, last, code) in enumerate(CASES, 1):
        run = count(log, status)
        line = run.stdout.splitlines()[-1] if run.stdout else run.stderr
        good = line == last and run.returncode == code
        failed |= not good
        print(f'{"ok" if good else "not ok"} {number} - {title}')
        if not good:
            print(f'# expected "{last}" and {code}, got "{line}" and {run.returncode}')

    named = 'g: SKIP: no tool here' in count((PASSED, ABSENT), 0).stdout
    failed |= not named
    print(f'{"ok" if named else "not ok"} {len(CASES) + 1} - the reason of a skip is printed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
