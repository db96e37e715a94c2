#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the sources against the house rules, one TAP test a rule.

    style.py ROOT

Each rule is a function from sources to findings ("file:line: what is wrong"), so that test-style.py can
show on planted files that it fails when it should.
"""

import os
import re
import shutil
import subprocess
import sys

FOLDERS = ('model', 'db', 'importers', 'data', 'charts', 'jobs', 'gui')

# Who may include whose headers; DESIGN.md draws it. A name is a folder, folder/file one header.
MAY_INCLUDE = {
    'model': (),
    'db': (),
    'importers': ('db', 'model/mien-safetensors.h'),
    'data': ('db',),
    'charts': (),
    'jobs': ('importers', 'db', 'data', 'charts', 'model/mien-safetensors.h', 'model/mien-pack.h',
             'model/mien-metrics.h', 'model/mien-audit.h', 'model/mien-coverage.h', 'model/mien-train-settings.h',
             'model/mien-postprocess.h', 'model/mien-resample.h', 'model/mien-agreement.h', 'model/mien-contrast.h',
             'model/mien-gates.h', 'model/mien-learning-curve.h', 'model/mien-acceptance.h'),
    # The reader thread of the window decodes the faces it shows; everything else of importers/ is mienctl's.
    'gui': ('db', 'charts', 'importers/mien-image.h'),
}

# What each folder must not see of the system, by the beginning of the header's name.
GTK = ('gtk/', 'gdk/', 'gsk/', 'adwaita.h', 'gtk.h')
GLIB = ('glib', 'gio/', 'gobject/', 'gmodule', 'json-glib/')
SQL = ('sqlite3',)
BLAS = ('cblas', 'openblas', 'lapack')
MAY_NOT_INCLUDE = {
    'model': GTK + GLIB + BLAS + SQL,
    'db': GTK + BLAS,
    'importers': GTK + BLAS + SQL,
    'data': GTK + BLAS + SQL,
    'charts': GTK + BLAS + SQL,
    'jobs': GTK + BLAS + SQL,
    'gui': BLAS + SQL,
}

LICENSE = 'SPDX-License-Identifier: GPL-3.0-or-later'
MAX_LINES = {'.c': 1200, '.h': 200}
# A private header serves several files of one folder and may hold more.
MAX_PRIVATE_LINES = 300
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')
MARKER = re.compile(r'\b(TODO|FIXME|XXX)\b')


class Source:
    def __init__(self, root, path):
        self.path = path
        self.folder = path.split('/')[0]
        self.name = os.path.basename(path)
        with open(os.path.join(root, path), encoding='utf-8', newline='') as f:
            self.text = f.read()
        self.lines = self.text.split('\n')

    def includes(self):
        for number, line in enumerate(self.lines, 1):
            match = INCLUDE.match(line)
            if match:
                yield number, match.group(1)


def read_sources(root):
    paths = []
    for top in FOLDERS + ('tests',):
        for folder, folders, names in os.walk(os.path.join(root, top)):
            folders.sort()
            paths += [os.path.relpath(os.path.join(folder, name), root)
                      for name in sorted(names) if name.endswith(('.c', '.h'))]
    return [Source(root, path) for path in paths]


def check_license(sources):
    return [f'{s.path}:1: the first line does not say {LICENSE}'
            for s in sources if LICENSE not in s.lines[0]]


def check_length(sources):
    findings = []
    for s in sources:
        limit = MAX_LINES[os.path.splitext(s.name)[1]]
        if s.name.endswith('-private.h'):
            limit = MAX_PRIVATE_LINES
        count = s.text.count('\n')
        if count > limit:
            findings.append(f'{s.path}:{count}: more than {limit} lines: split it by role')
    return findings


def check_markers(sources):
    return [f'{s.path}:{number}: {MARKER.search(line).group(1)} without an issue: do it or open one'
            for s in sources for number, line in enumerate(s.lines, 1) if MARKER.search(line)]


def check_white_space(sources):
    findings = []
    for s in sources:
        for number, line in enumerate(s.lines, 1):
            if '\t' in line or '\r' in line:
                findings.append(f'{s.path}:{number}: a tab or carriage return')
            elif line != line.rstrip():
                findings.append(f'{s.path}:{number}: white space at the end of the line')
        if s.text and not s.text.endswith('\n'):
            findings.append(f'{s.path}:{len(s.lines)}: no newline at the end of the file')
    return findings


def check_layers(sources):
    """Tests may look into everything; the product leans one way."""
    owners = {}
    for s in sources:
        if s.name.endswith('.h') and s.folder in FOLDERS:
            owners.setdefault(s.name, []).append(s.folder)

    findings = [f'{folders[0]}/{name}:1: {folders[1]}/ has a header of the same name: rename one'
                for name, folders in sorted(owners.items()) if len(folders) > 1]
    for s in sources:
        if s.folder not in FOLDERS:
            continue
        for number, included in s.includes():
            name = os.path.basename(included)
            owner = owners.get(name, [None])[0]
            where = f'{s.path}:{number}: {s.folder}/ must not include '
            if included.startswith(MAY_NOT_INCLUDE[s.folder]):
                findings.append(where + included)
            elif owner is None or owner == s.folder:
                continue
            elif name.endswith('-private.h'):
                findings.append(where + f'{name}, which is private to {owner}/')
            elif owner not in MAY_INCLUDE[s.folder] and f'{owner}/{name}' not in MAY_INCLUDE[s.folder]:
                findings.append(where + f'{name} of {owner}/')
    return findings


def clang_format():
    """clang-format 14, whose habits .clang-format is written for, or None."""
    for name in ('clang-format-14', 'clang-format'):
        path = shutil.which(name)
        if path:
            version = subprocess.run([path, '--version'], capture_output=True, text=True).stdout
            if re.search(r'version 14\.', version):
                return path
    return None


def check_format(root, sources):
    """Only .c: a header keeps its prototypes in aligned columns, which clang-format cannot do."""
    paths = [s.path for s in sources if s.name.endswith('.c')]
    if not paths:
        return []
    run = subprocess.run([clang_format(), '--dry-run', '--style=file', *paths], cwd=root,
                         capture_output=True, text=True)
    places = {}
    for line in run.stderr.splitlines():
        match = re.match(r'^(\S+):(\d+):\d+: ', line)
        if match:
            places.setdefault(match.group(1), []).append(match.group(2))
    findings = [f'{path}:{lines[0]}: {len(lines)} places: run clang-format -i {path}'
                for path, lines in places.items()]
    if run.returncode != 0 and not findings:
        findings = [run.stderr.strip()]
    return findings


RULES = (
    ('every file names its licence', check_license),
    ('no file is too long', check_length),
    ('nothing is left to do', check_markers),
    ('white space', check_white_space),
    ('folders include only what they may', check_layers),
)


def main():
    root = sys.argv[1]
    sources = read_sources(root)
    print(f'1..{len(RULES) + 2}')
    print(('ok' if len(sources) >= 10 else 'not ok') + f' 1 - found the sources: {len(sources)} files')
    failed = len(sources) < 10
    number = 2
    for title, rule in RULES:
        findings = rule(sources)
        print(f'{"not ok" if findings else "ok"} {number} - {title}')
        for finding in findings:
            print('#', finding)
        failed |= bool(findings)
        number += 1

    if clang_format() is None:
        print(f'ok {number} - format # SKIP no clang-format 14: apt-get install clang-format-14')
    else:
        findings = check_format(root, sources)
        print(f'{"not ok" if findings else "ok"} {number} - format')
        for finding in findings:
            print('#', finding)
        failed |= bool(findings)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
