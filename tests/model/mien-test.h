/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * Tests of the plain side, which has no GLib: TAP on stdout. A check that fails prints
 * where and ends the program, so that no later line can hide it.
 */

#define CHECK(condition)                                                                 \
  do                                                                                     \
    if (!(condition))                                                                    \
      {                                                                                  \
        printf ("Bail out! %s:%d: %s\n", __FILE__, __LINE__, #condition);                \
        exit (1);                                                                        \
      }                                                                                  \
  while (0)

typedef struct
{
  const char *name;
  void (*run) (void);
} MienTest;

static inline int
mien_test_run (const MienTest *tests, size_t n)
{
  printf ("1..%zu\n", n);
  for (size_t i = 0; i < n; i++)
    {
      tests[i].run ();
      printf ("ok %zu - %s\n", i + 1, tests[i].name);
      fflush (stdout);
    }
  return 0;
}
