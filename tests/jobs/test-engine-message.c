/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The parser of the engine's lines: what it takes, what it refuses, and rubbish. */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-engine-message.h"

#include <math.h>
#include <string.h>

#include "mien-types.h"

static const char *const good[] = {
  "hello mien-engine 1",
  "start images=3201 validation=688 steps=400 parameters=11291798 resumed=0",
  "progress step=12 steps=400 epoch=1 loss=2.0794415 rate=61.5",
  "progress rate=0 loss=nan epoch=3 steps=9 step=0",
  "metric epoch=2 name=validation_ccc_valence value=-0.125",
  "threshold epoch=8 class=7 value=0.800000012",
  "threshold epoch=8 unit=11 value=1",
  "checkpoint epoch=8",
  "done epochs=8",
  "done",
  "error /tmp/pack: No space left on device",
  "answers 64",
};

static const char *const bad[] = {
  "",
  " ",
  "hello",
  "hello mien-engine 2",
  "hello mien-engine 1 ",
  "hello mien-engine 10",
  "HELLO mien-engine 1",
  "start images=1 validation=1 steps=1 parameters=1",
  "start images=-1 validation=1 steps=1 parameters=1 resumed=0",
  "progress step=1 steps=2 epoch=0 loss=1 rate=1",
  "progress step=1 steps=2 epoch=1 loss=1 rate=nan",
  "progress step=1 steps=2 epoch=1 loss=1 rate=-1",
  "progress step=1 step=1 steps=2 epoch=1 loss=1 rate=1",
  "progress step=1  steps=2 epoch=1 loss=1 rate=1",
  "progress step=99999999999999999999 steps=2 epoch=1 loss=1 rate=1",
  "progress step=0x10 steps=2 epoch=1 loss=1 rate=1",
  "metric epoch=1 name=loss value=nan",
  "metric epoch=1 name=loss value=inf",
  "metric epoch=1 name=loss value=",
  "metric epoch=1 name=loss value=1x",
  "metric epoch=1 name= value=1",
  "metric epoch=1 name=Loss value=1",
  "metric epoch=1 name=a/b value=1",
  "metric epoch=1 name=loss value=1 extra=1",
  "metric epoch=1 name=loss",
  "metric epoch=1000001 name=loss value=1",
  "metric epoch=1 name=lossssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss"
  " value=1",
  "threshold epoch=1 class=8 value=0.8",
  "threshold epoch=1 unit=12 value=0.8",
  "threshold epoch=1 class=1 unit=1 value=0.8",
  "threshold epoch=1 value=0.8",
  "checkpoint",
  "checkpoint epoch=1 epoch=1",
  "done epoch=1",
  "done epochs=1000001",
  "error",
  "error ",
  "error \xff\xfe",
  "error a\tb",
  "answers",
  "answers ",
  "answers -1",
  "answers 1 2",
  "answers 99999999999999999999",
  "=",
  "progress =",
};

static gboolean
is_sound (const MienEngineMessage *message)
{
  gboolean sound =
      message->epoch >= 0 && message->epoch <= MIEN_ENGINE_MAX_EPOCH && message->rate >= 0
      && isfinite (message->rate) && strlen (message->name) <= MIEN_ENGINE_MAX_NAME
      && g_utf8_validate (message->text, -1, NULL) && message->index < MIEN_UNIT_COUNT
      && (message->is_unit || message->index < MIEN_EXPRESSION_COUNT);

  return sound && (message->kind == MIEN_ENGINE_PROGRESS || isfinite (message->value));
}

static void
test_good (void)
{
  g_autofree MienEngineMessage *message = g_new0 (MienEngineMessage, 1);

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_test_message ("%s", good[i]);
      g_assert_true (mien_engine_message_parse (good[i], strlen (good[i]), message));
      g_assert_true (is_sound (message));
    }
}

static void
test_values (void)
{
  g_autofree MienEngineMessage *message = g_new0 (MienEngineMessage, 1);

  g_assert_true (mien_engine_message_parse (good[1], strlen (good[1]), message));
  g_assert_cmpint (message->kind, ==, MIEN_ENGINE_START);
  g_assert_cmpuint (message->images, ==, 3201);
  g_assert_cmpuint (message->validation, ==, 688);
  g_assert_cmpuint (message->steps, ==, 400);
  g_assert_cmpuint (message->parameters, ==, 11291798);
  g_assert_cmpint (message->epoch, ==, 0);
  g_assert_true (mien_engine_message_parse (good[2], strlen (good[2]), message));
  g_assert_cmpint (message->kind, ==, MIEN_ENGINE_PROGRESS);
  g_assert_cmpuint (message->step, ==, 12);
  g_assert_cmpint (message->epoch, ==, 1);
  g_assert_cmpfloat (message->value, ==, 2.0794415);
  g_assert_cmpfloat (message->rate, ==, 61.5);
  g_assert_true (mien_engine_message_parse (good[3], strlen (good[3]), message));
  g_assert_true (isnan (message->value));
  g_assert_true (mien_engine_message_parse (good[4], strlen (good[4]), message));
  g_assert_cmpint (message->kind, ==, MIEN_ENGINE_METRIC);
  g_assert_cmpstr (message->name, ==, "validation_ccc_valence");
  g_assert_cmpfloat (message->value, ==, -0.125);
  g_assert_true (mien_engine_message_parse (good[5], strlen (good[5]), message));
  g_assert_false (message->is_unit);
  g_assert_cmpuint (message->index, ==, 7);
  g_assert_true (mien_engine_message_parse (good[6], strlen (good[6]), message));
  g_assert_true (message->is_unit);
  g_assert_cmpuint (message->index, ==, 11);
  g_assert_true (mien_engine_message_parse (good[10], strlen (good[10]), message));
  g_assert_cmpint (message->kind, ==, MIEN_ENGINE_ERROR);
  g_assert_cmpstr (message->text, ==, "/tmp/pack: No space left on device");
  g_assert_true (mien_engine_message_parse (good[11], strlen (good[11]), message));
  g_assert_cmpuint (message->count, ==, 64);
}

static void
test_bad (void)
{
  g_autofree MienEngineMessage *message = g_new (MienEngineMessage, 1);
  g_autofree MienEngineMessage *before = g_new (MienEngineMessage, 1);

  memset (message, 0x5a, sizeof *message);
  memcpy (before, message, sizeof *message);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_test_message ("%s", bad[i]);
      g_assert_false (mien_engine_message_parse (bad[i], strlen (bad[i]), message));
      g_assert_cmpmem (message, sizeof *message, before, sizeof *before);
    }
}

static void
test_lengths (void)
{
  g_autofree MienEngineMessage *message = g_new0 (MienEngineMessage, 1);
  g_autofree char *line = g_strnfill (MIEN_ENGINE_MAX_LINE + 1, 'x');

  memcpy (line, "error ", strlen ("error "));
  g_assert_true (mien_engine_message_parse (line, MIEN_ENGINE_MAX_LINE, message));
  g_assert_cmpuint (strlen (message->text), ==, MIEN_ENGINE_MAX_LINE - strlen ("error "));
  g_assert_false (mien_engine_message_parse (line, MIEN_ENGINE_MAX_LINE + 1, message));
  g_assert_false (mien_engine_message_parse ("done\0", 5, message));
  g_assert_true (mien_engine_message_parse ("done and more", 4, message));
}

/* Good lines with a few bytes changed, cut, doubled or joined: nothing but sound messages
 * may come of them. In a buffer of just their size, so that a sanitizer sees a step too
 * far. */
static void
test_rubbish (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (20250601);
  g_autofree MienEngineMessage *message = g_new0 (MienEngineMessage, 1);
  guint taken = 0;

  for (guint round = 0; round < 200000; round++)
    {
      const char *from = good[g_rand_int_range (random, 0, G_N_ELEMENTS (good))];
      const char *other = good[g_rand_int_range (random, 0, G_N_ELEMENTS (good))];
      g_autoptr (GString) line = g_string_new (from);
      g_autofree char *exact = NULL;
      guint changes = (guint) g_rand_int_range (random, 0, 5);

      if (g_rand_int_range (random, 0, 8) == 0)
        g_string_append (line, other + g_rand_int_range (random, 0, 4));
      for (guint i = 0; i < changes && line->len > 0; i++)
        {
          gsize at = (gsize) g_rand_int_range (random, 0, (gint32) line->len);

          switch (g_rand_int_range (random, 0, 4))
            {
            case 0:
              line->str[at] = (char) g_rand_int_range (random, 0, 256);
              break;
            case 1:
              g_string_erase (line, (gssize) at, 1);
              break;
            case 2:
              g_string_insert_c (line, (gssize) at,
                                 "0123456789= .-e"[g_rand_int_range (random, 0, 15)]);
              break;
            default:
              g_string_truncate (line, at);
            }
        }
      exact = g_memdup2 (line->str, line->len);
      if (mien_engine_message_parse (exact != NULL ? exact : "", line->len, message))
        {
          taken++;
          g_assert_true (is_sound (message));
        }
    }
  g_assert_cmpuint (taken, >, 20000);
  g_assert_cmpuint (taken, <, 180000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine-message/good", test_good);
  g_test_add_func ("/engine-message/values", test_values);
  g_test_add_func ("/engine-message/bad", test_bad);
  g_test_add_func ("/engine-message/lengths", test_lengths);
  g_test_add_func ("/engine-message/rubbish", test_rubbish);
  return g_test_run ();
}
