#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The manual: every page in both languages and installed, every link and picture is there, and every view of
the window has its page.

    manual.py ROOT
"""

import os
import re
import sys
from html.parser import HTMLParser

ROOT = sys.argv[1]
MANUAL = os.path.join(ROOT, 'data', 'manual')
LANGUAGES = ('en', 'ja')
count = failed = 0


def ok(condition, name):
    global count, failed
    count += 1
    failed += not condition
    print(f"{'ok' if condition else 'not ok'} {count} - {name}")


class Page(HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.links, self.pictures, self.structure, self.language = [], [], [], None
        with open(path, encoding='utf-8') as f:
            self.feed(f.read())

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == 'html':
            self.language = attributes.get('lang')
        if tag in ('a', 'link'):
            self.links.append(attributes.get('href', ''))
        if tag == 'img':
            self.pictures.append((attributes.get('src', ''), attributes.get('alt', '')))
        if tag in ('h1', 'h2', 'table', 'tr', 'li', 'img'):
            self.structure.append(tag)


def read(*names):
    with open(os.path.join(*names), encoding='utf-8') as f:
        return f.read()


pages = {language: sorted(name for name in os.listdir(os.path.join(MANUAL, language)) if name.endswith('.html'))
         for language in LANGUAGES}
ok(pages['en'] == pages['ja'], f'the same pages in both languages: {pages}')
build = read(MANUAL, 'meson.build')
installed = re.search(r"manual_pages = \[(.*?)\]", build, re.DOTALL).group(1)
ok(sorted(re.findall(r"'(\w+)'", installed)) == [name[:-5] for name in pages['en']], 'all pages are installed')
views = re.findall(r'<object class="AdwViewStackPage">\s*<property name="name">(\w+)<',
                   read(ROOT, 'gui', 'mien-window.ui'))
ok(views and all(view + '.html' in pages['en'] for view in views), f'a page for every view: {views}')

used = set()
for name in pages['en']:
    both = {}
    for language in LANGUAGES:
        folder = os.path.join(MANUAL, language)
        page = both[language] = Page(os.path.join(folder, name))
        ok(page.language == language, f'{language}/{name} says its language')
        missing = [link for link in page.links if not os.path.isfile(os.path.join(folder, link))]
        ok(page.links and not missing, f'{language}/{name}: links that lead nowhere: {missing}')
        bad = [source for source, words in page.pictures
               if not words or not os.path.isfile(os.path.join(folder, source))]
        ok(not bad, f'{language}/{name}: pictures that are missing or without words: {bad}')
        used |= {os.path.basename(source) for source, _ in page.pictures}
    ok(both['en'].structure == both['ja'].structure, f'{name} is built alike in both languages')

pictures = re.search(r"manual_images = \[(.*?)\]", build, re.DOTALL).group(1)
found = {f'{name}-{language}.png' for name in re.findall(r"'(\w+)'", pictures) for language in LANGUAGES}
ok(found == used, f'the pictures that are installed are those that are shown: {sorted(found ^ used)}')
print(f'1..{count}')
sys.exit(failed > 0)
