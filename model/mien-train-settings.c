/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The table of a training's settings, and what is made of it. A setting is one row here;
 * options, help, the presets and the checkpoint's line follow from it.
 */

#include "mien-train-settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const METHODS[] = { "ssmfar", "supervised", NULL };
static const char *const SCHEDULES[] = { "constant", "cosine", NULL };
static const char *const TEACHERS[] = { "own", "average", NULL };
static const char *const STAGES[] = { "none",   "stem",  "stage1", "stage2",
                                      "stage3", "trunk", NULL };
static const char *const RULES[] = {
  "ada", "fixed", "flex", "free", "soft", "all", NULL
};
static const char *const PSEUDO[] = { "expression", "all", NULL };
static const char *const CLASS_WEIGHTS[] = { "tempered", "paper", "none", NULL };
static const char *const SAMPLINGS[] = { "even", "shuffled", "balanced", NULL };

#define CHOICE(name, field, choices, help, preset)                                       \
  {                                                                                      \
    name, MIEN_SETTING_CHOICE, offsetof (MienTrainSettings, field), 0, 0, choices,       \
        "NAME", help, preset                                                             \
  }
#define INTEGER(name, field, min, max, help, preset)                                     \
  {                                                                                      \
    name, MIEN_SETTING_INTEGER, offsetof (MienTrainSettings, field), min, max, NULL,     \
        "N", help, preset                                                                \
  }
#define REAL(name, field, min, max, help, preset)                                        \
  {                                                                                      \
    name, MIEN_SETTING_REAL, offsetof (MienTrainSettings, field), min, max, NULL, "X",   \
        help, preset                                                                     \
  }

const MienSetting mien_settings[] = {
  CHOICE ("method",
          method,
          METHODS,
          "ssmfar (the default): from unlabelled frames too; or supervised",
          NULL),
  INTEGER ("epochs", epochs, 1, 100000, "8 by default", "50"),
  INTEGER ("batch", batch, 1, 1024, "Frames a step, 64 by default", "256"),
  INTEGER ("micro-batch",
           micro_batch,
           0,
           1024,
           "Frames at once in memory; 0, the default: the batch",
           "32"),
  REAL ("learning-rate", learning_rate, 1e-9, 10, "0.0005 by default", NULL),
  CHOICE ("schedule",
          schedule,
          SCHEDULES,
          "constant (the default) or cosine: the learning rate falls to 0 at the end",
          NULL),
  INTEGER ("warm-up",
           warm_up,
           0,
           1000000,
           "Steps in which the learning rate rises, 0 by default",
           NULL),
  REAL ("weight-decay",
        weight_decay,
        0,
        10,
        "Decoupled, none on biases and normalisations; 0 by default",
        NULL),
  REAL ("clip",
        clip,
        0,
        1e9,
        "Largest norm of a step's gradients; 0, the default: any",
        NULL),
  REAL ("average",
        average,
        0,
        0.99999,
        "What is delivered is an average of the weights of which a step keeps at most "
        "this, 0.999 by default; 0: the last weights",
        "0"),
  CHOICE ("teacher",
          teacher,
          TEACHERS,
          "Whose answers are pseudo-labels: average (the default) or own",
          "own"),
  CHOICE ("freeze",
          freeze,
          STAGES,
          "What stays as it is, up to: none (the default), stem, stage1, stage2, stage3 "
          "or trunk",
          NULL),
  REAL ("trunk-rate",
        trunk_rate,
        0,
        1,
        "The trunk's share of the learning rate, 1 by default",
        NULL),
  INTEGER ("labels-first",
           labels_first,
           0,
           100000,
           "Epochs on labels alone before unlabelled frames teach too, 4 by default",
           "0"),
  CHOICE (
      "rule",
      rule,
      RULES,
      "How sure a pseudo-label must be: all (the default: not at all), ada, fixed, flex, "
      "free or soft",
      "ada"),
  REAL ("threshold",
        threshold,
        0,
        1,
        "Of the rules fixed and flex, 0.95 by default",
        NULL),
  CHOICE ("pseudo",
          pseudo,
          PSEUDO,
          "Which tasks have pseudo-labels: expression (the default) or all",
          NULL),
  CHOICE ("class-weights",
          class_weights,
          CLASS_WEIGHTS,
          "How rare classes count: none (the default), tempered or paper",
          "paper"),
  CHOICE (
      "sampling",
      sampling,
      SAMPLINGS,
      "even (the default): every step has its share of labels; shuffled; or balanced: "
      "every class as often",
      "shuffled"),
  REAL ("labelled-share",
        labelled_share,
        0,
        1,
        "At least so much of a step has an expression, with even sampling; 0.5 by "
        "default; 0: as the frames have",
        "0"),
  REAL ("logit-adjustment",
        logit_adjustment,
        0,
        10,
        "Of expressions by their frequency; 1 is usual, 0, the default: none",
        NULL),
  INTEGER ("patience",
           patience,
           0,
           100000,
           "Stops after so many epochs without a better score on the tuning videos; 0, "
           "the default: never",
           NULL),
  INTEGER ("seed",
           seed,
           0,
           0x7fffffff,
           "The same seed, labels and settings give the same weights; 1 by default",
           NULL),
};
const size_t mien_n_settings = sizeof mien_settings / sizeof *mien_settings;

void
mien_train_settings_init (MienTrainSettings *settings)
{
  *settings = (MienTrainSettings){
    .epochs = 8,
    .batch = 64,
    .learning_rate = 5e-4,
    .average = 0.999,
    .trunk_rate = 1,
    .threshold = 0.95,
    .labelled_share = 0.5,
    .labels_first = 4,
    .teacher = MIEN_TEACHER_AVERAGE,
    .rule = MIEN_RULE_ALL,
    .class_weights = MIEN_CLASS_WEIGHTS_NONE,
    .seed = 1,
  };
}

int
mien_train_settings_preset (MienTrainSettings *settings,
                            const char *name,
                            int *input_size)
{
  bool paper = strcmp (name, "paper") == 0;
  char reason[256];

  if (!paper && strcmp (name, "cpu") != 0)
    return -1;
  mien_train_settings_init (settings);
  for (size_t i = 0; paper && i < mien_n_settings; i++)
    if (mien_settings[i].preset != NULL)
      mien_setting_set (settings, &mien_settings[i], mien_settings[i].preset, reason,
                        sizeof reason);
  *input_size = paper ? 224 : 112;
  return 0;
}

const MienSetting *
mien_setting_find (const char *name)
{
  for (size_t i = 0; i < mien_n_settings; i++)
    if (strcmp (mien_settings[i].name, name) == 0)
      return &mien_settings[i];
  return NULL;
}

/* "takes a, b or c, not "text"" */
static int
refuse_choice (const MienSetting *setting, const char *text, char *reason, size_t size)
{
  size_t n = 0, at = 0;

  while (setting->choices[n] != NULL)
    n++;
  at += (size_t) snprintf (reason, size, "takes ");
  for (size_t i = 0; i < n && at < size; i++)
    at += (size_t) snprintf (reason + at, size - at, "%s%s",
                             i == 0       ? ""
                             : i + 1 == n ? " or "
                                          : ", ",
                             setting->choices[i]);
  if (at < size)
    snprintf (reason + at, size - at, ", not \"%.60s\"", text);
  return -1;
}

int
mien_setting_set (MienTrainSettings *settings,
                  const MienSetting *setting,
                  const char *text,
                  char *reason,
                  size_t size)
{
  bool whole = setting->kind == MIEN_SETTING_INTEGER;
  void *at = (char *) settings + setting->at;
  char *end;
  double number;

  if (setting->kind == MIEN_SETTING_CHOICE)
    {
      for (int i = 0; setting->choices[i] != NULL; i++)
        if (strcmp (setting->choices[i], text) == 0)
          return *(int *) at = i, 0;
      return refuse_choice (setting, text, reason, size);
    }
  /* NaN is in no range; a whole number is written in digits alone. */
  number = strtod (text, &end);
  if (end == text || *end != '\0' || strchr (" \t\n\v\f\r", *text) != NULL
      || !(number >= setting->min && number <= setting->max)
      || (whole && text[strspn (text, "0123456789")] != '\0'))
    {
      snprintf (reason, size, "takes a %snumber from %g to %.10g, not \"%.60s\"",
                whole ? "whole " : "", setting->min, setting->max, text);
      return -1;
    }
  if (whole)
    *(int *) at = (int) number;
  else
    *(double *) at = number;
  return 0;
}

void
mien_setting_text (const MienTrainSettings *settings,
                   const MienSetting *setting,
                   char *text,
                   size_t size)
{
  const void *at = (const char *) settings + setting->at;

  if (setting->kind == MIEN_SETTING_CHOICE)
    snprintf (text, size, "%s", setting->choices[*(const int *) at]);
  else if (setting->kind == MIEN_SETTING_INTEGER)
    snprintf (text, size, "%d", *(const int *) at);
  else
    snprintf (text, size, "%.17g", *(const double *) at);
}

static bool
decides_weights (const MienTrainSettings *settings, const MienSetting *setting)
{
  if (setting->at == offsetof (MienTrainSettings, epochs))
    return settings->schedule == MIEN_SCHEDULE_COSINE;
  return setting->at != offsetof (MienTrainSettings, patience);
}

int
mien_train_settings_describe (const MienTrainSettings *settings, char *text, size_t size)
{
  size_t at = 0;

  for (size_t i = 0; i < mien_n_settings; i++)
    {
      char value[64];
      int n;

      if (!decides_weights (settings, &mien_settings[i]))
        continue;
      mien_setting_text (settings, &mien_settings[i], value, sizeof value);
      n = snprintf (text + at, size - at, "%s%s=%s", at > 0 ? " " : "",
                    mien_settings[i].name, value);
      if (n < 0 || (size_t) n >= size - at)
        return -1;
      at += (size_t) n;
    }
  return 0;
}
