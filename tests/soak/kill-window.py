#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 of the window while somebody answers faces in it, many times: no decision that had reached the
project is lost, the project is sound, and the window opens again.

    kill-window.py BUILD [--rounds N] [--seed N]

BUILD is a build folder with gui/mien and jobs/mienctl. Needs Xvfb, libX11 and libXtst. Keys are pressed
through XTEST; what has been decided is read from the project by a connection of its own. Stops at the first
failure and keeps the project then.
"""

import argparse
import os
import random
import shutil
import sqlite3
import sys
import tempfile
import time

from mien_window import Desk

START_SECONDS = 30


def decisions(project):
    """What people decided, by the id of the event."""
    db = sqlite3.connect(f'file:{project}?mode=ro', uri=True, timeout=5)
    try:
        return set(db.execute('SELECT hex (uuid), frame, kind, value1 FROM event'
                              ' WHERE annotator IS NOT NULL'))
    finally:
        db.close()


class Soak:
    def __init__(self, build, scratch, seed):
        self.random = random.Random(seed)
        self.project = os.path.join(scratch, 'Soak.mien')
        self.desk = Desk(build, scratch)
        self.desk.mienctl('demo', self.project, '--frames', '480')

    def answer(self):
        self.desk.keyboard.press(str(self.random.randint(1, 8)))
        self.desk.keyboard.press('Return')

    def round(self):
        before = decisions(self.project)
        window = self.desk.window(self.project)
        try:
            end = time.monotonic() + START_SECONDS
            while decisions(self.project) == before:
                if time.monotonic() > end:
                    raise SystemExit('kill-window.py: the window took no answer; is it there?')
                if window.poll() is not None:
                    raise SystemExit('kill-window.py: the window ended by itself')
                self.answer()
                time.sleep(0.1)
            end = time.monotonic() + self.random.uniform(0, 1.5)
            while time.monotonic() < end:
                self.answer()
                time.sleep(self.random.uniform(0, 0.1))
            reached = decisions(self.project)
        finally:
            window.kill()
            window.wait()
        after = decisions(self.project)
        if not reached <= after:
            raise SystemExit(f'kill-window.py: lost {len(reached - after)} decisions')
        self.desk.mienctl('verify', self.project)
        return len(reached - before)


def main():
    parser = argparse.ArgumentParser(description='kill -9 of the window, many times')
    parser.add_argument('build')
    parser.add_argument('--rounds', type=int, default=50)
    parser.add_argument('--seed', type=int, default=1)
    options = parser.parse_args()
    scratch = tempfile.mkdtemp(prefix='mien-soak-')
    soak = Soak(options.build, scratch, options.seed)
    try:
        total = sum(soak.round() for _ in range(options.rounds))
    except BaseException:
        print(f'kill-window.py: the project is kept: {soak.project}', file=sys.stderr)
        raise
    finally:
        soak.desk.stop()
    shutil.rmtree(scratch)
    print(f'window: {options.rounds} rounds, {total} decisions seen before the kills, all there after them')


if __name__ == '__main__':
    main()
