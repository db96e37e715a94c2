/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The program mien-engine: computes, and never has a project open. This file parses the
 * command line; an unknown command or a bad option is one line on stderr and exit 2,
 * whatever fails later is one line `error TEXT` on stdout and exit 1.
 */

#include "mien-engine.h"

#include "mien-kernels.h"
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
  PRECISION,
  COUNT,
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

#define PRECISIONS                                                                       \
  {                                                                                      \
    "--precision", PRECISION, AT (precision), 0, 0, false                                \
  }

static const Option FORWARD[] = {
  WEIGHTS (true),
  { "--input", TEXT, AT (input), 0, 0, true },
  { "--output", TEXT, AT (output), 0, 0, true },
  THREADS,
};

static const Option INFER[] = {
  WEIGHTS (true),
  { "--size", COUNT, AT (size), 48, 224, true },
  BATCH,
  THREADS,
  { "--features", FLAG, AT (features), 0, 0, false },
  PRECISIONS,
  { "--calibration", COUNT, AT (calibration), 1, 4096, false },
};

static const Option TRAIN[] = {
  { "--pack", TEXT, AT (pack), 0, 0, true },
  { "--run", TEXT, AT (run), 0, 0, true },
  THREADS,
  WEIGHTS (false),
};

static const Option BENCH_INFER[] = {
  BATCH,      { "--size", COUNT, AT (size), 48, 224, false }, THREADS,
  PRECISIONS, { "--json", FLAG, AT (json), 0, 0, false },
};

static const Option BENCH[] = {
  BATCH,
  { "--size", COUNT, AT (size), 48, 224, false },
  THREADS,
  { "--json", FLAG, AT (json), 0, 0, false },
};

#define OPTIONS(table) table, sizeof table / sizeof *table

static const Command COMMANDS[] = {
  { "train",
    mien_engine_train,
    "--pack FILE --run DIR [--weights FILE] [--threads N] and",
    OPTIONS (TRAIN),
    { .batch = 0 } },
  { "infer",
    mien_engine_infer,
    "--weights FILE --size N [--batch N] [--threads N] [--features]\n"
    "      [--precision fp32|int8] [--calibration N]",
    OPTIONS (INFER),
    { .batch = 64, .precision = "fp32", .calibration = 128 } },
  { "forward",
    mien_engine_forward,
    "--weights W.safetensors --input X.safetensors --output Y.safetensors\n"
    "      [--threads N]",
    OPTIONS (FORWARD),
    { .batch = 32 } },
  { "bench infer",
    mien_engine_bench_infer,
    "[--batch N] [--size N] [--threads N] [--precision fp32|int8] [--json]",
    OPTIONS (BENCH_INFER),
    { .batch = 64, .size = 112, .precision = "fp32" } },
  { "bench train",
    mien_engine_bench_train,
    "[--batch N] [--size N] [--threads N] [--json]",
    OPTIONS (BENCH),
    { .batch = 32, .size = 112 } },
  { "bench layers",
    mien_engine_bench_layers,
    "[--batch N] [--size N] [--threads N] [--json]",
    OPTIONS (BENCH),
    { .batch = 16, .size = 112 } },
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
    {
      printf ("  mien-engine %s %s\n", COMMANDS[i].name, COMMANDS[i].usage);
      for (size_t k = 0; COMMANDS[i].run == mien_engine_train && k < mien_n_settings; k++)
        printf ("      [--%s %s]\n", mien_settings[k].name, mien_settings[k].argument);
    }
}

/* The setting of a training that an option names, or NULL. */
static const MienSetting *
find_setting (const Command *command, const char *name)
{
  return command->run == mien_engine_train && strncmp (name, "--", 2) == 0
             ? mien_setting_find (name + 2)
             : NULL;
}

/* 0, or the exit status. */
static int
set_setting (const MienSetting *setting,
             const char *name,
             const char *text,
             MienEngineOptions *options)
{
  char reason[256];

  if (text == NULL)
    return complain ("no value for ", name);
  if (mien_setting_set (&options->train, setting, text, reason, sizeof reason) == 0)
    return 0;
  fprintf (stderr, "mien-engine: %s %s; see mien-engine --help\n", name, reason);
  return 2;
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
  if (option->kind == PRECISION)
    {
      *(const char **) at = text;
      return strcmp (text, "fp32") == 0 || strcmp (text, "int8") == 0 ? 0 : -1;
    }
  errno = 0;
  number = strtod (text, &end);
  if (end == text || *end != '\0' || errno != 0
      || !(number >= option->min && number <= option->max))
    return -1;
  if (number != floor (number))
    return -1;
  *(long *) at = (long) number;
  return 0;
}

/* A bench has a name of two words, and talks to a person. */
static bool
is_bench (const Command *command)
{
  return strncmp (command->name, "bench ", 6) == 0;
}

static bool
is_named (const Command *command, int argc, char **argv)
{
  if (is_bench (command))
    return argc > 2 && strcmp (argv[1], "bench") == 0
           && strcmp (argv[2], command->name + 6) == 0;
  return strcmp (argv[1], command->name) == 0;
}

/* 0, or the exit status. */
static int
parse (const Command *command, int argc, char **argv, MienEngineOptions *options)
{
  const char *value;

  *options = command->defaults;
  mien_train_settings_init (&options->train);
  for (int i = is_bench (command) ? 3 : 2; i < argc; i++)
    {
      const Option *option = NULL;
      const MienSetting *setting = find_setting (command, argv[i]);

      if (setting != NULL)
        {
          int status = set_setting (setting, argv[i], argv[i + 1], options);

          if (status != 0)
            return status;
          i++;
          continue;
        }
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
  if (options->size % 16 != 0)
    return complain ("bad value for ", "--size");
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
    if (is_named (&COMMANDS[i], argc, argv))
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
  if (!is_bench (command))
    mien_say (stdout, "hello mien-engine 1");
  if (mien_kernels_check (error) == 0 && command->run (&options, error) == 0)
    return 0;
  if (is_bench (command))
    fprintf (stderr, "mien-engine: %s\n", error);
  else
    mien_say (stdout, "error %s", error);
  return 1;
}
