#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast the window answers a person who reviews faces by keys alone, without and with a training beside
it that keeps every processor busy.

    review-speed.py BUILD [--frames N] [--seed N]

BUILD is a build folder. A demo project with a model that has proposed; every face gets an expression, two
action units, a point and Enter, which is checked in the project afterwards. Two times are told:

    key     from waking up to the end of what the main loop does with a key, by libpauses.so; goal 4 ms
    face    from just before Enter is pressed to the last change of the picture, which is the next face as
            it stays, read from the screen's memory; goals 17 ms in the middle and 50 ms at 99 %

The window and this script run as they are started; the training is started by the window (Ctrl+R), with
the priority that the window gives it. Needs Xvfb, libX11 and libXtst.
"""

import argparse
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

from mien_window import Desk

START_SECONDS = 30
QUIET = 0.08
UNITS = 'qwertyasdfgh'
# The middle of the picture in a window of 1440 x 900, between the labels that lie over it.
PICTURE = (400, 160, 420, 400, 25)


class Failure(Exception):
    pass


def share(values, part):
    return sorted(values)[min(int(len(values) * part), len(values) - 1)]


class Reviewer:
    def __init__(self, desk, project, seed):
        self.desk = desk
        self.random = random.Random(seed)
        self.errors = open(os.path.join(desk.scratch, 'window.log'), 'w+', encoding='utf-8')
        self.window = desk.window(project, stderr=self.errors, environment={
            'LD_PRELOAD': os.path.join(desk.build, 'tests', 'soak', 'libpauses.so'),
            'MIEN_CTL': os.path.join(desk.build, 'jobs', 'mienctl')})

    def picture(self):
        return self.desk.pixels.rows(*PICTURE)

    def settle(self, since, limit=5.0):
        """When the picture changed first and last since then, once it rests; None: it did not."""
        before = self.last_picture
        first = last = None
        now = since
        while now - (last or since) < (QUIET if last else limit):
            time.sleep(0.0005)
            picture = self.picture()
            now = time.monotonic()
            if picture != before:
                before = picture
                first = first or now
                last = now
        self.last_picture = before
        return first, last

    def wait_for_face(self):
        """The window is there when its picture has rested for long and has more than one colour."""
        end = time.monotonic() + START_SECONDS
        while True:
            self.last_picture = self.picture()
            time.sleep(1.0)
            if self.picture() == self.last_picture and len(set(self.last_picture[::4])) > 20:
                return
            if time.monotonic() > end or self.window.poll() is not None:
                raise Failure('the window shows no face')

    def press(self, key):
        self.desk.keyboard.press(key)
        time.sleep(self.random.uniform(0.008, 0.03))

    def face(self):
        """All three answers, and Enter; the times of the next face's first and last pixel."""
        self.press(str(self.random.randint(1, 8)))
        for unit in self.random.sample(UNITS, 2):
            self.press(unit)
        if self.random.random() < 0.5:
            self.press('v')
        for _ in range(self.random.randint(1, 3)):
            self.press(self.random.choice(('Left', 'Right', 'Up', 'Down')))
        # Anywhere between two frames of the display.
        time.sleep(self.random.uniform(0.03, 0.05))
        begin = time.monotonic()
        self.desk.keyboard.press('Return')
        first, last = self.settle(begin)
        if first is None:
            raise Failure('Enter brought no other face')
        return (first - begin) * 1000, (last - begin) * 1000

    def review(self, count):
        times = [self.face() for _ in range(count)]
        return [first for first, _ in times], [last for _, last in times]

    def pauses(self):
        """What libpauses.so counted since it was last asked: (n, 50 %, 95 %, 99 %, 99.9 %, longest)."""
        self.errors.flush()
        begin = self.errors.seek(0, os.SEEK_END)
        self.window.send_signal(signal.SIGUSR1)
        end = time.monotonic() + 5
        while time.monotonic() < end:
            self.errors.seek(begin)
            found = re.search(r'^keys: (\d+) keys, .*\n', self.errors.read(), re.MULTILINE)
            if found:
                return [float(x) for x in re.findall(r'([\d.]+) (?:keys|ms)', found.group(0))]
            time.sleep(0.05)
        raise Failure('libpauses.so does not answer')

    def stop(self):
        self.desk.keyboard.press('ctrl+q')
        try:
            self.window.wait(60)
        finally:
            if self.window.poll() is None:
                self.window.kill()
            self.errors.close()


def engine_seconds(desk):
    """Processor seconds that the engines which run on this desk have used so far."""
    total = 0.0
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open(f'/proc/{pid}/comm', encoding='utf-8', errors='replace') as f:
                name = f.read().strip()
            with open(f'/proc/{pid}/environ', 'rb') as f:
                ours = os.fsencode(desk.scratch) in f.read()
            if name == 'mien-engine' and ours:
                with open(f'/proc/{pid}/stat', encoding='utf-8') as f:
                    fields = f.read().rsplit(') ', 1)[1].split()
                total += (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')
        except OSError:
            continue
    return total


def row(name, times):
    print(f'{name:<32} {len(times):5}  {share(times, 0.5):7.1f}  {share(times, 0.99):7.1f}  {max(times):7.1f}')


def measure(desk, reviewer, name, frames):
    reviewer.pauses()
    begun, used = time.monotonic(), engine_seconds(desk)
    first, last = reviewer.review(frames)
    keys = reviewer.pauses()
    engine = (engine_seconds(desk) - used) / (time.monotonic() - begun)
    print(f'{name + ", key":<32} {keys[0]:5.0f}  {keys[1]:7.1f}  {keys[3]:7.1f}  {keys[5]:7.1f}')
    row(name + ', first pixel', first)
    row(name + ', face', last)
    print(f'{name + ", processors of the engine":<32} {engine:5.2f}', flush=True)
    return keys, last, engine


def check_labels(project, frames):
    """Every batch of a person: an expression, a point, two units or more."""
    db = sqlite3.connect(f'file:{project}?mode=ro', uri=True)
    rows = db.execute('SELECT count (*) FILTER (WHERE item = 1), count (*) FILTER (WHERE item = 0),'
                      ' count (*) FILTER (WHERE item > 1) FROM event WHERE annotator IS NOT NULL'
                      ' GROUP BY batch').fetchall()
    db.close()
    good = sum(1 for expression, point, units in rows if expression and point and units >= 2)
    if good != frames:
        raise Failure(f'{frames} faces were reviewed, {good} of {len(rows)} decisions have all three answers')
    print(f'{good} decisions in the project, all with the three answers')


def run(desk, options):
    project = os.path.join(desk.scratch, 'Speed.mien')
    desk.reviewable(project, max(480, 3 * options.frames))
    reviewer = Reviewer(desk, project, options.seed)
    try:
        reviewer.wait_for_face()
        print(f'{"":<32} {"n":>5}  {"50 % ms":>7}  {"99 % ms":>7}  {"max ms":>7}')
        alone = measure(desk, reviewer, 'alone', options.frames)
        desk.keyboard.press('ctrl+r')
        end = time.monotonic() + 60
        while engine_seconds(desk) < 2.0:
            if time.monotonic() > end:
                raise Failure('Ctrl+R started no training')
            time.sleep(0.1)
        trained = measure(desk, reviewer, 'with training', options.frames)
        if trained[2] < 0.1:
            raise Failure('the training did not run all the while')
    finally:
        reviewer.stop()
    check_labels(project, 2 * options.frames)
    for name, (keys, faces, _) in (('alone', alone), ('with training', trained)):
        met = keys[5] < 4.0 and share(faces, 0.5) <= 17.0 and share(faces, 0.99) <= 50.0
        print(f'{name}: goals {"met" if met else "MISSED"}')


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n', maxsplit=1)[0])
    parser.add_argument('build')
    parser.add_argument('--frames', type=int, default=300)
    parser.add_argument('--seed', type=int, default=1)
    options = parser.parse_args()
    scratch = tempfile.mkdtemp(prefix='mien-speed-')
    desk = Desk(options.build, scratch)
    try:
        run(desk, options)
    except (Failure, subprocess.CalledProcessError) as failure:
        print(f'review-speed.py: {failure}; everything is kept in {scratch}', file=sys.stderr)
        sys.exit(1)
    finally:
        desk.stop()
    shutil.rmtree(scratch)


if __name__ == '__main__':
    main()
