#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the pictures of README and manual anew, from the demo and a model trained on it.

    make.py BUILD [--frames N] [--epochs N] [--project FILE]

BUILD is a build folder. Every view in English and Japanese goes into data/manual/images; Review in English
is README's as well. With --project a copy of that project is
photographed instead of a demo. Needs Xvfb, xfwm4 (shadows and round corners need a compositor), dbus-daemon,
libXtst, and the fonts Cantarell and VL Gothic.
"""

import argparse
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', '..', 'tests', 'soak'))
from mien_window import Desk  # noqa: E402

SIZE = (1440, 900)
IMAGES = os.path.join(HERE, '..', 'manual', 'images')
# What is pressed to get from the Review view to the picture, and how long it takes to stand still.
VIEWS = (
    ('review', ('5', 'a', 'g'), 1),
    ('browse', ('alt+2',), 3),
    ('insights', ('alt+3',), 4),
    ('models', ('alt+4',), 2),
    ('jobs', ('alt+1', 'ctrl+r', 'ctrl+r'), 8),
)


def filtered(row, above):
    """The row of a PNG as it is likely to pack best: as it is, less its left, or less the row above."""
    left = bytes((a - b) & 255 for a, b in zip(row, b'\0\0\0' + row))
    up = bytes((a - b) & 255 for a, b in zip(row, above))
    kinds = enumerate((bytes(row), left, up))
    kind, best = min(kinds, key=lambda one: sum(min(x, 256 - x) for x in one[1]))
    return bytes((kind,)) + best


def save(pixels, path):
    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))

    rows, above = [], bytes(pixels.width * 3)
    for y in range(pixels.height):
        begin = pixels.offset + y * pixels.stride
        row, rgb = pixels.memory[begin:begin + pixels.width * 4], bytearray(pixels.width * 3)
        rgb[0::3], rgb[1::3], rgb[2::3] = row[2::4], row[1::4], row[0::4]
        rows.append(filtered(rgb, above))
        above = rgb
    with open(path, 'wb') as f:
        f.write(b'\x89PNG\r\n\x1a\n'
                + chunk(b'IHDR', struct.pack('>IIBBBBB', pixels.width, pixels.height, 8, 2, 0, 0, 0))
                + chunk(b'IDAT', zlib.compress(b''.join(rows), 9)) + chunk(b'IEND', b''))
    print(os.path.relpath(path), flush=True)


class Studio:
    """A desk with a session bus and a window manager."""

    def __init__(self, build, scratch):
        self.desk = Desk(build, scratch, SIZE)
        self.children = []
        os.makedirs(os.path.join(scratch, 'config', 'gtk-4.0'))
        with open(os.path.join(scratch, 'config', 'gtk-4.0', 'settings.ini'), 'w', encoding='utf-8') as f:
            f.write('[Settings]\ngtk-font-name=Cantarell 11\ngtk-cursor-blink=false\n')
        bus = subprocess.Popen(['dbus-daemon', '--session', '--nofork', '--nopidfile', '--print-address=1'],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=self.desk.environment)
        self.children.append(bus)
        self.desk.environment['DBUS_SESSION_BUS_ADDRESS'] = bus.stdout.readline().strip()
        self.children.append(subprocess.Popen(
            ['xfwm4', '--compositor=on', '--sm-client-disable'], env=self.desk.environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        time.sleep(2)

    def photograph(self, project, names, environment):
        copy = os.path.join(self.desk.scratch, 'Faces.mien')
        shutil.copyfile(project, copy)
        window = self.desk.window(copy, environment=environment)
        try:
            time.sleep(6)
            for name, keys, seconds in VIEWS:
                for key in keys:
                    self.desk.keyboard.press(key)
                    time.sleep(0.4)
                time.sleep(seconds)
                if name in names:
                    save(self.desk.pixels, os.path.join(IMAGES, names[name]))
        finally:
            window.terminate()
            window.wait()

    def stop(self):
        for child in reversed(self.children):
            child.terminate()
            child.wait()
        self.desk.stop()


def make(studio, options):
    project = options.project
    if project is None:
        project = os.path.join(studio.desk.scratch, 'Demo.mien')
        studio.desk.mienctl('demo', project, '--frames', str(options.frames))
        for _ in range(2):
            studio.desk.mienctl('train', project, '--epochs', str(options.epochs), '--input-size', '64',
                                '--accept')
        studio.desk.mienctl('propose', project)
    for language in ('en', 'ja'):
        names = {name: f'{name}-{language}.png' for name, _, _ in VIEWS}
        studio.photograph(project, names, {'LANG': 'C.UTF-8', 'LC_ALL': '', 'LANGUAGE': language})
    shutil.copyfile(os.path.join(IMAGES, 'review-en.png'), os.path.join(HERE, 'review.png'))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n', maxsplit=1)[0])
    parser.add_argument('build')
    parser.add_argument('--frames', type=int, default=1200)
    parser.add_argument('--epochs', type=int, default=6)
    parser.add_argument('--project')
    options = parser.parse_args()
    scratch = tempfile.mkdtemp(prefix='mien-pictures-')
    studio = Studio(options.build, scratch)
    try:
        make(studio, options)
    finally:
        studio.stop()
        shutil.rmtree(scratch)


if __name__ == '__main__':
    main()
