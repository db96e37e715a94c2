#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 of the window while somebody answers faces in it, many times: no decision that had reached the
project is lost, the project is sound, and the window opens again at the place where it was: at the face that
was on screen, if that had a second to be noted, and never at one that was finished before.

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
# Longer than the window waits before it notes its place.
REST_SECONDS = 1.5
# The middle of the picture in a window of 1440 x 900, between the labels that lie over it.
PICTURE = (400, 160, 420, 400, 25)


def rows(project, sql):
    db = sqlite3.connect(f'file:{project}?mode=ro', uri=True, timeout=5)
    try:
        return set(db.execute(sql))
    finally:
        db.close()


def decisions(project):
    """What people decided, by the id of the event."""
    return rows(project, 'SELECT hex (uuid), frame, kind, value1 FROM event WHERE annotator IS NOT NULL')


def done(project):
    """Frames that a person has finished: nothing is left to ask of them."""
    return {frame for frame, in rows(project, 'SELECT id FROM frame WHERE complete = 7 AND human <> 0')}


class Soak:
    def __init__(self, build, scratch, seed):
        self.random = random.Random(seed)
        self.project = os.path.join(scratch, 'Soak.mien')
        self.desk = Desk(build, scratch)
        self.desk.reviewable(self.project, 2400)
        self.place = None
        self.places = 0

    def picture(self):
        return self.desk.pixels.rows(*PICTURE)

    def rest(self):
        """The picture, once it has not changed for long enough to be noted as the place."""
        picture, since = self.picture(), time.monotonic()
        while time.monotonic() - since < REST_SECONDS:
            time.sleep(0.05)
            if self.picture() != picture:
                picture, since = self.picture(), time.monotonic()
        return picture

    def wait_for_place(self, window):
        end = time.monotonic() + START_SECONDS
        while self.picture() != self.place:
            if time.monotonic() > end or window.poll() is not None:
                raise SystemExit('kill-window.py: the window did not come back to its place')
            time.sleep(0.05)
        self.places += 1

    def answer(self):
        self.desk.keyboard.press(str(self.random.randint(1, 8)))
        self.desk.keyboard.press('Return')

    def round(self):
        before = decisions(self.project)
        finished = done(self.project)
        window = self.desk.window(self.project, environment={'GSETTINGS_BACKEND': 'keyfile'})
        try:
            if self.place is not None:
                self.wait_for_place(window)
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
            rested = self.random.random() < 0.5
            self.place = self.rest() if rested else None
            reached = decisions(self.project)
        finally:
            window.kill()
            window.wait()
        after = decisions(self.project)
        if not reached <= after:
            raise SystemExit(f'kill-window.py: lost {len(reached - after)} decisions')
        again = finished & {frame for _, frame, _, _ in after - before}
        if again:
            raise SystemExit(f'kill-window.py: {len(again)} faces were asked again that were finished')
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
    print(f'window: {options.rounds} rounds, {total} decisions seen before the kills, all there after them; '
          f'{soak.places} times the face that had been on screen was there again')


if __name__ == '__main__':
    main()
