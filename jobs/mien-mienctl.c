/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The program: finds the command, runs it, and only then prints. The exit status is 0, 1
 * (failed) or 2 (not used as described). On failure standard output stays empty and the
 * last line on standard error names what failed and the way out.
 *
 * Everything is said in English and with the C locale's numbers: output is for scripts,
 * and an error is one line in one language wherever its parts come from.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-job-private.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "mien-commands.h"

/* In the order of the loop; the overview prints them so. */
static const MienCommand *const commands[] = {
  /* Projects */
  &mien_command_new,
  &mien_command_demo,
  &mien_command_status,
  &mien_command_verify,
  /* Import */
  &mien_command_import_affwild2,
  &mien_command_import_folder,
  /* Model */
  &mien_command_train,
  &mien_command_propose,
  &mien_command_models,
  &mien_command_compare,
  &mien_command_use,
  &mien_command_evaluate,
  &mien_command_weights_import,
  &mien_command_weights_export,
  /* Review */
  &mien_command_queue,
  &mien_command_thresholds,
  &mien_command_label,
  &mien_command_undo,
  &mien_command_history,
  &mien_command_agreement,
  &mien_command_doubts,
  &mien_command_merge,
  /* Snapshots */
  &mien_command_snapshot,
  &mien_command_diff,
  &mien_command_restore,
  /* Planning */
  &mien_command_forecast,
  &mien_command_simulate,
  /* Export */
  &mien_command_export,
};

enum
{
  STATUS_OK = 0,
  STATUS_FAILED = 1,
  STATUS_USAGE = 2,
};

/* A descriptor that was closed by the caller would be given to the next file that is
 * opened: what is printed would go into the project. Here it fails instead. */
static void
hold_standard_descriptors (void)
{
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl (fd, F_GETFD) < 0 && errno == EBADF
        && open ("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
      _exit (STATUS_FAILED);
}

static void
set_up_process (void)
{
  struct sigaction ignore = { .sa_handler = SIG_IGN };

  hold_standard_descriptors ();
  setlocale (LC_CTYPE, "");
  /* A reader that left and a file that may not grow are errors of a write. */
  sigaction (SIGPIPE, &ignore, NULL);
  sigaction (SIGXFSZ, &ignore, NULL);
}

static void
say_error (const char *text)
{
  g_autofree char *line = mien_one_line (text);
  g_autofree char *whole = g_strconcat ("mienctl: ", line, "\n", NULL);

  mien_write_all (STDERR_FILENO, whole, strlen (whole));
}

static int
print (const GString *out, const char *what_stands)
{
  g_autofree char *text = NULL;

  if (mien_write_all (STDOUT_FILENO, out->str, out->len))
    return STATUS_OK;
  text = g_strdup_printf ("cannot write to the standard output: %s; %s",
                          g_strerror (errno), what_stands);
  say_error (text);
  return STATUS_FAILED;
}

/* The commands of a family ("import"), or all of them. */
static int
print_overview (const char *family)
{
  g_autoptr (GString) out = g_string_new ("Usage:\n");

  if (family == NULL)
    g_string_append (out, "  mienctl COMMAND PROJECT [OPTION…]\n"
                          "  mienctl COMMAND --help\n"
                          "  mienctl --version\n");
  else
    g_string_append_printf (out, "  mienctl %s KIND PROJECT [OPTION…]\n", family);
  g_string_append (out, "\nCommands:\n");
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (family == NULL
        || (g_str_has_prefix (commands[i]->name, family)
            && commands[i]->name[strlen (family)] == ' '))
      g_string_append_printf (out, "  %-16s  %s\n", commands[i]->name,
                              commands[i]->summary);
  if (family == NULL)
    g_string_append (out, "\nEvery command takes --json and exits with 0, or 1 if it "
                          "failed, or 2 if it was\nnot used as its --help says.\n");
  return print (out, "give it a place that takes more");
}

static int usage_failure (const char *format, ...) G_GNUC_PRINTF (1, 2);

static int
usage_failure (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  say_error (text);
  return STATUS_USAGE;
}

static gboolean
is_help (const char *word)
{
  return g_str_equal (word, "--help") || g_str_equal (word, "-h");
}

static gboolean
is_family (const char *word)
{
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      const char *space = strchr (commands[i]->name, ' ');

      if (space != NULL && strlen (word) == (gsize) (space - commands[i]->name)
          && g_str_has_prefix (commands[i]->name, word))
        return TRUE;
    }
  return FALSE;
}

/* n_words: how many arguments its name is. */
static const MienCommand *
find_command (int argc, char **argv, int *n_words)
{
  g_autofree char *two = argc > 2 ? g_strconcat (argv[1], " ", argv[2], NULL) : NULL;

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      *n_words = strchr (commands[i]->name, ' ') != NULL ? 2 : 1;
      if (g_strcmp0 (commands[i]->name, *n_words == 2 ? two : argv[1]) == 0)
        return commands[i];
    }
  return NULL;
}

static int
run_command (const MienCommand *command, int argc, char **argv)
{
  MienJob job = { .command = command, .argc = argc, .argv = argv };
  g_autoptr (GError) error = NULL;
  int status = STATUS_OK;

  job.out = g_string_new (NULL);
  if (!command->run (&job, &error))
    status = g_error_matches (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_HELP) ? STATUS_OK
             : g_error_matches (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_USAGE)
                 ? STATUS_USAGE
                 : STATUS_FAILED;
  if (job.progress != NULL)
    mien_progress_clear (job.progress);
  if (status == STATUS_OK)
    status = print (job.out, "what the command did is kept");
  else
    say_error (error->message);
  mien_job_clear (&job);
  return status;
}

int
mien_mienctl_main (int argc, char **argv)
{
  const MienCommand *command;
  g_autofree char **rest = NULL;
  int n_words;

  set_up_process ();
  if (argc < 2)
    return usage_failure ("a command is missing; see \"mienctl --help\"");
  if (is_help (argv[1]))
    return print_overview (NULL);
  if (g_str_equal (argv[1], "--version"))
    {
      g_autoptr (GString) out = g_string_new ("mienctl " MIEN_VERSION "\n");

      return print (out, "give it a place that takes more");
    }

  command = find_command (argc, argv, &n_words);
  if (command == NULL && is_family (argv[1]))
    return argc > 2 && is_help (argv[2])
               ? print_overview (argv[1])
               : usage_failure ("%s: no such kind; see \"mienctl %s --help\"", argv[1],
                                argv[1]);
  if (command == NULL)
    return usage_failure ("%s: no such command; see \"mienctl --help\"", argv[1]);

  /* GOption moves the pointers about; the array is ours. */
  rest = g_new0 (char *, (gsize) (argc - n_words) + 1);
  for (int i = n_words; i < argc; i++)
    rest[i - n_words] = argv[i];
  return run_command (command, argc - n_words, rest);
}
