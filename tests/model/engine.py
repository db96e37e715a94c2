# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of mien-engine share: packs, narrow weights and conversations, with the standard library
alone. See model/mien-pack.h and model/PROTOCOL.md."""
import json
import random
import struct
import subprocess
import threading

SIDE = 48


def write_safetensors(path, tensors):
    """tensors: name -> (shape, list of float)."""
    header, offset, blobs = {}, 0, []
    for name, (shape, values) in sorted(tensors.items()):
        blob = struct.pack('<%df' % len(values), *values)
        header[name] = {'dtype': 'F32', 'shape': shape, 'data_offsets': [offset, offset + len(blob)]}
        offset += len(blob)
        blobs.append(blob)
    text = json.dumps(header).encode()
    with open(path, 'wb') as f:
        f.write(struct.pack('<Q', len(text)) + text + b''.join(blobs))


def read_safetensors(path):
    """Names -> bytes, and the notes."""
    with open(path, 'rb') as f:
        data = f.read()
    end = 8 + struct.unpack('<Q', data[:8])[0]
    header = json.loads(data[8:end])
    notes = header.pop('__metadata__', {})
    return {name: data[end + entry['data_offsets'][0]:end + entry['data_offsets'][1]]
            for name, entry in header.items()}, notes


def trunk(width=2, scale=None, seed=1):
    """A narrow ResNet-18 without heads; scale: of the first convolution."""
    rng = random.Random(seed)
    tensors = {}

    def conv(name, inside, outside, kernel):
        size = (2 / (outside * kernel * kernel)) ** 0.5
        tensors[name + '.weight'] = ([outside, inside, kernel, kernel],
                                     [rng.gauss(0, size) for _ in range(outside * inside * kernel * kernel)])

    def norm(name, n):
        for what, value in (('weight', 1), ('bias', 0), ('running_mean', 0), ('running_var', 1)):
            tensors['%s.%s' % (name, what)] = ([n], [value] * n)

    conv('conv1', 3, width, 7)
    norm('bn1', width)
    if scale:
        shape, values = tensors['conv1.weight']
        tensors['conv1.weight'] = (shape, [scale * v for v in values])
    inside = width
    for stage in range(4):
        outside = width << stage
        for block in range(2):
            name = 'layer%d.%d' % (stage + 1, block)
            conv(name + '.conv1', inside, outside, 3)
            norm(name + '.bn1', outside)
            conv(name + '.conv2', outside, outside, 3)
            norm(name + '.bn2', outside)
            if stage > 0 and block == 0:
                conv(name + '.downsample.0', inside, outside, 1)
                norm(name + '.downsample.1', outside)
            inside = outside
    return tensors


def write_pack(path, n=26, n_validation=8, side=SIDE, labels=True, seed=1, n_tuning=0):
    """Faces would be brighter: noise whose colour tells the expression. Every third row has no expression,
    every second valence and arousal, every fourth no action units but the first. Training rows come first,
    then those for tuning, then those for validation."""
    rng = random.Random(seed)
    rows, pixels = [], []
    for i in range(n + n_tuning + n_validation):
        expression = rng.choice((0, 4, 6))
        units = [rng.randint(0, 1) for _ in range(10)] + [-1, -1]
        va = (rng.uniform(-1, 1), rng.uniform(-1, 1)) if i % 2 else (float('nan'),) * 2
        if i % 4 == 3:
            units = units[:1] + [-1] * 11
        if not labels:
            va, units = (float('nan'),) * 2, [-1] * 12
        hidden = i < n and i % 3 == 2 or not labels
        rows.append(struct.pack('<ffb12bB2xqIi24x', *va, -1 if hidden else expression, *units,
                                0 if i < n else 2 if i < n + n_tuning else 1, 1000 + i, 1, i + 1))
        colour = {0: (200, 60, 60), 4: (60, 200, 60), 6: (60, 60, 200)}[expression]
        pixels.append(bytes((colour[k % 3] + rng.randint(-50, 50)) for k in range(side * side * 3)))
    body = b''.join(rows)
    head = (b'MIENPACK' + struct.pack('<IIQ', 1, side, len(rows))).ljust(64, b'\0')
    with open(path, 'wb') as f:
        f.write((head + body).ljust((64 + len(body) + 4095) // 4096 * 4096, b'\0') + b''.join(pixels))


class Engine:
    """A running engine; stdin stays open until close() or the end of the with block."""

    def __init__(self, program, *arguments, **options):
        self.process = subprocess.Popen([program, *map(str, arguments)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
        self.timer = threading.Timer(100, self.process.kill)
        self.timer.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.timer.cancel()
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            try:
                pipe.close()
            except BrokenPipeError:
                pass

    def write(self, data):
        try:
            self.process.stdin.write(data)
            self.process.stdin.flush()
        except BrokenPipeError:
            pass

    def close(self):
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass

    def line(self):
        return self.process.stdout.readline().decode().rstrip('\n')

    def lines(self):
        """To the end; then the engine has left."""
        lines = [line.decode().rstrip('\n') for line in self.process.stdout]
        self.process.wait()
        return lines

    def until(self, beginning):
        while True:
            line = self.line()
            assert line, 'left before it said %r; %r' % (beginning, self.process.stderr.read())
            if line.startswith(beginning):
                return line

    def status(self):
        return self.process.wait()


def fields(line):
    return dict(part.split('=', 1) for part in line.split()[1:])


class Skip(Exception):
    """Raised by a test that cannot run here; says why."""


def run_tests(tests):
    """Each test is a function whose first doc line is its name. TAP on stdout; returns the exit status."""
    failed = 0
    print('1..%d' % len(tests))
    for number, test in enumerate(tests, 1):
        name = test.__doc__.strip().split('\n')[0].rstrip('.')
        try:
            test()
            print('ok %d - %s' % (number, name), flush=True)
        except Skip as reason:
            print('ok %d - %s # SKIP %s' % (number, name, reason), flush=True)
        except Exception as error:
            failed += 1
            print('not ok %d - %s' % (number, name))
            place = error.__traceback__
            while place.tb_next:
                place = place.tb_next
            print('# %s:%d: %s: %s' % (place.tb_frame.f_code.co_filename, place.tb_lineno, type(error).__name__,
                                    error), flush=True)
    return 1 if failed else 0
