# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of mienctl share: TAP, and mienctl as a person runs it.

The first argument of each test is the program. Every command runs in a scratch folder of its own with a
cache of its own, and what it leaves behind is looked at through Python's sqlite3, never through Mien.
"""

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import traceback


class Tap:
    def __init__(self):
        self.count = 0
        self.failed = 0

    def ok(self, condition, name, found=None):
        """One test. found is said when it fails."""
        self.count += 1
        print(f"{'ok' if condition else 'not ok'} {self.count} - {name}", flush=True)
        if not condition:
            self.failed += 1
            for line in str(found).splitlines()[:20]:
                print(f'# {line}', flush=True)
        return condition

    def equal(self, found, wanted, name):
        return self.ok(found == wanted, name, f'found  {found!r}\nwanted {wanted!r}')

    def skip(self, name, reason):
        self.count += 1
        print(f'ok {self.count} - {name} # SKIP {reason}', flush=True)


class Result:
    def __init__(self, process):
        self.code = process.returncode
        self.out = process.stdout
        self.err = process.stderr

    @property
    def lines(self):
        return self.err.splitlines()

    def __str__(self):
        return f'exit {self.code}\nout: {self.out[:1000]}\nerr: {self.err[:2000]}'


class Mienctl:
    def __init__(self, program, scratch, shared):
        self.program = program
        self.scratch = scratch
        self.shared = shared
        self.environment = dict(os.environ, XDG_CACHE_HOME=os.path.join(scratch, 'cache'))

    def path(self, *names):
        return os.path.join(self.scratch, *names)

    def start(self, *arguments, **options):
        return subprocess.Popen([self.program, *arguments], text=True, encoding='utf-8',
                                env=self.environment, cwd=self.scratch, **options)

    def run(self, *arguments, **options):
        options.setdefault('stdout', subprocess.PIPE)
        options.setdefault('timeout', 120)
        return Result(subprocess.run([self.program, *arguments], stderr=subprocess.PIPE,
                                     text=True, encoding='utf-8', errors='surrogateescape',
                                     env=options.pop('env', self.environment),
                                     cwd=self.scratch, **options))

    def json(self, *arguments):
        """The parsed output of a command that must succeed."""
        result = self.run(*arguments, '--json')
        if result.code != 0:
            raise AssertionError(f'{arguments}: {result}')
        return json.loads(result.out, parse_constant=refuse_constant)

    def demo(self, name, frames=120):
        """A demo project under that name, drawn once a run and copied from then on."""
        drawn = os.path.join(self.shared, f'{frames}.mien')
        if not os.path.exists(drawn):
            self.must('demo', drawn, '--frames', str(frames))
        return shutil.copyfile(drawn, self.path(name))

    def must(self, *arguments):
        result = self.run(*arguments)
        if result.code != 0:
            raise AssertionError(f'{arguments}: {result}')
        return result

    def fails(self, tap, name, *arguments, code=1, says=(), warnings=False, **options):
        """One line that says it all, nothing on standard output, and the exit status."""
        result = self.run(*arguments, **options)
        lines = result.lines
        good = (result.code == code and not result.out and lines
                and (warnings or len(lines) == 1) and lines[-1].startswith('mienctl: ')
                and all(word in lines[-1] for word in says)
                and all(line.startswith('mienctl: warning: ') for line in lines[:-1]))
        tap.ok(good, name, result)
        return result


def refuse_constant(name):
    raise ValueError(f'{name} is not JSON')


def look_into(path):
    """A closed project is looked at without a trace; one that was not closed has a log to be read too."""
    how = 'mode=ro' if os.path.exists(path + '-wal') else 'immutable=1'
    return contextlib.closing(sqlite3.connect(f'file:{path}?{how}', uri=True))


def dump(path):
    """All that is in a project, line by line, without who runs a job in it."""
    with look_into(path) as db:
        return [line for line in db.iterdump() if not line.startswith('INSERT INTO "job"')]


def query(path, sql, *arguments):
    with look_into(path) as db:
        return db.execute(sql, arguments).fetchall()


def use_memory():
    """Checkpoints are synced to the disk: where there is room in memory, that costs nothing."""
    try:
        room = os.statvfs('/dev/shm')
    except OSError:
        return
    if room.f_bavail * room.f_frsize > 2 << 30 and os.access('/dev/shm', os.W_OK):
        tempfile.tempdir = '/dev/shm'


def main(tests):
    """Runs each function with a Tap and a Mienctl in a scratch folder; a crash of one is its failure."""
    tap = Tap()
    with tempfile.TemporaryDirectory(prefix='mien-test-') as shared:
        for test in tests:
            scratch = tempfile.mkdtemp(prefix='mien-test-')
            try:
                test(tap, Mienctl(os.path.realpath(sys.argv[1]), scratch, shared))
            except Exception:
                tap.ok(False, f'{test.__name__} runs to its end', traceback.format_exc())
            finally:
                shutil.rmtree(scratch, ignore_errors=True)
    print(f'1..{tap.count}')
    sys.exit(1 if tap.failed else 0)
