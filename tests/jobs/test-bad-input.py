#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is broken, hostile, full or not allowed: one clear line, exit status 1, and nothing lost."""

import os
import resource
import shutil
import signal
import sqlite3
import struct
import subprocess
import zlib

from mien_tap import dump, main, query

HEADER = 'image,valence,arousal,expression,aus\n'
UNLABELLED = ',-5,-5,-1' + ',-1' * 12
NOBODY = 65534


def unpack(project, folder):
    """The demo's images as files; their names in order."""
    rows = query(project, 'SELECT f.key, i.bytes FROM frame f JOIN image i ON i.id = f.image ORDER BY f.id')
    for key, data in rows:
        path = os.path.join(folder, key)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'wb') as f:
            f.write(data)
    return [key for key, _ in rows]


def write(path, text):
    with open(path, 'w' if isinstance(text, str) else 'wb') as f:
        f.write(text)
    return path


def png(width, height):
    """A whole, valid picture of grey, however large it says it is."""
    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))

    packer = zlib.compressobj(1)
    rows = b''.join(packer.compress(bytes(width + 1)) for _ in range(height)) + packer.flush()
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 0, 0, 0, 0))
            + chunk(b'IDAT', rows) + chunk(b'IEND', b''))


def lists(tap, ctl):
    images = ctl.path('images')
    names = unpack(ctl.demo('demo.mien', 240), images)
    project = ctl.path('p.mien')
    ctl.must('new', project)
    ctl.must('import', 'affwild2', project, '--images', images, '--annotations',
             write(ctl.path('good.txt'), HEADER + names[0] + ',0.5,-0.25,4' + ',0' * 12 + '\n'),
             '--split', 'train')
    before = dump(project)

    def refused(name, annotations, *says, warnings=False, images=images):
        ctl.fails(tap, name, 'import', 'affwild2', project, '--images', images, '--annotations', annotations,
                  '--split', 'train', says=says, warnings=warnings)
        tap.equal(dump(project), before, f'{name}: nothing has changed')

    def row(name, text, *says):
        path = write(ctl.path('list.txt'), HEADER + text + '\n')
        refused(name, path, path, *says, warnings=True)

    refused('a missing images folder', ctl.path('good.txt'), ctl.path('nowhere'), images=ctl.path('nowhere'))
    refused('images that are a file', ctl.path('good.txt'), ctl.path('good.txt'), images=ctl.path('good.txt'))
    refused('a missing list', ctl.path('none.txt'), ctl.path('none.txt'))
    refused('a list that is a JPEG', os.path.join(images, names[0]), names[0])
    refused('an empty list', write(ctl.path('empty.txt'), ''), ctl.path('empty.txt'))
    refused('a list of zeros', write(ctl.path('zeros.txt'), bytes(100000)), ctl.path('zeros.txt'))
    refused('a folder without label files', ctl.path('images'), ctl.path('images'))
    row('a row with 3 fields', names[1] + ',0.1,0.2')
    row('a row with 300 fields', names[1] + ',0' * 299)
    row('a row with NaN', names[1] + ',nan,0.1,4' + ',0' * 12)
    row('a row with infinity', names[1] + ',0.1,inf,4' + ',0' * 12)
    row('a row with a valence of 2', names[1] + ',2,0.1,4' + ',0' * 12)
    row('a row with expression 8', names[1] + ',0.1,0.1,8' + ',0' * 12)
    row('a row that leaves the folder', 'a/../../00001.jpg' + UNLABELLED)
    row('a row with an absolute name', '/etc/passwd' + UNLABELLED)

    mixed = write(ctl.path('mixed.txt'),
                  HEADER + f'{names[1]},0.1,0.2\n../x.jpg{UNLABELLED}\n{names[2]},0.1,0.2,3' + ',1' * 12
                  + f'\n{names[2]},0.1,0.2,3' + ',1' * 12 + '\n')
    result = ctl.run('import', 'affwild2', project, '--images', images, '--annotations', mixed, '--split',
                     'train', '--json')
    tap.ok(result.code == 0
           and result.out == '{"frames_added":1,"frames_known":0,"images_missing":0,"duplicate_rows":1,'
           '"rejected_rows":2,"labels":{"valence_arousal":1,"expression":1,"action_units":1}}\n',
           'a good row among bad ones is taken, and the others are counted', result)
    tap.ok(len(result.lines) >= 2 and all(line.startswith('mienctl: warning: ') for line in result.lines)
           and f'{mixed}:2' in result.err and f'{mixed}:3' in result.err, 'each bad row is named', result)
    ctl.must('verify', project)


def images(tap, ctl):
    folder = ctl.path('images')
    names = unpack(ctl.demo('demo.mien', 240), folder)[:4]
    with open(os.path.join(folder, names[1]), 'r+b') as f:
        f.truncate(1500)
    write(os.path.join(folder, names[2]), b'no picture at all')
    os.makedirs(os.path.join(folder, 'huge'))
    write(os.path.join(folder, 'huge', '00001.png'), png(30000, 30000))
    rows = [name + UNLABELLED for name in names + ['huge/00001.png', 'gone/00001.jpg']]
    project = ctl.path('p.mien')
    ctl.must('new', project)
    command = ('import', 'affwild2', project, '--images', folder, '--annotations',
               write(ctl.path('list.txt'), HEADER + '\n'.join(rows) + '\n'), '--split', 'train')
    result = ctl.run(*command, '--json')
    tap.ok(result.code == 0 and '"frames_added":6' in result.out and '"images_missing":4' in result.out,
           'images that cannot be decoded are counted as missing', result)
    for name in (names[1], names[2], 'huge/00001.png', 'gone/00001.jpg'):
        tap.ok(sum(name in line for line in result.lines) == 1, f'{name} is named once, with its reason',
               result)
    before = dump(project)
    result = ctl.run(*command, '--json')
    tap.ok('"frames_added":0' in result.out and '"images_missing":4' in result.out,
           'importing again finds the same', result)
    tap.equal(dump(project), before, 'and changes nothing')
    unpack(ctl.path('demo.mien'), folder)
    result = ctl.run(*command, '--json')
    tap.ok('"images_missing":2' in result.out, 'an image that is mended is taken', result)
    ctl.must('verify', project)


def projects(tap, ctl):
    """Files that are no project, or one of the future, stay as they are, byte for byte."""
    good = ctl.demo('good.mien', 240)
    newer = ctl.demo('newer.mien', 240)
    foreign = ctl.path('foreign.mien')
    for path, statement in ((newer, 'PRAGMA user_version = 99'), (foreign, 'CREATE TABLE t (x)')):
        db = sqlite3.connect(path)
        db.execute('PRAGMA journal_mode = DELETE')
        db.execute(statement)
        db.close()
    with open(good, 'rb') as f:
        half = f.read()[:20000]
    files = {
        'a newer project': (newer, 'newer Mien'),
        "another program's database": (foreign, 'not a Mien project'),
        'a text': (write(ctl.path('text.mien'), 'hello\n' * 100), 'not a Mien project'),
        'an empty file': (write(ctl.path('empty.mien'), ''), 'not a Mien project'),
        'half a project': (write(ctl.path('half.mien'), half), ''),
    }
    os.mkdir(ctl.path('folder.mien'))
    commands = [
        ('status',), ('verify',), ('queue',), ('models',), ('use', '1'),
        ('label', '--frame', 'x', '--annotator', 'a', '--skip'), ('undo', '--annotator', 'a'),
        ('history', '--frame', 'x'),
        ('import', 'affwild2', '--images', '.', '--annotations', 'text.mien', '--split', 'train'),
    ]
    for what, (path, says) in files.items():
        with open(path, 'rb') as f:
            before = f.read()
        for command in commands:
            n = 2 if command[0] == 'import' else 1
            ctl.fails(tap, f'{command[0]} refuses {what}', *command[:n], path, *command[n:],
                      says=[path, says], warnings=True)
        with open(path, 'rb') as f:
            tap.ok(f.read() == before, f'{what} is as it was')
    for what, path in (('a folder', ctl.path('folder.mien')), ('nothing', ctl.path('nothing.mien')),
                       ('a file below a file', ctl.path('text.mien', 'x.mien'))):
        for command in commands:
            n = 2 if command[0] == 'import' else 1
            ctl.fails(tap, f'{command[0]} refuses {what}', *command[:n], path, *command[n:], says=[path])
    left = sorted(n for n in os.listdir(ctl.scratch)
                  if n.endswith(('-wal', '-shm', '-lock')) and not n.startswith('half'))
    tap.equal(left, [], 'nothing was laid beside them')


def read_only(tap, ctl):
    """As somebody who may not write: root has to become nobody for that."""
    for place in ('/proc/p.mien', ctl.path('below', 'p.mien')):
        write(ctl.path('below'), '')
        for command in ('new', 'demo'):
            ctl.fails(tap, f'{command} in {os.path.basename(os.path.dirname(place))} fails', command, place,
                      says=[place])

    folder = ctl.path('folder')
    os.mkdir(folder)
    project = shutil.move(ctl.demo('p.mien', 240), folder)
    project = os.path.join(folder, 'p.mien')
    before = dump(project)
    options = {'user': NOBODY} if os.geteuid() == 0 else {}
    os.chmod(ctl.scratch, 0o755)
    os.chmod(folder, 0o555)
    os.chmod(project, 0o444)
    try:
        usable = ctl.run('--version', **options).code == 0
    except OSError:
        usable = False
    if not usable:
        tap.skip('a read-only folder', 'nobody may not run the program where it lies')
        return
    frame = query(project, 'SELECT key FROM frame')[0][0]
    for command in (('label', project, '--frame', frame, '--annotator', 'a', '--skip'),
                    ('undo', project, '--annotator', 'a'),
                    ('use', project, '1'),
                    ('import', 'affwild2', project, '--images', folder, '--annotations', folder,
                     '--split', 'train')):
        ctl.fails(tap, f'{command[0]} in a read-only folder fails', *command, says=[project, 'read-only'],
                  **options)
    ctl.fails(tap, 'new in a read-only folder fails', 'new', os.path.join(folder, 'q.mien'),
              says=['q.mien', 'write'], **options)
    ctl.fails(tap, 'demo in a read-only folder fails', 'demo', os.path.join(folder, 'q.mien'),
              says=['q.mien', 'write'], **options)
    for command in ('status', 'queue', 'models', 'verify'):
        result = ctl.run(command, project, **options)
        tap.ok(result.code == 0 and not result.err, f'{command} only reads, and works', result)
    os.chmod(folder, 0o755)
    tap.equal(os.listdir(folder), ['p.mien'], 'nothing was laid beside the project')
    tap.equal(dump(project), before, 'nothing has changed')


def small_files(tap, ctl):
    """A limit on the size of files acts like a disk that is full from one moment to the next."""
    project = ctl.demo('p.mien', 240)
    frames = [key for (key,) in query(project, 'SELECT key FROM frame ORDER BY id LIMIT 5')]
    before = dump(project)

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    ctl.fails(tap, 'a decision that does not fit is refused', 'label', project, '--frame', frames[0],
              '--annotator', 'ann', '--skip', says=[project], preexec_fn=limit)
    ctl.fails(tap, 'a project that does not fit is refused', 'new', ctl.path('q.mien'), says=['q.mien'],
              preexec_fn=limit)
    ctl.fails(tap, 'a demo that does not fit is refused', 'demo', ctl.path('q.mien'), '--frames', '24',
              says=['q.mien'], preexec_fn=limit)
    tap.equal(dump(project), before, 'nothing has changed')
    ctl.must('verify', project)
    for frame in frames:
        ctl.must('label', project, '--frame', frame, '--annotator', 'ann', '--skip')
    tap.equal(sorted(n for n in os.listdir(ctl.scratch) if n != 'cache'), ['p.mien'],
              'nothing is left beside the project')


FULL = r'''
set -e
mount -t tmpfs -o size=1m tmpfs disk
cd disk
"$1" new P.mien
set +e
"$1" import affwild2 P.mien --images ../images --annotations ../list.txt --split train >../import.out 2>../import.err
echo $? >../import.code
cat /dev/zero >filler 2>/dev/null
i=0
while [ $i -lt 2000 ]; do
  i=$((i + 1))
  "$1" label P.mien --frame "$2" --annotator "ann$i" --skip >../label.out 2>../label.err
  code=$?
  [ $code -eq 0 ] || break
done
echo $code >../label.code
echo $((i - 1)) >../label.count
rm -f filler
"$1" demo D.mien --frames 2400 >../demo.out 2>../demo.err
echo $? >../demo.code
mount -o remount,size=16m .
"$1" verify P.mien >../verify.out 2>../verify.err
echo $? >../verify.code
ls -A >../names
cp P.mien ../after.mien
'''


def full_disk(tap, ctl):
    names = unpack(ctl.demo('demo.mien', 240), ctl.path('images'))
    write(ctl.path('list.txt'), HEADER + ''.join(name + UNLABELLED + '\n' for name in names))
    os.mkdir(ctl.path('disk'))
    write(ctl.path('full.sh'), FULL)
    try:
        process = subprocess.run(['unshare', '--mount', 'sh', 'full.sh', ctl.program, names[0]], check=False,
                                 cwd=ctl.scratch, capture_output=True, text=True, timeout=100)
    except FileNotFoundError:
        process = None
    if process is None or process.returncode != 0:
        tap.skip('a full disk', 'a small disk cannot be mounted here: '
                 + (process.stderr.strip().replace('\n', '; ') if process else 'there is no unshare'))
        return

    def read(name):
        with open(ctl.path(name), encoding='utf-8') as f:
            return f.read()

    for name in ('import', 'label', 'demo'):
        err = read(name + '.err').splitlines()
        tap.ok(read(name + '.code') == '1\n' and read(name + '.out') == '' and len(err) == 1
               and ('D.mien' if name == 'demo' else 'P.mien') + ': ' in err[0] and 'full' in err[0],
               f'{name} says in one line that the disk is full', (read(name + '.code'), err))
    tap.equal(sorted(read('names').split()), ['P.mien'], 'no half of anything is left on the disk')
    tap.equal((read('verify.code'), read('verify.err')), ('0\n', ''), 'the project is sound')
    after = ctl.path('after.mien')
    tap.equal(query(after, 'SELECT count (*) FROM event'), [(int(read('label.count')),)],
              'every decision that was acknowledged is there, and no other')
    known = query(after, 'SELECT count (*) FROM frame')[0][0]
    tap.ok(0 < known < len(names), 'a part of the import is there', known)
    report = ctl.json('import', 'affwild2', after, '--images', ctl.path('images'), '--annotations',
                      ctl.path('list.txt'), '--split', 'train')
    tap.equal((report['frames_added'], report['frames_known']), (len(names) - known, known),
              'the same import goes on where there is room')
    ctl.must('verify', after)


def busy(tap, ctl):
    """Jobs take turns; decisions do not wait for them."""
    images = ctl.path('images')
    names = unpack(ctl.demo('demo.mien', 240), images)
    project = ctl.path('p.mien')
    ctl.must('new', project)
    listing = write(ctl.path('list.txt'), HEADER + ''.join(name + UNLABELLED + '\n' for name in names))
    first = write(ctl.path('first.txt'), HEADER + names[0] + UNLABELLED + '\n')
    command = ('import', 'affwild2', project, '--images', images, '--split', 'train', '--annotations')
    ctl.must(*command, first)
    for _ in range(20):
        process = ctl.start(*command, listing, '--progress=json', stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE)
        process.stderr.readline()
        process.send_signal(signal.SIGSTOP)
        if not query(project, 'SELECT 1 FROM job'):
            process.send_signal(signal.SIGCONT)
            process.communicate(timeout=60)
            os.unlink(project)
            ctl.must('new', project)
            continue
        try:
            ctl.fails(tap, 'a second job is told who is first', *command, listing,
                      says=[project, str(process.pid)])
        finally:
            process.send_signal(signal.SIGCONT)
        break
    process.communicate(timeout=60)
    tap.equal(process.returncode, 0, 'the first job ends well')
    ctl.must(*command, listing)


if __name__ == '__main__':
    main([lists, images, projects, read_only, small_files, full_disk, busy])
