/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Numbers and labels as the lists write them (METHOD.md sections 1 and 2). Independent of
 * the locale. A real that is written reads back to the same bits. Whole numbers may be
 * written as reals (1.0), which some editions do.
 */

#define G_LOG_DOMAIN "mien-importers"
#include "config.h"

#include "mien-import-private.h"

#include <math.h>
#include <string.h>

enum
{
  MAX_NUMBER = 64,  /* characters */
  MAX_MESSAGE = 80, /* bytes of a foreign text in a message */
};

gboolean
mien_real_from_string (const char *string, double *value)
{
  gsize length = strspn (string, "0123456789+-.eE");
  char *end;
  double result;

  if (length == 0 || length > MAX_NUMBER || string[length] != '\0')
    return FALSE;
  result = g_ascii_strtod (string, &end);
  if (*end != '\0' || !isfinite (result))
    return FALSE;
  *value = result;
  return TRUE;
}

/* Fifteen digits always survive from text to double and back, and %g drops the zeros at
 * the end, so the first of the three that reads back is the shortest. */
const char *
mien_real_to_string (double value, char *buffer)
{
  static const char *const formats[] = { "%.15g", "%.16g", "%.17g" };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_ascii_formatd (buffer, G_ASCII_DTOSTR_BUF_SIZE, formats[i], value);
      if (g_ascii_strtod (buffer, NULL) == value)
        break;
    }
  return buffer;
}

static gboolean
whole_from_string (const char *string, double lowest, double highest, double *value)
{
  double result;

  if (!mien_real_from_string (string, &result) || result != floor (result)
      || result < lowest || result > highest)
    return FALSE;
  *value = result + 0.0; /* no -0 */
  return TRUE;
}

static void
set_label (MienLabel *label, MienAnswer answer, double first, double second)
{
  *label = (MienLabel){ .answer = answer,
                        .source = MIEN_SOURCE_IMPORTED,
                        .value = { first, second } };
}

const char *
mien_read_valence_arousal (const char *valence, const char *arousal, MienLabel *label)
{
  double v, a;

  if (!mien_real_from_string (valence, &v) || !mien_real_from_string (arousal, &a))
    return "valence and arousal must be numbers";
  if (v == -5.0 && a == -5.0)
    set_label (label, MIEN_ANSWER_NONE, 0.0, 0.0);
  else if (v == -5.0 || a == -5.0)
    return "valence and arousal are missing (-5) together or not at all";
  else if (fabs (v) > 1.0 || fabs (a) > 1.0)
    return "valence and arousal lie between -1 and 1, or are -5 for missing";
  else
    set_label (label, MIEN_ANSWER_VALUE, v, a);
  return NULL;
}

const char *
mien_read_expression (const char *string, guint n_expressions, MienLabel *label)
{
  double value;

  if (!whole_from_string (string, -1.0, (double) n_expressions - 1.0, &value))
    return n_expressions == MIEN_EXPRESSION_COUNT
               ? "the expression is a whole number from 0 to 7, or -1 for missing"
               : "the expression is a whole number from 0 to 6, or -1 for missing";
  if (value < 0.0)
    set_label (label, MIEN_ANSWER_NONE, 0.0, 0.0);
  else
    set_label (label, MIEN_ANSWER_VALUE, value, 0.0);
  return NULL;
}

const char *
mien_read_unit (const char *string, MienLabel *label)
{
  double value;

  if (!whole_from_string (string, -1.0, 1.0, &value))
    return "an action unit is 0 or 1, or -1 for missing";
  if (value < 0.0)
    set_label (label, MIEN_ANSWER_NONE, 0.0, 0.0);
  else
    set_label (label, MIEN_ANSWER_VALUE, value, 0.0);
  return NULL;
}

gboolean
mien_labels_have (const MienLabels *labels, MienTask task)
{
  guint first = mien_task_first_item (task);

  for (guint item = first; item < first + mien_task_n_items (task); item++)
    if (labels->item[item].answer != MIEN_ANSWER_NONE)
      return TRUE;
  return FALSE;
}

gboolean
mien_labels_have_value (const MienLabels *labels, MienTask task)
{
  guint first = mien_task_first_item (task);

  for (guint item = first; item < first + mien_task_n_items (task); item++)
    if (labels->item[item].answer == MIEN_ANSWER_VALUE)
      return TRUE;
  return FALSE;
}

char *
mien_text_for_message (const char *text)
{
  gsize length = strnlen (text, MAX_MESSAGE);
  g_autofree char *valid = g_utf8_make_valid (text, (gssize) length);
  GString *shown = g_string_new (NULL);

  for (const char *s = valid; *s != '\0'; s = g_utf8_next_char (s))
    {
      gunichar c = g_utf8_get_char (s);

      g_string_append_unichar (shown, g_unichar_iscntrl (c) ? '?' : c);
    }
  if (text[length] != '\0')
    g_string_append (shown, "...");
  return g_string_free (shown, FALSE);
}
