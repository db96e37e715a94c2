/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Progress on standard error. Its reader may be a person, a program or gone: what cannot
 * be written is dropped, never an error of the job. All calls come from the job's one
 * thread.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-progress.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "mien-json.h"

#define INTERVAL_US (G_USEC_PER_SEC / 10)

struct _MienProgress
{
  char *job;
  MienProgressMode mode;
  const char *stage; /* interned, NULL: none */
  gint64 said;       /* when the last point was, 0: none of this stage */
  gint64 began;      /* when the first point of the stage came */
  guint64 first;     /* what was done then */
  gboolean said_last;
  gboolean line_is_up;
};

MienProgress *
mien_progress_new (const char *job, MienProgressMode mode)
{
  MienProgress *progress = g_new0 (MienProgress, 1);

  progress->job = g_strdup (job);
  progress->mode = mode;
  return progress;
}

void
mien_progress_free (MienProgress *progress)
{
  if (progress == NULL)
    return;
  mien_progress_clear (progress);
  g_free (progress->job);
  g_free (progress);
}

gboolean
mien_write_all (int fd, const char *text, gsize length)
{
  while (length > 0)
    {
      ssize_t n = write (fd, text, length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return FALSE;
      text += n;
      length -= (gsize) n;
    }
  return TRUE;
}

char *
mien_one_line (const char *text)
{
  char *line = g_utf8_make_valid (text, -1);

  for (char *c = line; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c))
      *c = ' ';
  return g_strchomp (line);
}

static void
say (const char *text)
{
  mien_write_all (STDERR_FILENO, text, strlen (text));
}

static void
say_event (JsonBuilder *builder)
{
  g_autofree char *text = NULL;
  g_autofree char *line = NULL;

  json_builder_end_object (builder);
  text = mien_json_to_string (builder);
  line = g_strconcat (text, "\n", NULL);
  say (line);
}

static JsonBuilder *
begin_event (const char *event)
{
  JsonBuilder *builder = json_builder_new ();

  json_builder_begin_object (builder);
  mien_json_string (builder, "event", event);
  return builder;
}

void
mien_progress_clear (MienProgress *progress)
{
  if (!progress->line_is_up)
    return;
  say ("\r\033[K");
  progress->line_is_up = FALSE;
}

void
mien_progress_stage (MienProgress *progress, const char *stage)
{
  mien_progress_clear (progress);
  progress->stage = g_intern_string (stage);
  progress->said = 0;
  progress->began = 0;
  progress->said_last = FALSE;
}

static void
say_json (MienProgress *progress, const MienProgressPoint *point, double rate, double eta)
{
  g_autoptr (JsonBuilder) builder = begin_event ("progress");

  mien_json_string (builder, "job", progress->job);
  if (progress->stage != NULL)
    mien_json_string (builder, "stage", progress->stage);
  mien_json_integer (builder, "done", (gint64) point->done);
  if (point->total > 0)
    mien_json_integer (builder, "total", (gint64) point->total);
  if (point->epoch > 0)
    mien_json_integer (builder, "epoch", point->epoch);
  if (point->epochs > 0)
    mien_json_integer (builder, "epochs", point->epochs);
  if (isfinite (point->loss))
    mien_json_real (builder, "loss", point->loss);
  if (isfinite (rate))
    mien_json_real (builder, "rate", rate);
  if (isfinite (eta))
    mien_json_integer (builder, "eta_seconds", (gint64) ceil (eta));
  say_event (builder);
}

static void
say_line (MienProgress *progress, const MienProgressPoint *point, double rate, double eta)
{
  g_autoptr (GString) line = g_string_new ("\r\033[K");

  g_string_append (line, progress->job);
  if (progress->stage != NULL && strcmp (progress->stage, progress->job) != 0)
    g_string_append_printf (line, ": %s", progress->stage);
  if (point->epoch > 0)
    g_string_append_printf (line, "  epoch %d of %d", point->epoch, point->epochs);
  if (point->total > 0)
    g_string_append_printf (
        line, "  %3.0f %%  %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT,
        100.0 * (double) point->done / (double) point->total, point->done, point->total);
  else
    g_string_append_printf (line, "  %" G_GUINT64_FORMAT, point->done);
  if (isfinite (point->loss))
    g_string_append_printf (line, "  loss %.4f", point->loss);
  if (isfinite (rate))
    g_string_append_printf (line, "  %.0f/s", rate);
  if (isfinite (eta))
    g_string_append_printf (line, "  %d:%02d left", (int) eta / 60, (int) eta % 60);
  say (line->str);
  progress->line_is_up = TRUE;
}

void
mien_progress_point (MienProgress *progress, const MienProgressPoint *point)
{
  gint64 now = g_get_monotonic_time ();
  gboolean last = point->total > 0 && point->done >= point->total;
  double rate = point->rate, eta = NAN, seconds;

  if (progress->mode == MIEN_PROGRESS_QUIET || (last && progress->said_last))
    return;
  if (progress->began == 0)
    {
      progress->began = now;
      progress->first = point->done;
    }
  if (progress->said != 0 && now - progress->said < INTERVAL_US && !last)
    return;
  progress->said = now;
  progress->said_last = last;
  seconds = (double) (now - progress->began) / G_USEC_PER_SEC;
  if (point->done > progress->first && seconds >= 0.5)
    {
      double speed = (double) (point->done - progress->first) / seconds;

      if (!isfinite (rate))
        rate = speed;
      if (point->total >= point->done)
        eta = (double) (point->total - point->done) / speed;
    }
  if (progress->mode == MIEN_PROGRESS_JSON)
    say_json (progress, point, rate, eta);
  else
    say_line (progress, point, rate, MIN (eta, 1e6));
}

void
mien_progress_count (MienProgress *progress, guint64 done, guint64 total)
{
  MienProgressPoint point = { .done = done, .total = total, .loss = NAN, .rate = NAN };

  mien_progress_point (progress, &point);
}

void
mien_progress_metric (MienProgress *progress, int epoch, const char *name, double value)
{
  g_autoptr (JsonBuilder) builder = NULL;

  if (progress->mode != MIEN_PROGRESS_JSON)
    return;
  builder = begin_event ("metric");
  mien_json_integer (builder, "epoch", epoch);
  mien_json_string (builder, "name", name);
  mien_json_real (builder, "value", value);
  say_event (builder);
}

void
mien_progress_threshold (MienProgress *progress, int epoch, int expression, double value)
{
  g_autoptr (JsonBuilder) builder = NULL;

  if (progress->mode != MIEN_PROGRESS_JSON)
    return;
  builder = begin_event ("threshold");
  mien_json_integer (builder, "epoch", epoch);
  mien_json_integer (builder, "class", expression);
  mien_json_real (builder, "value", value);
  say_event (builder);
}

static void
say_text (MienProgress *progress, const char *event, const char *prefix, const char *text)
{
  g_autofree char *line = mien_one_line (text);

  if (progress->mode == MIEN_PROGRESS_JSON)
    {
      g_autoptr (JsonBuilder) builder = begin_event (event);

      mien_json_string (builder, "text", line);
      say_event (builder);
    }
  else
    {
      g_autofree char *whole = g_strdup_printf ("%s%s\n", prefix, line);

      mien_progress_clear (progress);
      say (whole);
    }
}

void
mien_progress_warn (MienProgress *progress, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  say_text (progress, "warning", "mienctl: warning: ", text);
}

void
mien_progress_note (MienProgress *progress, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  if (progress->mode == MIEN_PROGRESS_QUIET)
    return;
  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  say_text (progress, "note", "mienctl: ", text);
}
