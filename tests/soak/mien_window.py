# SPDX-License-Identifier: GPL-3.0-or-later
"""What the long tests of the window share: a screen of its own, its keys and its pixels, and the programs of
a build folder with settings and folders of their own. Needs Xvfb, libX11 and libXtst.
"""

import ctypes
import mmap
import os
import struct
import subprocess
import sys


class Keyboard:
    """Keys by name through XTEST, as a person's would come: "a", "Return", "ctrl+r"."""

    MODIFIERS = {'ctrl': 'Control_L', 'shift': 'Shift_L', 'alt': 'Alt_L'}

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
            sys.exit(f'no display {display}')

    def code(self, name):
        symbol = self.x.XStringToKeysym(self.MODIFIERS.get(name, name).encode())
        code = self.x.XKeysymToKeycode(self.display, symbol)
        if not code:
            sys.exit(f'no key {name}')
        return code

    def press(self, combination):
        codes = [self.code(name) for name in combination.split('+')]
        for code in codes:
            self.test.XTestFakeKeyEvent(self.display, code, 1, 0)
        for code in reversed(codes):
            self.test.XTestFakeKeyEvent(self.display, code, 0, 0)
        self.x.XSync(self.display, 0)


class Pixels:
    """The screen's memory, read without asking the X server, so that looking costs it nothing."""

    def __init__(self, path):
        with open(path, 'rb') as f:
            self.memory = mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ)
        header = struct.unpack('>25I', self.memory[:100])
        self.offset = header[0] + header[19] * 12
        self.width, self.height, self.stride = header[4], header[5], header[12]
        if header[11] != 32:
            sys.exit('the screen has not 32 bits a pixel')

    def rows(self, x, y, width, height, step):
        """Every so many rows of a rectangle, as one piece of bytes that can be compared."""
        begin = self.offset + x * 4
        return b''.join(self.memory[begin + row * self.stride:begin + row * self.stride + width * 4]
                        for row in range(y, y + height, step))


class Desk:
    """A screen for the programs of a build folder. scratch holds their settings, and is left alone."""

    def __init__(self, build, scratch, size=(1440, 900)):
        self.build = os.path.realpath(build)
        self.scratch = scratch
        self.environment = dict(
            os.environ, HOME=scratch, XDG_RUNTIME_DIR=scratch, XDG_CACHE_HOME=os.path.join(scratch, 'cache'),
            XDG_CONFIG_HOME=os.path.join(scratch, 'config'), XDG_DATA_HOME=os.path.join(scratch, 'data'),
            GDK_BACKEND='x11', GTK_A11Y='none', GSETTINGS_BACKEND='memory',
            GSETTINGS_SCHEMA_DIR=os.path.join(self.build, 'data'), GSK_RENDERER='cairo',
            DBUS_SESSION_BUS_ADDRESS='disabled:')
        read, write = os.pipe()
        self.server = subprocess.Popen(
            ['Xvfb', '-displayfd', str(write), '-screen', '0', f'{size[0]}x{size[1]}x24', '-fbdir', scratch,
             '-nolisten', 'tcp'], pass_fds=[write], stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as pipe:
            self.environment['DISPLAY'] = ':' + pipe.readline().strip()
        self.keyboard = Keyboard(self.environment['DISPLAY'])
        self.pixels = Pixels(os.path.join(scratch, 'Xvfb_screen0'))

    def stop(self):
        self.server.terminate()
        self.server.wait()

    def mienctl(self, *arguments):
        return subprocess.run([os.path.join(self.build, 'jobs', 'mienctl'), *arguments], check=True,
                              stdout=subprocess.PIPE, text=True, env=self.environment).stdout

    def reviewable(self, project, frames):
        """A demo project with a model that has said something of every face."""
        self.mienctl('demo', project, '--frames', str(frames))
        self.mienctl('train', project, '--epochs', '1', '--input-size', '48', '--batch', '64', '--accept')
        self.mienctl('propose', project)

    def window(self, *arguments, **options):
        environment = dict(self.environment, **options.pop('environment', {}))
        options.setdefault('stderr', subprocess.DEVNULL)
        return subprocess.Popen([os.path.join(self.build, 'gui', 'mien'), *arguments], env=environment,
                                **options)
