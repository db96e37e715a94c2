/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * What decides a training besides its data: one table of named settings, which mien-engine's command
 * line, mienctl's options and the line that a checkpoint is recognised by are all made of. Plain C,
 * so that both ends of the pipe share it.
 */

typedef enum { MIEN_METHOD_SSMFAR, MIEN_METHOD_SUPERVISED } MienMethod;

typedef enum { MIEN_SCHEDULE_CONSTANT, MIEN_SCHEDULE_COSINE } MienSchedule;

/* Whose answers to the weak views become pseudo-labels: the network's own in the step, or those of the
 * average of the last weights, in evaluation mode. */
typedef enum { MIEN_TEACHER_OWN, MIEN_TEACHER_AVERAGE } MienTeacher;

/* How sure an answer must be to be a pseudo-label, see mien-rules.h. */
typedef enum
{
  MIEN_RULE_ADA,
  MIEN_RULE_FIXED,
  MIEN_RULE_FLEX,
  MIEN_RULE_FREE,
  MIEN_RULE_SOFT,
  MIEN_RULE_ALL,
} MienRule;

/* Which tasks have pseudo-labels: expressions, as published, or all three. */
typedef enum { MIEN_PSEUDO_EXPRESSION, MIEN_PSEUDO_ALL } MienPseudoTasks;

/* See mien-class-weights.h. */
typedef enum
{
  MIEN_CLASS_WEIGHTS_TEMPERED,
  MIEN_CLASS_WEIGHTS_PAPER,
  MIEN_CLASS_WEIGHTS_NONE,
} MienClassWeights;

/* See mien-batches.h. */
typedef enum { MIEN_SAMPLING_EVEN, MIEN_SAMPLING_SHUFFLED, MIEN_SAMPLING_BALANCED } MienSampling;

enum
{
  MIEN_FREEZE_TRUNK = 5,               /* of freeze: all but the heads */
};

typedef struct
{
  int    method, epochs, batch;
  int    micro_batch;                  /* rows of one forward; 0: the whole batch */
  double learning_rate;
  int    schedule, warm_up;            /* warm_up: steps */
  double weight_decay, clip;           /* clip: largest norm of all gradients together; 0: any */
  double average;                      /* how much of the average a step keeps at most; 0: no average */
  int    teacher;
  int    freeze;                       /* 0: nothing, 1: the stem, 2 .. 5: and stages 1 .. 4 */
  double trunk_rate;                   /* the trunk's share of the learning rate */
  int    labels_first;                 /* epochs of ssmfar on labels alone */
  int    rule;
  double threshold;                    /* of the rules fixed and flex */
  int    pseudo, class_weights, sampling;
  double labelled_share;               /* of the rows of a step, at least; with even sampling */
  double logit_adjustment;             /* tau of Menon et al., 2021; 0: none */
  int    patience;                     /* epochs without a better tuning score; 0: any number */
  int    seed;
} MienTrainSettings;

typedef enum { MIEN_SETTING_CHOICE, MIEN_SETTING_INTEGER, MIEN_SETTING_REAL } MienSettingKind;

typedef struct
{
  const char       *name;              /* of the option, without "--" */
  MienSettingKind   kind;
  size_t            at;                /* in MienTrainSettings: an int or a double */
  double            min, max;
  const char *const *choices;          /* NULL-terminated; the value is the index */
  const char       *argument, *help;   /* "N", "Frames a step, 64 by default" */
  const char       *preset;            /* its value in the preset "paper" where that differs, or NULL */
} MienSetting;

/* In the order in which they are told. */
extern const MienSetting mien_settings[];
extern const size_t      mien_n_settings;

/* Our own preset, "cpu", which is the default. */
void mien_train_settings_init   (MienTrainSettings  *settings);
/* "cpu" or "paper" (Gera et al., 2022): 0, or -1 for a name that is none. input_size: pixels of a side. */
int  mien_train_settings_preset (MienTrainSettings  *settings,
                                 const char         *name,
                                 int                *input_size);
/* NULL if there is none of that name. */
const MienSetting *mien_setting_find (const char    *name);
/* Reads text into the setting: 0, or -1 with what it takes in reason ("takes ada, fixed or ...") and
 * settings untouched. Decimal points whatever the locale, as long as nobody has set one. */
int  mien_setting_set           (MienTrainSettings  *settings,
                                 const MienSetting  *setting,
                                 const char         *text,
                                 char               *reason,     /* 256 bytes */
                                 size_t              size);
/* The value as text that mien_setting_set() reads to the same value. */
void mien_setting_text          (const MienTrainSettings *settings,
                                 const MienSetting       *setting,
                                 char                    *text,
                                 size_t                   size);
/* "name=value name=value ..." of all that decides the weights of an epoch: epochs only with a schedule
 * that depends on them, and not the patience. 0, or -1 if size is too small. */
int  mien_train_settings_describe (const MienTrainSettings *settings,
                                   char                    *text,
                                   size_t                   size);
