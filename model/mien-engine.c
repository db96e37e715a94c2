/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The program mien-engine: computes, and never has a project open. This file parses the
 * command line; an unknown command or a bad option is one line on stderr and exit 2,
 * whatever fails later is one line `error TEXT` on stdout and exit 1.
 */

#include "mien-engine.h"

#include "mien-protocol.h"

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef enum
{
  TEXT,
  COUNT,
  REAL,
  FLAG,
} Kind;

typedef struct
{
  const char *name;
  Kind kind;
  size_t at; /* in MienEngineOptions */
  double min, max;
  bool needed;
} Option;

typedef struct
{
  const char *name;
  int (*run) (const MienEngineOptions *, char *);
  const char *usage;
  const Option *options;
  size_t n_options;
  MienEngineOptions defaults;
} Command;

#define AT(field) offsetof (MienEngineOptions, field)
#define WEIGHTS(needed)                                                                  \
  {                                                                                      \
    "--weights", TEXT, AT (weights), 0, 0, needed                                        \
  }
#define BATCH                                                                            \
  {                                                                                      \
    "--batch", COUNT, AT (batch), 1, 1024, false                                         \
  }
#define THREADS                                                                          \
  {                                                                                      \
    "--threads", COUNT, AT (threads), 1, 64, false                                       \
  }

static const Option FORWARD[] = {
  WEIGHTS (true),
  { "--input", TEXT, AT (input), 0, 0, true },
  { "--output", TEXT, AT (output), 0, 0, true },
  THREADS,
};

static const Option INFER[] = {
  WEIGHTS (true), { "--size", COUNT, AT (size), 48, 224, true },        BATCH,
  THREADS,        { "--no-spread", FLAG, AT (no_spread), 0, 0, false },
};

static const Option TRAIN[] = {
  { "--pack", TEXT, AT (pack), 0, 0, true },
  { "--run", TEXT, AT (run), 0, 0, true },
  { "--method", TEXT, AT (method), 0, 0, false },
  { "--class-weights", TEXT, AT (class_weights), 0, 0, false },
  { "--epochs", COUNT, AT (epochs), 1, 100000, false },
  BATCH,
  { "--learning-rate", REAL, AT (learning_rate), 1e-9, 10, false },
  { "--seed", COUNT, AT (seed), 0, 0x7fffffff, false },
  THREADS,
  WEIGHTS (false),
};

#define OPTIONS(table) table, sizeof table / sizeof *table

static const Command COMMANDS[] = {
  { "train",
    mien_engine_train,
    "--pack FILE --run DIR [--method ssmfar|supervised] [--epochs N] [--batch N]\n"
    "      [--learning-rate X] [--seed N] [--threads N] [--weights FILE]\n"
    "      [--class-weights tempered|paper]",
    OPTIONS (TRAIN),
    { .method = "ssmfar",
      .class_weights = "tempered",
      .epochs = 50,
      .batch = 64,
      .learning_rate = 5e-4,
      .seed = 1 } },
  { "infer",
    mien_engine_infer,
    "--weights FILE --size N [--batch N] [--threads N] [--no-spread]",
    OPTIONS (INFER),
    { .batch = 32 } },
  { "forward",
    mien_engine_forward,
    "--weights W.safetensors --input X.safetensors --output Y.safetensors\n"
    "      [--threads N]",
    OPTIONS (FORWARD),
    { .batch = 32 } },
};

enum
{
  N_COMMANDS = sizeof COMMANDS / sizeof *COMMANDS,
};

static int
complain (const char *what, const char *which)
{
  fprintf (stderr, "mien-engine: %s%s; see mien-engine --help\n", what, which);
  return 2;
}

static void
print_help (void)
{
  printf ("mien-engine computes for mienctl, which starts it; the conversation on its\n"
          "standard input and output is described in PROTOCOL.md.\n\n");
  for (int i = 0; i < N_COMMANDS; i++)
    printf ("  mien-engine %s %s\n", COMMANDS[i].name, COMMANDS[i].usage);
}

static int
set_option (const Option *option, const char *text, MienEngineOptions *options)
{
  void *at = (char *) options + option->at;
  char *end;
  double number;

  if (option->kind == TEXT)
    {
      *(const char **) at = text;
      return text[0] != '\0' ? 0 : -1;
    }
  errno = 0;
  number = strtod (text, &end);
  if (end == text || *end != '\0' || errno != 0
      || !(number >= option->min && number <= option->max))
    return -1;
  if (option->kind == REAL)
    *(double *) at = number;
  else if (number == floor (number))
    *(long *) at = (long) number;
  else
    return -1;
  return 0;
}

/* 0, or the exit status. */
static int
parse (const Command *command, int argc, char **argv, MienEngineOptions *options)
{
  const char *value;

  *options = command->defaults;
  for (int i = 2; i < argc; i++)
    {
      const Option *option = NULL;

      for (size_t k = 0; k < command->n_options; k++)
        if (strcmp (argv[i], command->options[k].name) == 0)
          option = &command->options[k];
      if (option == NULL)
        return complain ("unknown option ", argv[i]);
      if (option->kind == FLAG)
        {
          *(bool *) ((char *) options + option->at) = true;
          continue;
        }
      if (i + 1 == argc)
        return complain ("no value for ", argv[i]);
      if (set_option (option, argv[++i], options) != 0)
        return complain ("bad value for ", argv[i - 1]);
    }
  for (size_t k = 0; k < command->n_options; k++)
    if (command->options[k].needed)
      {
        memcpy (&value, (char *) options + command->options[k].at, sizeof value);
        if (value == NULL)
          return complain ("needs ", command->options[k].name);
      }
  if (command->run == mien_engine_infer && options->size % 16 != 0)
    return complain ("bad value for ", "--size");
  if (options->method != NULL && strcmp (options->method, "ssmfar") != 0
      && strcmp (options->method, "supervised") != 0)
    return complain ("bad value for ", "--method");
  if (options->class_weights != NULL && strcmp (options->class_weights, "tempered") != 0
      && strcmp (options->class_weights, "paper") != 0)
    return complain ("bad value for ", "--class-weights");
  return 0;
}

int
mien_engine_cpus (void)
{
  cpu_set_t set;
  int n = sched_getaffinity (0, sizeof set, &set) == 0 ? CPU_COUNT (&set) : 1;

  return n < 1 ? 1 : n > 64 ? 64 : n;
}

int
main (int argc, char **argv)
{
  char error[MIEN_ERROR_SIZE] = "";
  MienEngineOptions options;
  const Command *command = NULL;
  int status;

  for (int i = 0; argc > 1 && i < N_COMMANDS; i++)
    if (strcmp (argv[1], COMMANDS[i].name) == 0)
      command = &COMMANDS[i];
  if (argc > 1 && strcmp (argv[1], "--help") == 0)
    return print_help (), 0;
  if (command == NULL)
    return argc > 1 ? complain ("unknown command ", argv[1])
                    : complain ("no command", "");
  status = parse (command, argc, argv, &options);
  if (status != 0)
    return status;

  /* A parent that is gone is noticed by a write that fails, and ends the work in order.
   */
  signal (SIGPIPE, SIG_IGN);
  mien_say (stdout, "hello mien-engine 1");
  if (command->run (&options, error) == 0)
    return 0;
  mien_say (stdout, "error %s", error);
  return 1;
}
