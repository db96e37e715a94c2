#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a window answers in a project of millions of frames, by keys alone and read from the screen's memory.

    browse-speed.py BUILD PROJECT [--rounds N] [--seed N]

BUILD is a build folder, PROJECT what tests/bench/big-project made (nothing is decided in it). Told are, each
from the key to the first and to the last pixel that it changed:

    open      the first face, from the start of the program; the file is read once before
    filter    another expression in the filter of Browse, and none again
    sort      another order
    text      letters typed into the search
    scroll    how long the main loop was busy at a time (libpauses.so) while pages and ends are jumped to
    memory    of the window's process at its end, and at most

Goals: open under 1 s, filter and sort under 300 ms, text under 1.5 s, pauses under 50 ms at 99 % and never
over 150, memory under 400 MB. Needs Xvfb, libX11 and libXtst.
"""

import argparse
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time

from mien_window import Desk

# Of a window of 1440 x 900: the middle of the face in Review; cells of Browse beside its popovers.
FACE = (400, 160, 420, 400, 25)
CELLS = (800, 150, 600, 700, 5)
QUIET = 0.4


class Failure(Exception):
    pass


class Window:
    def __init__(self, desk, project):
        self.desk = desk
        self.errors = open(os.path.join(desk.scratch, 'window.log'), 'w+', encoding='utf-8')
        self.begun = time.monotonic()
        self.process = desk.window(project, stderr=self.errors, environment={
            'LD_PRELOAD': os.path.join(desk.build, 'tests', 'soak', 'libpauses.so')})

    def first_face(self):
        """When something with as many colours as a face was there first."""
        while time.monotonic() - self.begun < 60 and self.process.poll() is None:
            if len(set(self.desk.pixels.rows(*FACE)[::4])) > 20:
                return time.monotonic() - self.begun
            time.sleep(0.001)
        raise Failure('the window shows no face')

    def settle(self, since, before, limit=10.0):
        """When the cells changed first and last since then, once they rest; None: they did not."""
        first = last = None
        now = since
        while now - (last or since) < (QUIET if last else limit):
            time.sleep(0.001)
            cells = self.desk.pixels.rows(*CELLS)
            now = time.monotonic()
            if cells != before:
                before = cells
                first = first or now
                last = now
        return first, last

    def press(self, *keys):
        for key in keys:
            self.desk.keyboard.press(key)
            time.sleep(0.15)

    def timed(self, key):
        before = self.desk.pixels.rows(*CELLS)
        begin = time.monotonic()
        self.desk.keyboard.press(key)
        first, last = self.settle(begin, before)
        if first is None:
            return None
        return (first - begin) * 1000, (last - begin) * 1000

    def pauses(self):
        """Since it was last asked: (n, 50 %, 95 %, 99 %, 99.9 %, longest) in ms."""
        self.errors.flush()
        begin = self.errors.seek(0, os.SEEK_END)
        self.process.send_signal(signal.SIGUSR1)
        end = time.monotonic() + 5
        while time.monotonic() < end:
            self.errors.seek(begin)
            found = re.search(r'^pauses: (\d+) iterations, .*\n', self.errors.read(), re.MULTILINE)
            if found:
                return [float(x) for x in re.findall(r'([\d.]+) (?:iterations|ms)', found.group(0))]
            time.sleep(0.05)
        raise Failure('libpauses.so does not answer')

    def memory(self):
        """MB now and at most."""
        with open(f'/proc/{self.process.pid}/status', encoding='utf-8') as f:
            status = f.read()
        return [int(re.search(name + r':\s+(\d+)', status).group(1)) / 1024 for name in ('VmRSS', 'VmHWM')]

    def stop(self):
        self.desk.keyboard.press('ctrl+q')
        try:
            self.process.wait(60)
        finally:
            if self.process.poll() is None:
                self.process.kill()
            self.errors.close()


def row(name, times):
    """times: pairs of first and last pixel, None where nothing on the screen had to change."""
    seen = [t for t in times if t is not None]
    if not seen:
        raise Failure(f'{name}: nothing changed on the screen')
    first, last = sorted(t[0] for t in seen), sorted(t[1] for t in seen)
    print(f'{name:<10} {len(seen):4} of {len(times):3}  first pixel {first[len(first) // 2]:6.0f} ms, at most'
          f' {first[-1]:6.0f}; last pixel {last[len(last) // 2]:6.0f} ms, at most {last[-1]:6.0f}', flush=True)


def filters(window, rounds):
    """The first list of the popover is that of expressions: Any, then the eight."""
    times = []
    for _ in range(rounds):
        for key in ['Down'] * 8 + ['Home']:
            window.press('ctrl+shift+f', 'space', key)
            times.append(window.timed('Return'))
            window.press('Escape')
    return times


def sorts(window, rounds):
    """The list of orders follows the button of the filter."""
    times = []
    window.press('ctrl+shift+f', 'Escape', 'Tab')
    for _ in range(rounds):
        for key in ['Down'] * 4 + ['Home']:
            window.press('space', key)
            times.append(window.timed('Return'))
    return times


def texts(window, rounds, chance):
    times = []
    for _ in range(rounds):
        window.press('ctrl+f')
        for letter in str(chance.randint(100, 999)):
            times.append(window.timed(letter))
        window.press('ctrl+a')
        times.append(window.timed('BackSpace'))
    return times


def scroll(window, rounds, chance):
    window.press('ctrl+f')
    for _ in range(20):
        before = window.desk.pixels.rows(*CELLS)
        window.press('Tab', 'End')
        time.sleep(0.5)
        if window.desk.pixels.rows(*CELLS) != before:
            break
    else:
        raise Failure('Tab does not reach the frames')
    window.pauses()
    for _ in range(100 * rounds):
        key = chance.choice(['Page_Down'] * 8 + ['Page_Up'] * 3 + ['Down'] * 5 + ['End', 'Home'])
        for _ in range(10 if key == 'Down' else 1):
            window.desk.keyboard.press(key)
            time.sleep(chance.uniform(0.03, 0.08))
    return window.pauses()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n', maxsplit=1)[0])
    parser.add_argument('build')
    parser.add_argument('project')
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('--seed', type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    scratch = tempfile.mkdtemp(prefix='mien-browse-')
    desk = Desk(options.build, scratch)
    with open(options.project, 'rb') as f:
        while f.read(1 << 24):
            pass
    window = Window(desk, options.project)
    try:
        print(f'open       first face after {window.first_face():.2f} s')
        time.sleep(2)
        before = desk.pixels.rows(*CELLS)
        begin = time.monotonic()
        desk.keyboard.press('alt+2')
        first, last = window.settle(begin, before, 60)
        print(f'browse     first pixel after {first - begin:.2f} s, at rest after {last - begin:.2f} s')
        time.sleep(5)
        row('filter', filters(window, options.rounds))
        row('sort', sorts(window, options.rounds))
        row('text', texts(window, options.rounds, chance))
        n, middle, _, high, _, longest = scroll(window, options.rounds, chance)
        print(f'scroll     {n:.0f} turns of the main loop: {middle:.1f} ms in the middle, {high:.1f} at 99 %,'
              f' {longest:.1f} at most')
        print('memory     {:.0f} MB, at most {:.0f}'.format(*window.memory()))
    except Failure as failure:
        print(f'browse-speed.py: {failure}; everything is kept in {scratch}', file=sys.stderr)
        sys.exit(1)
    finally:
        window.stop()
        desk.stop()
    shutil.rmtree(scratch)


if __name__ == '__main__':
    main()
