#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each rule of style.py must find what it is for in a planted file, and nothing in a good one."""

import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
import style  # noqa: E402

HEAD = '/* ' + style.LICENSE + ' */\n'
GOOD = HEAD + '#include "mien-store.h"\n\nint\nmain (void)\n{\n  return 0;\n}\n'
# The words are put together here so that this file passes what it tests.
UNDONE = 'TO' + 'DO'

# title, rule, file, its text, how many findings
CASES = (
    ('a file without licence', style.check_license, 'db/a.c', 'int a;\n', 1),
    ('a licence too late', style.check_license, 'db/a.h', '\n' + HEAD, 1),
    ('1,201 lines', style.check_length, 'gui/a.c', HEAD + '\n' * 1200, 1),
    ('1,200 lines', style.check_length, 'gui/a.c', HEAD + '\n' * 1199, 0),
    ('a header of 201 lines', style.check_length, 'gui/a.h', HEAD + '\n' * 200, 1),
    ('a private header of 300 lines', style.check_length, 'gui/a-private.h', HEAD + '\n' * 299, 0),
    ('a private header of 301 lines', style.check_length, 'gui/a-private.h', HEAD + '\n' * 300, 1),
    ('something left to do', style.check_markers, 'jobs/a.c', HEAD + f'/* {UNDONE}: this */\n', 1),
    ('a word that only begins like it', style.check_markers, 'jobs/a.c', HEAD + f'int {UNDONE}S;\n', 0),
    ('a tab', style.check_white_space, 'db/a.c', HEAD + 'int\ta;\n', 1),
    ('a carriage return', style.check_white_space, 'db/a.c', HEAD + 'int a;\r\n', 1),
    ('a blank at the end', style.check_white_space, 'db/a.c', HEAD + 'int a; \n', 1),
    ('no newline at the end', style.check_white_space, 'db/a.c', HEAD + 'int a;', 1),
    ('db with GTK', style.check_layers, 'db/a.c', '#include <gtk/gtk.h>\n', 1),
    ('db with BLAS', style.check_layers, 'db/a.c', '#include <cblas.h>\n', 1),
    ('db with SQLite', style.check_layers, 'db/a.c', '#include <sqlite3.h>\n', 0),
    ('db with the model', style.check_layers, 'db/a.c', '#include "mien-network.h"\n', 1),
    ('model with GLib', style.check_layers, 'model/a.c', '#include <glib.h>\n', 1),
    ('model with SQLite', style.check_layers, 'model/a.c', '#  include <sqlite3.h>\n', 1),
    ('model with BLAS', style.check_layers, 'model/a.c', '#include <cblas.h>\n', 1),
    ('model with the store', style.check_layers, 'model/a.c', '#include "mien-store.h"\n', 1),
    ('importers with safetensors', style.check_layers, 'importers/a.c',
     '#include "mien-safetensors.h"\n', 0),
    ('importers with the network', style.check_layers, 'importers/a.c', '#include "mien-network.h"\n', 1),
    ('importers with SQLite', style.check_layers, 'importers/a.c', '#include <sqlite3.h>\n', 1),
    ('the demo with importers', style.check_layers, 'data/a.c', '#include "mien-image.h"\n', 1),
    ('jobs with what they may', style.check_layers, 'jobs/a.c',
     '#include "mien-image.h"\n#include "mien-store.h"\n#include "mien-pack.h"\n', 0),
    ('jobs with the network', style.check_layers, 'jobs/a.c', '#include "mien-network.h"\n', 1),
    ('jobs with the window', style.check_layers, 'jobs/a.c', '#include "mien-window.h"\n', 1),
    ('gui with the store', style.check_layers, 'gui/a.c', '#include "mien-store.h"\n', 0),
    ('gui with jobs', style.check_layers, 'gui/a.c', '#include "mien-job-list.h"\n', 1),
    ('gui by a path', style.check_layers, 'gui/a.c', '#include "../model/mien-pack.h"\n', 1),
    ('gui with SQLite', style.check_layers, 'gui/a.h', '#include <sqlite3.h>\n', 1),
    ("somebody else's private header", style.check_layers, 'jobs/a.c',
     '#include "mien-store-private.h"\n', 1),
    ('two headers of one name', style.check_layers, 'gui/mien-store.h', HEAD, 1),
    ('a test looks anywhere', style.check_layers, 'tests/db/a.c',
     '#include <sqlite3.h>\n#include "mien-store-private.h"\n', 0),
)

HEADERS = ('db/mien-store.h', 'db/mien-store-private.h', 'model/mien-network.h', 'model/mien-pack.h',
           'model/mien-safetensors.h', 'importers/mien-image.h', 'jobs/mien-job-list.h',
           'gui/mien-window.h')


def plant(root, files):
    for path, text in files.items():
        os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
        with open(os.path.join(root, path), 'w', encoding='utf-8', newline='') as f:
            f.write(text)


def findings_in(rule, files):
    with tempfile.TemporaryDirectory() as root:
        plant(root, files)
        return rule(style.read_sources(root))


def format_findings(here, text):
    with tempfile.TemporaryDirectory() as root:
        plant(root, {'db/a.c': text})
        shutil.copy(os.path.join(here, '..', '..', '.clang-format'), root)
        return style.check_format(root, style.read_sources(root))


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    headers = {path: HEAD for path in HEADERS}
    results = []
    for title, rule, path, text, expected in CASES:
        found = findings_in(rule, {**headers, path: text})
        results.append((title, len(found) == expected, f'{expected} expected, found {found}'))
    for _, rule in style.RULES:
        found = findings_in(rule, {**headers, 'gui/good.c': GOOD})
        results.append((f'{rule.__name__} finds nothing in a good file', not found, f'found {found}'))

    if style.clang_format():
        bad = format_findings(here, GOOD.replace('main (', 'main('))
        good = format_findings(here, GOOD)
        results.append(('a badly formatted file', len(bad) == 1, f'found {bad}'))
        results.append(('a well formatted file', not good, f'found {good}'))

    skipped = [] if style.clang_format() else ['format: no clang-format 14: apt-get install clang-format-14']
    print(f'1..{len(results) + len(skipped)}')
    for number, (title, passed, why) in enumerate(results, 1):
        print(f'{"ok" if passed else "not ok"} {number} - {title}')
        if not passed:
            print('#', why)
    for number, why in enumerate(skipped, len(results) + 1):
        print(f'ok {number} - {why.split(":")[0]} # SKIP {why.split(":", 1)[1].strip()}')
    return 0 if all(passed for _, passed, _ in results) else 1


if __name__ == '__main__':
    sys.exit(main())
