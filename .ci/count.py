#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""count.py TESTLOG.JSON STATUS: what meson's log of a test run says, in one last line.

A program that speaks TAP counts once a case, any other once. A program that ends badly counts as
failed even if each of its cases passed. STATUS is meson's: a run that did not happen has failed.
"""

import json
import re
import sys

CASE = re.compile(r'^\s*(not )?ok\b(?:\s+\d+)?(?:\s+-)?(.*)$')
SKIP = re.compile(r'#\s*skip\S*\s*(.*)$', re.IGNORECASE)


def count_test(test):
    """(passed, [what failed], [what was skipped and why]) of one program."""
    name, result = test['name'], test['result']
    passed, failed, skipped = 0, [], []
    output = test.get('stdout') or ''
    for line in output.splitlines():
        match = CASE.match(line)
        if not match:
            continue
        skip = SKIP.search(match.group(2))
        if match.group(1) and not re.search(r'#\s*todo', line, re.IGNORECASE):
            failed.append(f'{name}: {match.group(2).strip()}')
        elif skip:
            title = SKIP.sub('', match.group(2)).strip()
            skipped.append(f'{name}: {title}: {skip.group(1) or "no reason given"}')
        else:
            passed += 1

    if result == 'SKIP':
        reason = next((line for line in output.splitlines() if 'skip' in line.lower()), '').strip()
        if not skipped:
            skipped = [f'{name}: {reason or "no reason given"}']
    elif result in ('OK', 'EXPECTEDFAIL'):
        if passed + len(failed) + len(skipped) == 0:
            passed = 1
    elif not failed:
        failed = [f'{name}: {result.lower()}']
    return passed, failed, skipped


def main():
    passed, failed, skipped, seen = 0, [], [], 0
    try:
        with open(sys.argv[1], encoding='utf-8') as f:
            for line in f:
                one, two, three = count_test(json.loads(line))
                passed, seen = passed + one, seen + 1
                failed += two
                skipped += three
    except OSError as error:
        failed.append(f'no log of the tests: {error}')
    if not failed and (seen == 0 or sys.argv[2] != '0'):
        failed.append(f'meson ended with status {sys.argv[2]} after {seen} programs')

    for title, reasons in (('SKIPPED', skipped), ('FAILED', failed)):
        if reasons:
            print(f'\n{title}, {len(reasons)} in all:')
            for reason in reasons:
                print(f'  {reason}')
    print(f'\n{passed} passed, {len(failed)} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
