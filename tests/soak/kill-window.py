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
import ctypes
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

START_SECONDS = 30


class Keyboard:
    def __init__(self, display):
        self.x = ctypes.CDLL('libX11.so.6')
        self.test = ctypes.CDLL('libXtst.so.6')
        self.x.XOpenDisplay.restype = ctypes.c_void_p
        self.x.XSync.argtypes = [ctypes.c_void_p, ctypes.c_int]
        self.x.XKeysymToKeycode.argtypes = [ctypes.c_void_p, ctypes.c_ulong]
        self.x.XStringToKeysym.restype = ctypes.c_ulong
        self.test.XTestFakeKeyEvent.argtypes = [ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_ulong]
        self.display = self.x.XOpenDisplay(display.encode())
        if not self.display:
            sys.exit(f'kill-window.py: no display {display}')

    def press(self, name):
        code = self.x.XKeysymToKeycode(self.display, self.x.XStringToKeysym(name.encode()))
        for down in (1, 0):
            self.test.XTestFakeKeyEvent(self.display, code, down, 0)
        self.x.XSync(self.display, 0)


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
        self.build = os.path.realpath(build)
        self.project = os.path.join(scratch, 'Soak.mien')
        self.environment = dict(
            os.environ, HOME=scratch, XDG_RUNTIME_DIR=scratch, GDK_BACKEND='x11', GTK_A11Y='none',
            GSETTINGS_BACKEND='memory', GSETTINGS_SCHEMA_DIR=os.path.join(self.build, 'data'),
            GSK_RENDERER='cairo', DBUS_SESSION_BUS_ADDRESS='disabled:')
        read, write = os.pipe()
        self.server = subprocess.Popen(
            ['Xvfb', '-displayfd', str(write), '-screen', '0', '1440x900x24', '-nolisten', 'tcp'],
            pass_fds=[write], stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as pipe:
            self.environment['DISPLAY'] = ':' + pipe.readline().strip()
        self.keyboard = Keyboard(self.environment['DISPLAY'])
        self.mienctl('demo', self.project, '--frames', '480')

    def mienctl(self, *arguments):
        subprocess.run([os.path.join(self.build, 'jobs', 'mienctl'), *arguments], check=True,
                       stdout=subprocess.DEVNULL)

    def answer(self):
        self.keyboard.press(str(self.random.randint(1, 8)))
        self.keyboard.press('Return')

    def round(self):
        before = decisions(self.project)
        window = subprocess.Popen([os.path.join(self.build, 'gui', 'mien'), self.project],
                                  env=self.environment, stderr=subprocess.DEVNULL)
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
        self.mienctl('verify', self.project)
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
        soak.server.terminate()
        soak.server.wait()
    shutil.rmtree(scratch)
    print(f'window: {options.rounds} rounds, {total} decisions seen before the kills, all there after them')


if __name__ == '__main__':
    main()
