/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The program mienctl. All of it is in the library, so that tests can link what they
 * look into.
 */

#define G_LOG_DOMAIN "mienctl"
#include "config.h"

#include "mien-job.h"

int
main (int argc, char **argv)
{
  return mien_mienctl_main (argc, argv);
}
