/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Laying the mix: at each place the reason that is furthest behind its share gives its
 * next candidate. Frames of one second of a video look alike, so one of them is enough;
 * a video that would come too often in a row waits, whatever its reason, as long as there
 * is another.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-mix.h"

#include <string.h>

static const char *const ids[] = { "uncertain",    "rare",   "diverse",
                                   "disagreement", "random", "audit" };

const char *
mien_reason_id (MienReason reason)
{
  return ids[reason];
}

void
mien_mix_init (MienMix *mix)
{
  *mix = (MienMix){ .share = { [MIEN_REASON_UNCERTAIN] = 45,
                               [MIEN_REASON_RARE] = 15,
                               [MIEN_REASON_DIVERSE] = 10,
                               [MIEN_REASON_DISAGREEMENT] = 10,
                               [MIEN_REASON_RANDOM] = 5,
                               [MIEN_REASON_AUDIT] = 15 } };
}

/* One "reason=share" into mix. */
static gboolean
parse_share (const char *text, MienMix *mix)
{
  const char *equals = strchr (text, '=');
  guint64 share;

  if (equals == NULL
      || !g_ascii_string_to_unsigned (equals + 1, 10, 0, 100, &share, NULL))
    return FALSE;
  for (guint i = 0; i < MIEN_REASON_COUNT; i++)
    if (strlen (ids[i]) == (gsize) (equals - text)
        && strncmp (text, ids[i], strlen (ids[i])) == 0)
      {
        mix->share[i] = (guint) share;
        return TRUE;
      }
  return FALSE;
}

gboolean
mien_mix_parse (const char *text, MienMix *mix, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", MIEN_REASON_COUNT + 1);
  MienMix result = { 0 };
  guint sum = 0;

  for (guint i = 0; parts[i] != NULL; i++)
    if (!parse_share (parts[i], &result))
      {
        g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                     "\"%s\" is no share of the queue; write uncertain=50, or rare, "
                     "diverse, disagreement, random or audit instead of uncertain",
                     parts[i]);
        return FALSE;
      }
  for (guint i = 0; i < MIEN_REASON_COUNT; i++)
    sum += result.share[i];
  if (sum != 100)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   "the shares of the queue add up to %u; let them add up to 100", sum);
      return FALSE;
    }
  *mix = result;
  return TRUE;
}

char *
mien_mix_to_text (const MienMix *mix)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < MIEN_REASON_COUNT; i++)
    if (mix->share[i] > 0)
      g_string_append_printf (text, "%s%s=%u", text->len > 0 ? "," : "", ids[i],
                              mix->share[i]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

typedef struct
{
  GArray *const *candidates;
  guint next[MIEN_REASON_COUNT]; /* everything before it is used or never will be */
  guint taken[MIEN_REASON_COUNT];
  GHashTable *frames;  /* gint64 */
  GHashTable *seconds; /* "video second" as two gint64 */
  GArray *turns;
  gint64 last_video;
  guint run;
} Laying;

static guint
hash_second (gconstpointer key)
{
  const gint64 *second = key;

  return (guint) ((guint64) second[0] * 0x9e3779b97f4a7c15u >> 32) ^ (guint) second[1];
}

static gboolean
equal_second (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, 2 * sizeof (gint64)) == 0;
}

/* Whether it is used, or too near to what is. */
static gboolean
is_spent (Laying *laying, const MienCandidate *candidate)
{
  const gint64 second[2] = { candidate->video, candidate->second };

  return g_hash_table_contains (laying->frames, &candidate->frame)
         || (candidate->second >= 0 && g_hash_table_contains (laying->seconds, second));
}

/* The first candidate of the reason that can come now, NULL: none. */
static const MienCandidate *
find (Laying *laying, guint reason, gboolean any_video)
{
  GArray *candidates = laying->candidates[reason];

  while (laying->next[reason] < candidates->len
         && is_spent (laying,
                      &g_array_index (candidates, MienCandidate, laying->next[reason])))
    laying->next[reason]++;
  for (guint i = laying->next[reason]; i < candidates->len; i++)
    {
      const MienCandidate *candidate = &g_array_index (candidates, MienCandidate, i);

      if ((any_video || laying->run < MIEN_MIX_RUN
           || candidate->video != laying->last_video)
          && !is_spent (laying, candidate))
        return candidate;
    }
  return NULL;
}

/* The reason furthest behind that has a candidate; MIEN_REASON_COUNT: none has. */
static guint
choose (Laying *laying,
        const MienMix *mix,
        gboolean any_video,
        const MienCandidate **candidate)
{
  guint best = MIEN_REASON_COUNT;
  gint64 most = G_MININT64;

  for (guint i = 0; i < MIEN_REASON_COUNT; i++)
    {
      gint64 behind = (gint64) mix->share[i] * (laying->turns->len + 1)
                      - 100 * (gint64) laying->taken[i];
      const MienCandidate *found;

      if (mix->share[i] == 0 || behind <= most)
        continue;
      found = find (laying, i, any_video);
      if (found == NULL)
        continue;
      best = i;
      most = behind;
      *candidate = found;
    }
  return best;
}

static void
take (Laying *laying, guint reason, const MienCandidate *candidate)
{
  MienTurn turn = { candidate->frame, (MienReason) reason, candidate->audited };
  const gint64 second[2] = { candidate->video, candidate->second };

  g_array_append_val (laying->turns, turn);
  laying->taken[reason]++;
  laying->run = candidate->video == laying->last_video ? laying->run + 1 : 1;
  laying->last_video = candidate->video;
  g_hash_table_add (laying->frames,
                    g_memdup2 (&candidate->frame, sizeof candidate->frame));
  if (candidate->second >= 0)
    g_hash_table_add (laying->seconds, g_memdup2 (second, sizeof second));
}

GArray *
mien_mix_lay (const MienMix *mix, GArray *const *candidates, guint size)
{
  g_autoptr (GHashTable) frames =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_autoptr (GHashTable) seconds =
      g_hash_table_new_full (hash_second, equal_second, g_free, NULL);
  Laying laying = { .candidates = candidates,
                    .frames = frames,
                    .seconds = seconds,
                    .turns = g_array_new (FALSE, FALSE, sizeof (MienTurn)) };

  while (laying.turns->len < size)
    {
      const MienCandidate *candidate = NULL;
      guint reason = choose (&laying, mix, FALSE, &candidate);

      if (reason == MIEN_REASON_COUNT)
        reason = choose (&laying, mix, TRUE, &candidate);
      if (reason == MIEN_REASON_COUNT)
        break;
      take (&laying, reason, candidate);
    }
  return laying.turns;
}
