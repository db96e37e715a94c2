/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The share of blind faces as text, the same in every locale.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-blind-share.h"

#include <string.h>

static gboolean
is_share (double value)
{
  return value >= MIEN_BLIND_SHARE_LEAST && value <= MIEN_BLIND_SHARE_MOST;
}

double
mien_blind_share_parse (const char *text)
{
  char *end = NULL;
  double value;

  /* strtod would take spaces, hexadecimals, "nan". */
  if (text == NULL || *text == '\0' || text[strspn (text, "0123456789.")] != '\0')
    return MIEN_BLIND_SHARE_LEAST;
  value = g_ascii_strtod (text, &end);
  return *end == '\0' && is_share (value) ? value : MIEN_BLIND_SHARE_LEAST;
}

double
mien_blind_share (MienStore *store)
{
  g_autofree char *text = mien_store_setting (store, MIEN_BLIND_SHARE, NULL);

  return mien_blind_share_parse (text);
}

gboolean
mien_blind_share_set (MienStore *store, double share, GError **error)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (!is_share (share))
    {
      g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_INVALID,
                   "%s: the blind share of a project is %.2f to %.2f; give one of these",
                   mien_store_path (store), MIEN_BLIND_SHARE_LEAST,
                   MIEN_BLIND_SHARE_MOST);
      return FALSE;
    }
  g_ascii_formatd (text, sizeof text, "%.2f", share);
  return mien_store_set_setting (store, MIEN_BLIND_SHARE, text, error);
}
