/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Names of images as lists and archives give them. They become keys in the project and
 * paths when a project is exported, so one that could point out of its folder, or that
 * two spellings could share, is not a name.
 */

#define G_LOG_DOMAIN "mien-importers"

#include "config.h"

#include "mien-image.h"

#include <string.h>

enum
{
  MAX_NAME = 512,
  MAX_DIGITS = 18, /* what always fits into 63 bits */
};

gboolean
mien_image_name_is_safe (const char *name)
{
  gsize length = strlen (name);
  const char *part = name;

  if (length == 0 || length > MAX_NAME || !g_utf8_validate (name, (gssize) length, NULL))
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (g_ascii_iscntrl (name[i]))
      return FALSE;
  while (part != NULL)
    {
      const char *slash = strchr (part, '/');
      gsize size = slash != NULL ? (gsize) (slash - part) : strlen (part);

      if (size == 0 || (size == 1 && part[0] == '.')
          || (size == 2 && part[0] == '.' && part[1] == '.'))
        return FALSE;
      part = slash != NULL ? slash + 1 : NULL;
    }
  return TRUE;
}

void
mien_image_name_split (const char *name, char **video, gint64 *number)
{
  const char *slash = strrchr (name, '/');
  const char *base = slash != NULL ? slash + 1 : name;
  const char *dot = strrchr (base, '.');
  const char *end = dot != NULL && dot != base ? dot : base + strlen (base);
  const char *start = end;

  while (start > base && g_ascii_isdigit (start[-1]))
    start--;

  *video = slash != NULL ? g_strndup (name, (gsize) (slash - name)) : g_strdup ("");
  *number =
      start < end && end - start <= MAX_DIGITS ? g_ascii_strtoll (start, NULL, 10) : -1;
}
