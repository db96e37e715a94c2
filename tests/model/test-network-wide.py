#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The network at full width against PyTorch: 112 pixels, eight images; outputs, every gradient, ten steps of
Adam. What PyTorch computes is written to a temporary file, which test-network checks as it does the narrow
fixture, once for each processor that there are kernels for.

    test-network-wide.py TEST_NETWORK MAKE_FIXTURES

TAP on stdout; skips where torch is absent, and the kernels that do not run here.
"""
import os
import re
import subprocess
import sys
import tempfile

PROCESSORS = ('portable', 'avx2', 'avx512')


def check(test_network, fixture, processor):
    """[(passed, name)] of one run's cases."""
    run = subprocess.run([test_network, fixture], env=dict(os.environ, MIEN_CPU=processor),
                         stdout=subprocess.PIPE, text=True)
    for line in run.stdout.splitlines():
        if line.startswith('#'):
            print(line)
    skipped = re.search(r'^1\.\.0 # SKIP (.*)$', run.stdout, re.M)
    if skipped:
        return [(True, '%s # SKIP %s' % (processor, skipped.group(1)))]
    cases = [(line.startswith('ok'), '%s: %s' % (processor, line.split(' - ', 1)[1]))
             for line in run.stdout.splitlines() if re.match(r'(not )?ok \d+ - ', line)]
    bail = re.search(r'^Bail out!.*$', run.stdout, re.M)
    if run.returncode != 0 or bail or not cases:
        cases.append((False, '%s: exit %d, %s' % (processor, run.returncode, bail.group(0) if bail else 'no word why')))
    return cases


def main():
    test_network, make_fixtures = sys.argv[1:]
    try:
        import torch  # noqa: F401, asked for by make-fixtures.py
    except ImportError as error:
        print('1..0 # SKIP no torch to compare with: %s' % error)
        return 0
    number, failed = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        fixture = os.path.join(folder, 'wide.safetensors')
        subprocess.run([sys.executable, make_fixtures, fixture, '--width', '64', '--head', '16', '--side', '112',
                        '--exact'], check=True)
        for processor in PROCESSORS:
            for passed, name in check(test_network, fixture, processor):
                number += 1
                failed += not passed
                print('%s %d - %s' % ('ok' if passed else 'not ok', number, name), flush=True)
    print('1..%d' % number)
    return 1 if failed else 0


sys.exit(main())
