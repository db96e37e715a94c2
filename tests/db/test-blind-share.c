/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The blind share of a project: what is set is read, and nothing that a stranger's
 * project says takes the blind faces away.
 */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-blind-share.h"
#include "mien-test-project.h"

#include <math.h>

static void
assert_share (MienStore *store, double wanted)
{
  g_assert_cmpfloat_with_epsilon (mien_blind_share (store), wanted, 1e-12);
}

static void
test_set (void)
{
  static const double bad[] = { 0.0, 0.04, 0.51, 1.0, -0.1, INFINITY, NAN };
  TestProject project;
  g_autoptr (GError) error = NULL;

  test_project_open (&project);
  assert_share (project.store, 0.05);
  for (guint hundredths = 5; hundredths <= 50; hundredths++)
    {
      g_assert_true (mien_blind_share_set (project.store, hundredths / 100.0, &error));
      g_assert_no_error (error);
      assert_share (project.store, hundredths / 100.0);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_false (mien_blind_share_set (project.store, bad[i], &error));
      test_assert_error (error, MIEN_STORE_ERROR_INVALID, project.path);
      assert_share (project.store, 0.5);
    }
  test_project_reopen (&project, MIEN_STORE_READ_ONLY);
  assert_share (project.store, 0.5);
  test_assert_sound (project.store);
  test_project_close (&project);
}

static void
test_rubbish (void)
{
  static const char *const bad[] = { "",     "0",   "0.04",   "0.51", "1",
                                     "-0.2", "nan", "inf",    " 0.2", "0.2 ",
                                     "0.2x", "0,2", "0x.4p0", "1e-9", "{}" };
  TestProject project;
  g_autoptr (GError) error = NULL;

  test_project_open (&project);
  g_assert_cmpfloat (mien_blind_share_parse (NULL), ==, 0.05);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_test_message ("\"%s\"", bad[i]);
      g_assert_true (
          mien_store_set_setting (project.store, MIEN_BLIND_SHARE, bad[i], &error));
      assert_share (project.store, 0.05);
    }
  test_project_close (&project);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/db/blind-share/set", test_set);
  g_test_add_func ("/db/blind-share/rubbish", test_rubbish);
  return g_test_run ();
}
