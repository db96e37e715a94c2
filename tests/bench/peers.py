#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine beside the engines that a user would pick instead: the same network, the same batches, one run.

    peers.py MIEN_ENGINE [--rounds N] [--size N] [--threads N]
             [--torch PYTHON] [--onnxruntime PYTHON]

In each round every contender computes every batch once, one after the other, so that what else the
machine does falls on all alike; printed is the median over the rounds, in images/s, and our ratio to the
best peer. `int8` is inference in eight bits, calibrated on the images it is measured with; Debian's PyTorch has
no fast kernels for it, ONNX Runtime quantises with the package onnx beside it. Peers that cannot be imported are left out, with a line that says so. --torch and --onnxruntime
name the interpreters that have them: by default /usr/bin/python3 (Debian's python3-torch) and this one.
"""
import argparse
import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time

RUNS, SECONDS = 7, 0.3  # at least
TASKS = [('infer', 1), ('infer', 16), ('infer', 64), ('int8', 1), ('int8', 16), ('int8', 64), ('train', 32)]


def measure(run, batch):
    """Images/s: the median of some runs, after one that does not count."""
    run()
    times = []
    while len(times) < RUNS or sum(times) < SECONDS:
        begun = time.monotonic()
        run()
        times.append(time.monotonic() - begun)
    return batch / statistics.median(times)


class Torch:
    def __init__(self, options):
        import torch
        self.torch = torch
        torch.set_num_threads(options.threads)
        torch.manual_seed(1)
        path = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'model', 'make-fixtures.py')
        spec = importlib.util.spec_from_file_location('make_fixtures', path)
        made = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(made)
        self.network = made.Network(64, 16)
        self.size = options.size
        self.name = 'PyTorch ' + torch.__version__
        self.frozen = {}

    def infer(self, batch):
        torch = self.torch
        images = torch.rand(batch, 3, self.size, self.size)
        if batch not in self.frozen:
            traced = torch.jit.trace(self.network.eval(), images)
            self.frozen[batch] = torch.jit.optimize_for_inference(torch.jit.freeze(traced))
        with torch.inference_mode():
            return measure(lambda: self.frozen[batch](images), batch)

    def train(self, batch):
        torch = self.torch
        images = torch.rand(batch, 3, self.size, self.size)
        self.network.train()
        optimizer = torch.optim.Adam(self.network.parameters(), lr=1e-6)

        def step():
            optimizer.zero_grad(set_to_none=True)
            out = self.network(images)
            out.backward(torch.full_like(out, 1e-3))
            optimizer.step()
        return measure(step, batch)

    def export(self, path):
        self.torch.onnx.export(self.network.eval(), self.torch.rand(1, 3, self.size, self.size), path,
                               input_names=['input'], dynamic_axes={'input': {0: 'n'}}, opset_version=13)


class OnnxRuntime:
    def __init__(self, options):
        import numpy
        import onnxruntime
        self.numpy = numpy
        self.runtime = onnxruntime
        self.threads = options.threads
        self.model = options.model
        self.size = options.size
        self.session = self.start(options.model)
        self.quantised = None
        self.name = 'ONNX Runtime ' + onnxruntime.__version__

    def start(self, model):
        settings = self.runtime.SessionOptions()
        settings.intra_op_num_threads = self.threads
        return self.runtime.InferenceSession(model, settings, providers=['CPUExecutionProvider'])

    def images(self, batch):
        return self.numpy.random.rand(batch, 3, self.size, self.size).astype('float32')

    def quantise(self):
        """Per channel, unsigned activations and signed weights: the fastest of its ways on AVX2 and with VNNI."""
        import onnxruntime.quantization.shape_inference
        quantization = onnxruntime.quantization

        class Images(quantization.CalibrationDataReader):
            left = [{'input': self.images(16)} for _ in range(2)]

            def get_next(self):
                return self.left.pop() if self.left else None

        # Folds normalisations in and names every shape: without it, its int8 is half as fast.
        quantization.shape_inference.quant_pre_process(self.model, self.model + '.folded', skip_symbolic_shape=True)
        quantization.quantize_static(self.model + '.folded', self.model + '.int8', Images(), per_channel=True,
                                     activation_type=quantization.QuantType.QUInt8,
                                     weight_type=quantization.QuantType.QInt8)
        return self.start(self.model + '.int8')

    def infer(self, batch):
        images = self.images(batch)
        return measure(lambda: self.session.run(None, {'input': images}), batch)

    def int8(self, batch):
        images = self.images(batch)
        try:
            self.quantised = self.quantised or self.quantise()
        except ImportError:
            return 0
        return measure(lambda: self.quantised.run(None, {'input': images}), batch)


PEERS = {'torch': Torch, 'onnxruntime': OnnxRuntime}


def serve(options):
    """A peer's process: a line `infer N`, `int8 N` or `train N` is answered by a rate (0: it cannot), `export FILE`
    by 0."""
    peer = PEERS[options.serve](options)
    print(peer.name, flush=True)
    for line in sys.stdin:
        verb, argument = line.split(None, 1)
        result = getattr(peer, verb)(argument.strip() if verb == 'export' else int(argument))
        print(result or 0, flush=True)


class Peer:
    def __init__(self, python, kind, options, model=''):
        self.tasks = {'torch': ('infer', 'train'), 'onnxruntime': ('infer', 'int8')}[kind]
        self.process = subprocess.Popen(
            [python, os.path.abspath(__file__), '', '--serve', kind, '--model', model, '--size', str(options.size),
             '--threads', str(options.threads)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True)
        self.name = self.process.stdout.readline().strip()
        if not self.name:
            raise OSError(f'{python} has no {kind}')

    def ask(self, verb, argument):
        self.process.stdin.write(f'{verb} {argument}\n')
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise OSError(f'{self.name} ended at {verb} {argument}')
        return float(answer)


class Mien:
    name = 'Mien'
    tasks = ('infer', 'int8', 'train')

    def __init__(self, options):
        self.options = options

    def ask(self, verb, argument):
        what = ['infer', '--precision', 'int8'] if verb == 'int8' else [verb]
        out = subprocess.run(
            [self.options.engine, 'bench', *what, '--batch', str(argument), '--size', str(self.options.size),
             '--threads', str(self.options.threads), '--json'], check=True, stdout=subprocess.PIPE).stdout
        return json.loads(out)['images_per_second']


def start_peers(options, folder):
    peers = []
    model = os.path.join(folder, 'model.onnx')
    try:
        peers.append(Peer(options.torch, 'torch', options))
        peers[0].ask('export', model)
        peers.append(Peer(options.onnxruntime, 'onnxruntime', options, model))
    except OSError as error:
        print(f'# left out: {error}', file=sys.stderr)
    return peers


def processor():
    try:
        with open('/proc/cpuinfo', encoding='utf-8') as f:
            return next(line.split(':')[1].strip() for line in f if line.startswith('model name'))
    except (OSError, StopIteration):
        return platform.machine()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n', maxsplit=1)[0])
    parser.add_argument('engine', help='mien-engine of a release build')
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--size', type=int, default=112)
    parser.add_argument('--threads', type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument('--torch', default='/usr/bin/python3', help='an interpreter with torch')
    parser.add_argument('--onnxruntime', default=sys.executable, help='an interpreter with onnxruntime')
    parser.add_argument('--serve', choices=PEERS, help=argparse.SUPPRESS)
    parser.add_argument('--model', default='', help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options)
        return
    with tempfile.TemporaryDirectory() as folder:
        contenders = [Mien(options)] + start_peers(options, folder)
        rates = {}
        for _ in range(options.rounds):
            for verb, batch in TASKS:
                for contender in contenders:
                    if verb in contender.tasks:
                        rate = contender.ask(verb, batch)
                        if rate > 0:
                            rates.setdefault((verb, batch, contender.name), []).append(rate)
    print(f'{processor()}, {options.threads} threads, {options.size} pixels, images/s, '
          f'median of {options.rounds} rounds\n')
    print('| | ' + ' | '.join(c.name for c in contenders) + ' | ratio to the best peer |')
    print('| --- |' + ' ---: |' * (len(contenders) + 1))
    for verb, batch in TASKS:
        medians = [statistics.median(rates[verb, batch, c.name]) if (verb, batch, c.name) in rates else None
                   for c in contenders]
        best = max((m for m in medians[1:] if m is not None), default=None)
        print(f'| {verb}, batch {batch} | ' + ' | '.join('' if m is None else f'{m:.1f}' for m in medians)
              + (f' | {medians[0] / best:.2f} |' if best else ' | |'))


if __name__ == '__main__':
    main()
