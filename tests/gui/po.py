#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The translations are whole: nothing untranslated, nothing fuzzy, nothing that the sources no longer say,
and no file with something to translate is left out of po/POTFILES.in.

    po.py ROOT
"""

import os
import re
import subprocess
import sys
import tempfile

CALL = re.compile(r'\b(?:_|N_|ngettext|gettext|C_)\s?\(\s*"')
MARK = 'translatable="yes"'
KEYWORDS = ('--keyword=_', '--keyword=N_', '--keyword=ngettext:1,2')


def files_to_translate(root):
    found = set()
    for folder in ('db', 'charts', 'gui'):
        for name in sorted(os.listdir(os.path.join(root, folder))):
            path = f'{folder}/{name}'
            if not name.endswith(('.c', '.h', '.ui')):
                continue
            with open(os.path.join(root, path), encoding='utf-8') as f:
                text = f.read()
            if MARK in text if name.endswith('.ui') else CALL.search(text):
                found.add(path)
    return found


def listed_files(root):
    with open(os.path.join(root, 'po/POTFILES.in'), encoding='utf-8') as f:
        return [line.strip() for line in f if line.strip() and not line.startswith('#')]


def statistics(path):
    run = subprocess.run(['msgfmt', '--check', '--statistics', '-o', os.devnull, path],
                         capture_output=True, text=True, env={**os.environ, 'LC_ALL': 'C'})
    return run.returncode, run.stderr.strip()


def main():
    root = sys.argv[1]
    with open(os.path.join(root, 'po/LINGUAS'), encoding='utf-8') as f:
        languages = [line.strip() for line in f if line.strip() and not line.startswith('#')]
    listed = listed_files(root)
    failed = False
    number = 0

    def say(ok, title, *details):
        nonlocal failed, number
        number += 1
        failed |= not ok
        print(f'{"ok" if ok else "not ok"} {number} - {title}')
        for detail in details if not ok else ():
            print('#', detail)

    print(f'1..{2 + 2 * len(languages)}')
    missing = sorted(files_to_translate(root) - set(listed))
    say(not missing, 'POTFILES.in names every file with something to translate', *missing)
    gone = [path for path in listed if not os.path.exists(os.path.join(root, path))]
    say(not gone, 'POTFILES.in names no file that is gone', *gone)

    with tempfile.TemporaryDirectory() as folder:
        pot = os.path.join(folder, 'mien.pot')
        subprocess.run(['xgettext', '--from-code=UTF-8', *KEYWORDS, '-o', pot,
                        *[path for path in listed if path not in gone]], cwd=root, check=True)
        for language in languages:
            po = os.path.join(root, f'po/{language}.po')
            code, text = statistics(po)
            say(code == 0 and 'untranslated' not in text and 'fuzzy' not in text,
                f'{language}.po is well formed and complete', text)

            # What the sources say today, with the translations there are: none may be lacking.
            merged = os.path.join(folder, f'{language}.po')
            subprocess.run(['msgmerge', '--quiet', '--no-fuzzy-matching', '-o', merged, po, pot],
                           check=True)
            code, text = statistics(merged)
            say(code == 0 and 'untranslated' not in text and 'fuzzy' not in text,
                f'{language}.po has everything that the sources say', text,
                f'run xgettext and msgmerge, and translate what is new in po/{language}.po')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
