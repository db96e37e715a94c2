/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Settings of the person. A program that was built but not installed brings its schema,
 * its mienctl and its translations along in the folders beside its own; those are looked
 * for first, so that it never talks to another version's.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-settings.h"

#define SCHEMA "org.mien.Mien"

char *
mien_settings_beside (const char *relative)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = program != NULL ? g_path_get_dirname (program) : NULL;
  g_autofree char *path = NULL;

  if (folder == NULL)
    return NULL;
  path = g_build_filename (folder, relative, NULL);
  return g_file_test (path, G_FILE_TEST_EXISTS) ? g_steal_pointer (&path) : NULL;
}

static GSettingsSchema *
find_schema (void)
{
  g_autofree char *compiled = mien_settings_beside ("../data/gschemas.compiled");
  g_autofree char *folder = compiled != NULL ? g_path_get_dirname (compiled) : NULL;
  g_autoptr (GSettingsSchemaSource) source = NULL;
  GSettingsSchemaSource *fallback = g_settings_schema_source_get_default ();

  if (folder != NULL)
    source = g_settings_schema_source_new_from_directory (folder, fallback, TRUE, NULL);
  if (source == NULL && fallback != NULL)
    source = g_settings_schema_source_ref (fallback);
  return source != NULL ? g_settings_schema_source_lookup (source, SCHEMA, TRUE) : NULL;
}

GSettings *
mien_settings_new (void)
{
  g_autoptr (GSettingsSchema) schema = find_schema ();

  if (schema == NULL)
    g_error ("the settings schema %s is not installed; run meson install", SCHEMA);
  return g_settings_new_full (schema, NULL, NULL);
}

static gboolean
is_proper (const char *name)
{
  glong length = g_utf8_validate (name, -1, NULL) ? g_utf8_strlen (name, -1) : 0;

  for (const char *c = name; length > 0 && *c != '\0'; c = g_utf8_next_char (c))
    if (g_unichar_iscntrl (g_utf8_get_char (c)))
      return FALSE;
  return length >= 1 && length <= 100;
}

char *
mien_settings_dup_annotator (GSettings *settings)
{
  g_autofree char *set = g_strstrip (g_settings_get_string (settings, "annotator"));
  const char *names[] = { set, g_get_real_name (), g_get_user_name () };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (is_proper (names[i]) && !g_str_equal (names[i], "Unknown"))
      return g_strdup (names[i]);
  return g_strdup ("annotator");
}
