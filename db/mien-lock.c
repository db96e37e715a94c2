/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The one lock that goes round commits and checkpoints.
 *
 * Why: SQLite 3.7.0 to 3.51.2 (fixed in 3.51.3, 3.50.7 and 3.44.6; Debian 12 has 3.40.1)
 * carries the "WAL-reset bug": a checkpoint that starts while another connection commits
 * and restarts the log can overlook the restart, and a later checkpoint then loses part
 * of a transaction (sqlite.org/wal.html#walresetbug). So every write transaction holds
 * this lock from BEGIN to its end, SQLite's automatic checkpoint is off, and ours runs
 * while the lock is held. SQLite's own checkpoint at the last close needs no lock: it
 * runs only when no other connection is open.
 *
 * How: open file description locks on a file beside the project, "Name.mien-lock". Not on
 * the project itself, because closing any descriptor of it would drop SQLite's own locks
 * in this process. Byte 0 is held, shared, as long as a writer is open: who can take it
 * alone is the last one and removes the file. Byte 1 is the lock, byte 2 the turnstile
 * before it: a writer that waits holds the turnstile, so that a job which commits and
 * begins again without a pause cannot starve a person's decision. A dead owner's locks
 * are dropped by the kernel.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-store-private.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum
{
  BYTE_OPEN = 0,
  BYTE_WRITE = 1,
  BYTE_TURNSTILE = 2,
};

#define LOCK_TIMEOUT_US (5 * G_USEC_PER_SEC)
#define LOCK_POLL_US 500

static gboolean
set_lock (int lock, int type, int byte)
{
  struct flock region = {
    .l_type = (short) type,
    .l_whence = SEEK_SET,
    .l_start = byte,
    .l_len = 1,
  };
  int result;

  do
    result = fcntl (lock, F_OFD_SETLK, &region);
  while (result < 0 && errno == EINTR);
  return result == 0;
}

static char *
lock_path (const char *path)
{
  return g_strconcat (path, "-lock", NULL);
}

/* -1 with error set. Whoever removes the file does so while holding byte 0 alone, so a
 * lock on a file without a name is a lock on one just removed: try again with the new
 * one. */
int
mien_lock_open (const char *path, GError **error)
{
  g_autofree char *name = lock_path (path);

  for (guint attempt = 0; attempt < 1000; attempt++)
    {
      struct stat status;
      int lock = open (name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0666);

      if (lock < 0)
        {
          int code = errno == ENOSPC || errno == EDQUOT ? MIEN_STORE_ERROR_FULL
                                                        : MIEN_STORE_ERROR_READ_ONLY;

          g_set_error (
              error, MIEN_STORE_ERROR, code,
              "%s: cannot be opened (%s); remove it, or give yourself the right to "
              "write it",
              name, g_strerror (errno));
          return -1;
        }
      if (set_lock (lock, F_RDLCK, BYTE_OPEN) && fstat (lock, &status) == 0
          && status.st_nlink > 0)
        return lock;
      close (lock);
      g_usleep (LOCK_POLL_US);
    }
  g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_BUSY,
               "%s: cannot be locked; close the other programs that use the project",
               name);
  return -1;
}

gboolean
mien_lock_take (int lock, const char *path, GError **error)
{
  gint64 deadline = g_get_monotonic_time () + LOCK_TIMEOUT_US;
  gboolean turn = FALSE;

  for (;;)
    {
      turn = turn || set_lock (lock, F_WRLCK, BYTE_TURNSTILE);
      if (turn && set_lock (lock, F_WRLCK, BYTE_WRITE))
        {
          set_lock (lock, F_UNLCK, BYTE_TURNSTILE);
          return TRUE;
        }
      if (g_get_monotonic_time () > deadline)
        break;
      g_usleep (LOCK_POLL_US);
    }
  if (turn)
    set_lock (lock, F_UNLCK, BYTE_TURNSTILE);
  g_set_error (
      error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_BUSY,
      "%s: another program has been writing for over 5 seconds; try again when it is "
      "done",
      path);
  return FALSE;
}

void
mien_lock_give (int lock)
{
  set_lock (lock, F_UNLCK, BYTE_WRITE);
}

void
mien_lock_close (int lock, const char *path)
{
  g_autofree char *name = NULL;

  if (lock < 0)
    return;
  name = lock_path (path);
  if (set_lock (lock, F_WRLCK, BYTE_OPEN))
    unlink (name);
  close (lock);
}
