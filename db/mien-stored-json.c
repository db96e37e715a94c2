/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The way in for JSON from strangers. JSON-GLib calls itself for each bracket that opens
 * inside another one and overflows the stack at some hundred thousand of them. All that
 * open are counted, also those that stand in strings or side by side: there are never
 * more inside one another.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-stored-json.h"

enum
{
  MOST_BRACKETS = 10000,
};

JsonNode *
mien_stored_json_read (const char *text)
{
  guint brackets = 0;

  if (text == NULL || !g_utf8_validate (text, -1, NULL))
    return NULL;
  for (const char *at = text; *at != '\0'; at++)
    if ((*at == '[' || *at == '{') && ++brackets > MOST_BRACKETS)
      return NULL;
  return json_from_string (text, NULL);
}
