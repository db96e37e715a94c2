/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * For test-weights.py: reads a file of weights and writes what was read as safetensors.
 *
 *     convert-weights [--engine] IN OUT
 *
 * One line on stderr and exit 1 where that fails; with --engine "heads 0" or "heads 1".
 */

#include "config.h"

#include "mien-weights.h"

#include <stdio.h>
#include <string.h>

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  char message[MIEN_ERROR_SIZE];
  gboolean engine = argc == 4 && strcmp (argv[1], "--engine") == 0, has_heads;
  MienTensors *tensors;

  if (argc != 3 && !engine)
    return 2;
  tensors = mien_weights_read (argv[argc - 2], &error);
  if (tensors != NULL && engine)
    {
      MienTensors *ours =
          mien_weights_for_engine (tensors, argv[argc - 2], &has_heads, &error);

      mien_tensors_free (tensors);
      tensors = ours;
      if (ours != NULL)
        printf ("heads %d\n", has_heads);
    }
  if (tensors == NULL)
    {
      fprintf (stderr, "%s\n", error->message);
      return 1;
    }
  if (mien_safetensors_write (tensors, argv[argc - 1], message) != 0)
    {
      fprintf (stderr, "%s\n", message);
      return 1;
    }
  mien_tensors_free (tensors);
  return 0;
}
