/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "mien-progress.h"
#include "mien-store.h"

G_BEGIN_DECLS

/*
 * One run of one command of mienctl: its arguments, its output and how it is stopped. What goes to
 * standard output is kept until the command has succeeded, so that a failure leaves it empty.
 */

#define MIEN_JOB_ERROR (mien_job_error_quark ())

typedef enum
{
  MIEN_JOB_ERROR_FAILED,
  MIEN_JOB_ERROR_USAGE,                    /* exit status 2 */
  MIEN_JOB_ERROR_ENGINE,                   /* mien-engine named its reason; trying again is no use */
  MIEN_JOB_ERROR_CRASHED,                  /* mien-engine died or fell silent; trying again may help */
  MIEN_JOB_ERROR_HELP,                     /* none: --help was given, and out holds it */
} MienJobError;

typedef struct _MienJob MienJob;
typedef struct _MienJobSignals MienJobSignals;

typedef struct
{
  const char *name;                        /* "status", "import folder" */
  const char *operands;                    /* "PROJECT MODEL", "PROJECT OTHER..."; "[NAME]" may be left out */
  const char *summary;                     /* one line */
  gboolean    long_running;                /* has --progress, stops at SIGINT and SIGTERM */
  gboolean  (*run) (MienJob *job, GError **error);
  const char *details;                     /* paragraphs below the options of --help, or NULL */
} MienCommand;

struct _MienJob
{
  const MienCommand *command;
  int                argc;                 /* what follows the command's name, after a title */
  char             **argv;
  char             **operands;             /* as many as the command names, or more; NULL: left out */
  gboolean           json;
  MienProgress      *progress;             /* quiet for short commands */
  GCancellable      *cancellable;          /* NULL for short commands */
  GString           *out;
  MienJobSignals    *signals;              /* private */
};

/* The whole program: parses, runs, prints, and returns the exit status. */
int         mien_mienctl_main       (int                  argc,
                                     char               **argv);

/* To be called first by every command. entries end in an empty one; text arguments are FILENAME (raw
 * bytes, whatever the locale). Starts to listen for signals if the command is a long one. */
gboolean    mien_job_parse          (MienJob             *job,
                                     const GOptionEntry  *entries,
                                     GError             **error);
/* An error of usage that ends in the way to the help. */
gboolean    mien_job_usage_error    (MienJob             *job,
                                     GError             **error,
                                     const char          *format,
                                     ...) G_GNUC_PRINTF (3, 4);
/* Text of an option to a number; the error of usage names the option and the range. */
gboolean    mien_job_parse_real     (MienJob             *job,
                                     const char          *option,
                                     const char          *text,
                                     double               lowest,
                                     double               highest,
                                     double              *value,
                                     GError             **error);
gboolean    mien_job_parse_integer  (MienJob             *job,
                                     const char          *option,
                                     const char          *text,
                                     gint64               lowest,
                                     gint64               highest,
                                     gint64              *value,
                                     GError             **error);
/* NULL: what is fallback. fallback -1: all. */
gboolean    mien_job_parse_split    (MienJob             *job,
                                     const char          *text,
                                     int                  fallback,
                                     int                 *split,
                                     GError             **error);
/* --threads: NULL means the CPUs that this process may use. */
gboolean    mien_job_parse_threads  (MienJob             *job,
                                     const char          *text,
                                     guint               *threads,
                                     GError             **error);
/* --model: NULL means 0. */
gboolean    mien_job_parse_model    (MienJob             *job,
                                     const char          *text,
                                     gint64              *model,
                                     GError             **error);

void        mien_job_print          (MienJob             *job,
                                     const char          *format,
                                     ...) G_GNUC_PRINTF (2, 3);
void        mien_job_print_json     (MienJob             *job,
                                     JsonBuilder         *builder);
/* TRUE if a signal asked to stop; then the error says so and what is left. A command that was stopped
 * has failed: exit status 1. */
gboolean    mien_job_is_stopped     (MienJob             *job,
                                     const char          *left,
                                     GError             **error);

GQuark      mien_job_error_quark    (void);

G_END_DECLS
