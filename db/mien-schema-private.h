/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <sqlite3.h>

#include "mien-store.h"

G_BEGIN_DECLS

/*
 * The tables of every version of the project file, and the way from one to the next.
 */

#define MIEN_APPLICATION_ID 0x4d49454e     /* "MIEN" at byte 68 of the file */
#define MIEN_SCHEMA_VERSION 4

/* mien-schema.c */
gboolean       mien_schema_create     (sqlite3          *db,
                                       int               version,
                                       const char       *path,
                                       GError          **error);
/* What a file of that version must hold, and nothing else. */
gboolean       mien_schema_check      (sqlite3          *db,
                                       int               version,
                                       const char       *path,
                                       GError          **error);
/* Makes the tables of version `to` of those of version `from`; SQLite's last error tells what failed. */
gboolean       mien_schema_step       (sqlite3          *db,
                                       int               from,
                                       int               to);

/* mien-migrate.c: a project of an earlier version becomes one of this version, after a copy. */
gboolean       mien_store_migrate     (MienStore        *store,
                                       GError          **error);

G_END_DECLS
