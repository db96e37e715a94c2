/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The parser of mien-engine's lines. A kind is a row of a table: its first word and the
 * fields that must follow, in any order, each once. What the table does not name is not
 * of the protocol, so that an engine of another version is found out at its first line
 * and not in a curve that looks odd.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-engine-message.h"

#include <math.h>
#include <string.h>

#include "mien-types.h"

typedef enum
{
  FIELD_EPOCH,
  FIELD_EPOCHS,
  FIELD_RESUMED,
  FIELD_STEP,
  FIELD_STEPS,
  FIELD_IMAGES,
  FIELD_VALIDATION,
  FIELD_PARAMETERS,
  FIELD_CLASS,
  FIELD_UNIT,
  FIELD_NAME,
  FIELD_VALUE,
  FIELD_LOSS,
  FIELD_RATE,
} Field;

static const char *const field_names[] = {
  [FIELD_EPOCH] = "epoch",
  [FIELD_EPOCHS] = "epochs",
  [FIELD_RESUMED] = "resumed",
  [FIELD_STEP] = "step",
  [FIELD_STEPS] = "steps",
  [FIELD_IMAGES] = "images",
  [FIELD_VALIDATION] = "validation",
  [FIELD_PARAMETERS] = "parameters",
  [FIELD_CLASS] = "class",
  [FIELD_UNIT] = "unit",
  [FIELD_NAME] = "name",
  [FIELD_VALUE] = "value",
  [FIELD_LOSS] = "loss",
  [FIELD_RATE] = "rate",
};

#define BIT(field) (1u << (field))

/* A threshold is one of a class or one of a unit, so it has two rows. */
static const struct
{
  const char *word;
  MienEngineMessageKind kind;
  guint fields;
} kinds[] = {
  { "start", MIEN_ENGINE_START,
    BIT (FIELD_IMAGES) | BIT (FIELD_VALIDATION) | BIT (FIELD_STEPS)
        | BIT (FIELD_PARAMETERS) | BIT (FIELD_RESUMED) },
  { "progress", MIEN_ENGINE_PROGRESS,
    BIT (FIELD_STEP) | BIT (FIELD_STEPS) | BIT (FIELD_EPOCH) | BIT (FIELD_LOSS)
        | BIT (FIELD_RATE) },
  { "metric", MIEN_ENGINE_METRIC,
    BIT (FIELD_EPOCH) | BIT (FIELD_NAME) | BIT (FIELD_VALUE) },
  { "threshold", MIEN_ENGINE_THRESHOLD,
    BIT (FIELD_EPOCH) | BIT (FIELD_CLASS) | BIT (FIELD_VALUE) },
  { "threshold", MIEN_ENGINE_THRESHOLD,
    BIT (FIELD_EPOCH) | BIT (FIELD_UNIT) | BIT (FIELD_VALUE) },
  { "checkpoint", MIEN_ENGINE_CHECKPOINT, BIT (FIELD_EPOCH) },
  { "done", MIEN_ENGINE_DONE, BIT (FIELD_EPOCHS) },
  { "done", MIEN_ENGINE_DONE, 0 },
};

/* Decimal digits only: no sign, no space, no base. */
static gboolean
parse_whole (const char *text, guint64 highest, guint64 *value)
{
  guint64 number = 0;

  if (*text == '\0')
    return FALSE;
  for (; *text != '\0'; text++)
    {
      guint64 digit = (guint64) (*text - '0');

      if (!g_ascii_isdigit (*text) || number > (highest - digit) / 10)
        return FALSE;
      number = 10 * number + digit;
    }
  if (number > highest)
    return FALSE;
  *value = number;
  return TRUE;
}

static gboolean
parse_real (const char *text, gboolean any, double *value)
{
  char *end;
  double number;

  if (g_ascii_isspace (*text) || *text == '\0')
    return FALSE;
  number = g_ascii_strtod (text, &end);
  if (*end != '\0' || (!any && !isfinite (number)))
    return FALSE;
  *value = number;
  return TRUE;
}

/* What curves are called: lower-case words, so that a name can go anywhere. */
static gboolean
parse_name (const char *text, char name[MIEN_ENGINE_MAX_NAME + 1])
{
  gsize length = strlen (text);

  if (length == 0 || length > MIEN_ENGINE_MAX_NAME)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_islower (text[i]) && !g_ascii_isdigit (text[i]) && text[i] != '_')
      return FALSE;
  memcpy (name, text, length + 1);
  return TRUE;
}

static gboolean
parse_field (Field field, const char *text, MienEngineMessage *message)
{
  guint64 whole = 0;
  gboolean ok;

  switch (field)
    {
    case FIELD_EPOCH:
    case FIELD_EPOCHS:
    case FIELD_RESUMED:
      ok = parse_whole (text, MIEN_ENGINE_MAX_EPOCH, &whole)
           && (whole > 0 || field != FIELD_EPOCH);
      message->epoch = (int) whole;
      return ok;
    case FIELD_STEP:
      return parse_whole (text, G_MAXINT64, &message->step);
    case FIELD_STEPS:
      return parse_whole (text, G_MAXINT64, &message->steps);
    case FIELD_IMAGES:
      return parse_whole (text, G_MAXINT64, &message->images);
    case FIELD_VALIDATION:
      return parse_whole (text, G_MAXINT64, &message->validation);
    case FIELD_PARAMETERS:
      return parse_whole (text, G_MAXINT64, &message->parameters);
    case FIELD_CLASS:
    case FIELD_UNIT:
      message->is_unit = field == FIELD_UNIT;
      ok = parse_whole (
          text, message->is_unit ? MIEN_UNIT_COUNT - 1 : MIEN_EXPRESSION_COUNT - 1,
          &whole);
      message->index = (guint) whole;
      return ok;
    case FIELD_NAME:
      return parse_name (text, message->name);
    case FIELD_VALUE:
      return parse_real (text, FALSE, &message->value);
    case FIELD_LOSS:
      return parse_real (text, TRUE, &message->value);
    case FIELD_RATE:
      return parse_real (text, FALSE, &message->rate) && message->rate >= 0;
    }
  g_return_val_if_reached (FALSE);
}

/* words: "name=value" each, NULL-terminated. Which fields there were goes to fields. */
static gboolean
parse_fields (char **words, MienEngineMessage *message, guint *fields)
{
  *fields = 0;
  for (; *words != NULL; words++)
    {
      char *value = strchr (*words, '=');
      guint field = 0;

      if (value == NULL)
        return FALSE;
      *value++ = '\0';
      while (field < G_N_ELEMENTS (field_names)
             && strcmp (field_names[field], *words) != 0)
        field++;
      if (field == G_N_ELEMENTS (field_names) || (*fields & BIT (field)) != 0
          || !parse_field ((Field) field, value, message))
        return FALSE;
      *fields |= BIT (field);
    }
  return TRUE;
}

/* The lines that are not made of fields. */
static gboolean
parse_special (const char *text, MienEngineMessage *message)
{
  if (strcmp (text, "hello mien-engine 1") == 0)
    message->kind = MIEN_ENGINE_HELLO;
  else if (g_str_has_prefix (text, "error ") && text[strlen ("error ")] != '\0')
    {
      message->kind = MIEN_ENGINE_ERROR;
      g_strlcpy (message->text, text + strlen ("error "), sizeof message->text);
    }
  else if (g_str_has_prefix (text, "answers "))
    {
      message->kind = MIEN_ENGINE_ANSWERS;
      return parse_whole (text + strlen ("answers "), G_MAXINT64, &message->count);
    }
  else
    return FALSE;
  return TRUE;
}

static gboolean
has_control (const char *text)
{
  for (; *text != '\0'; text++)
    if (g_ascii_iscntrl (*text))
      return TRUE;
  return FALSE;
}

gboolean
mien_engine_message_parse (const char *line, gsize length, MienEngineMessage *message)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) words = NULL;
  g_autofree MienEngineMessage *result = NULL;
  guint fields, i;

  if (length > MIEN_ENGINE_MAX_LINE || memchr (line, '\0', length) != NULL
      || !g_utf8_validate (line, (gssize) length, NULL))
    return FALSE;
  text = g_strndup (line, length);
  result = g_new0 (MienEngineMessage, 1);
  if (has_control (text))
    return FALSE;
  if (!parse_special (text, result))
    {
      words = g_strsplit (text, " ", -1);
      if (words[0] == NULL || !parse_fields (words + 1, result, &fields))
        return FALSE;
      for (i = 0; i < G_N_ELEMENTS (kinds); i++)
        if (strcmp (kinds[i].word, words[0]) == 0 && kinds[i].fields == fields)
          break;
      if (i == G_N_ELEMENTS (kinds))
        return FALSE;
      result->kind = kinds[i].kind;
    }
  *message = *result;
  return TRUE;
}
