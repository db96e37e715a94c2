/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The table of all that a key can do. "#24" is a place on the keyboard: evdev's code plus
 * 8, which both X11 and Wayland give (10 is the first digit, 24 the key right of Tab, 38
 * the one right of Caps Lock). Invariants: no two rows have a key in common, also on an
 * American keyboard where a place has a name; rows of a family stand together.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-key-table.h"

#include <glib/gi18n.h>
#include <stdlib.h>
#include <string.h>

#include "mien-types.h"

#define MOVES (MIEN_KEYS_REPEATS | MIEN_KEYS_ON_FACE)

#define EXPRESSION N_ ("Expression")
#define UNIT N_ ("Action unit: present, absent, cannot tell")
#define ABSENT N_ ("Action unit absent at once")
#define MOVE N_ ("Move valence and arousal")
#define FINELY N_ ("Move valence and arousal finely")

static const MienKeyAction actions[] = {
  { "review.expression(0)", "#10 KP_1", MIEN_KEYS_ANSWERS, 0, NULL, EXPRESSION },
  { "review.expression(1)", "#11 KP_2", MIEN_KEYS_ANSWERS, 0, NULL, EXPRESSION },
  { "review.expression(2)", "#12 KP_3", MIEN_KEYS_ANSWERS, 0, NULL, EXPRESSION },
  { "review.expression(3)", "#13 KP_4", MIEN_KEYS_ANSWERS, 0, NULL, EXPRESSION },
  { "review.expression(4)", "#14 KP_5", MIEN_KEYS_ANSWERS, 0, NULL, EXPRESSION },
  { "review.expression(5)", "#15 KP_6", MIEN_KEYS_ANSWERS, 0, NULL, EXPRESSION },
  { "review.expression(6)", "#16 KP_7", MIEN_KEYS_ANSWERS, 0, NULL, EXPRESSION },
  { "review.expression(7)", "#17 KP_8", MIEN_KEYS_ANSWERS, 0, NULL, EXPRESSION },
  { "review.unit(0)", "#24", MIEN_KEYS_ANSWERS, 0, NULL, UNIT },
  { "review.unit(1)", "#25", MIEN_KEYS_ANSWERS, 0, NULL, UNIT },
  { "review.unit(2)", "#26", MIEN_KEYS_ANSWERS, 0, NULL, UNIT },
  { "review.unit(3)", "#27", MIEN_KEYS_ANSWERS, 0, NULL, UNIT },
  { "review.unit(4)", "#28", MIEN_KEYS_ANSWERS, 0, NULL, UNIT },
  { "review.unit(5)", "#29", MIEN_KEYS_ANSWERS, 0, NULL, UNIT },
  { "review.unit(6)", "#38", MIEN_KEYS_ANSWERS, 0, NULL, UNIT },
  { "review.unit(7)", "#39", MIEN_KEYS_ANSWERS, 0, NULL, UNIT },
  { "review.unit(8)", "#40", MIEN_KEYS_ANSWERS, 0, NULL, UNIT },
  { "review.unit(9)", "#41", MIEN_KEYS_ANSWERS, 0, NULL, UNIT },
  { "review.unit(10)", "#42", MIEN_KEYS_ANSWERS, 0, NULL, UNIT },
  { "review.unit(11)", "#43", MIEN_KEYS_ANSWERS, 0, NULL, UNIT },
  { "review.unit-absent(0)", "<Shift>#24", MIEN_KEYS_ANSWERS, 0, NULL, ABSENT },
  { "review.unit-absent(1)", "<Shift>#25", MIEN_KEYS_ANSWERS, 0, NULL, ABSENT },
  { "review.unit-absent(2)", "<Shift>#26", MIEN_KEYS_ANSWERS, 0, NULL, ABSENT },
  { "review.unit-absent(3)", "<Shift>#27", MIEN_KEYS_ANSWERS, 0, NULL, ABSENT },
  { "review.unit-absent(4)", "<Shift>#28", MIEN_KEYS_ANSWERS, 0, NULL, ABSENT },
  { "review.unit-absent(5)", "<Shift>#29", MIEN_KEYS_ANSWERS, 0, NULL, ABSENT },
  { "review.unit-absent(6)", "<Shift>#38", MIEN_KEYS_ANSWERS, 0, NULL, ABSENT },
  { "review.unit-absent(7)", "<Shift>#39", MIEN_KEYS_ANSWERS, 0, NULL, ABSENT },
  { "review.unit-absent(8)", "<Shift>#40", MIEN_KEYS_ANSWERS, 0, NULL, ABSENT },
  { "review.unit-absent(9)", "<Shift>#41", MIEN_KEYS_ANSWERS, 0, NULL, ABSENT },
  { "review.unit-absent(10)", "<Shift>#42", MIEN_KEYS_ANSWERS, 0, NULL, ABSENT },
  { "review.unit-absent(11)", "<Shift>#43", MIEN_KEYS_ANSWERS, 0, NULL, ABSENT },
  { "review.move(0)", "Left KP_Left", MIEN_KEYS_ANSWERS, MOVES, N_ ("Valence less"),
    MOVE },
  { "review.move(1)", "Right KP_Right", MIEN_KEYS_ANSWERS, MOVES, N_ ("Valence more"),
    MOVE },
  { "review.move(2)", "Up KP_Up", MIEN_KEYS_ANSWERS, MOVES, N_ ("Arousal more"), MOVE },
  { "review.move(3)", "Down KP_Down", MIEN_KEYS_ANSWERS, MOVES, N_ ("Arousal less"),
    MOVE },
  { "review.move-finely(0)", "<Shift>Left <Shift>KP_Left", MIEN_KEYS_ANSWERS, MOVES,
    N_ ("Valence less"), FINELY },
  { "review.move-finely(1)", "<Shift>Right <Shift>KP_Right", MIEN_KEYS_ANSWERS, MOVES,
    N_ ("Valence more"), FINELY },
  { "review.move-finely(2)", "<Shift>Up <Shift>KP_Up", MIEN_KEYS_ANSWERS, MOVES,
    N_ ("Arousal more"), FINELY },
  { "review.move-finely(3)", "<Shift>Down <Shift>KP_Down", MIEN_KEYS_ANSWERS, MOVES,
    N_ ("Arousal less"), FINELY },
  { "review.take-point", "#55", MIEN_KEYS_ANSWERS, 0, N_ ("Take the model’s point"),
    NULL },
  { "review.cannot-tell", "space", MIEN_KEYS_ANSWERS, 0, N_ ("Cannot tell"), NULL },
  { "review.cannot-tell-of(1)", "", MIEN_KEYS_ANSWERS, 0,
    N_ ("Cannot tell the expression"), NULL },
  { "review.cannot-tell-of(0)", "", MIEN_KEYS_ANSWERS, 0,
    N_ ("Cannot tell valence and arousal"), NULL },
  { "review.jump", "#44", MIEN_KEYS_ANSWERS, 0, N_ ("Jump to the doubtful answer"),
    NULL },
  { "review.confirm", "Return KP_Enter ISO_Enter", MIEN_KEYS_FACES, 0,
    N_ ("Confirm what is asked and go on"), NULL },
  { "review.skip", "#60", MIEN_KEYS_FACES, 0, N_ ("Skip"), NULL },
  { "review.not-a-face", "#53", MIEN_KEYS_FACES, 0, N_ ("Not a face"), NULL },
  { "review.flag", "#56", MIEN_KEYS_FACES, 0, N_ ("Flag"), NULL },
  { "review.note", "#57", MIEN_KEYS_FACES, 0, N_ ("Note"), NULL },
  { "review.mark-in", "#31", MIEN_KEYS_FACES, 0, N_ ("Begin a segment of the strip"),
    NULL },
  { "review.mark-out", "#32", MIEN_KEYS_FACES, 0, N_ ("End the segment"), NULL },
  { "review.play", "#33", MIEN_KEYS_FACES, 0, N_ ("Play around the face, or the segment"),
    NULL },
  { "review.back", "BackSpace", MIEN_KEYS_FACES, 0, N_ ("Go back"), NULL },
  { "review.zoom-in", "plus equal KP_Add", MIEN_KEYS_FACES, MIEN_KEYS_REPEATS,
    N_ ("Zoom in"), NULL },
  { "review.zoom-out", "minus KP_Subtract", MIEN_KEYS_FACES, MIEN_KEYS_REPEATS,
    N_ ("Zoom out"), NULL },
  { "review.zoom-fit", "0 KP_0", MIEN_KEYS_FACES, 0, N_ ("Whole face"), NULL },
  { "win.undo", "<Control>z", MIEN_KEYS_EVERYWHERE, 0, N_ ("Undo"), NULL },
  { "win.redo", "<Control><Shift>z <Control>y", MIEN_KEYS_EVERYWHERE, 0, N_ ("Redo"),
    NULL },
  { "win.show-view::review", "<Alt>1", MIEN_KEYS_EVERYWHERE, 0, N_ ("Review"), NULL },
  { "win.show-view::browse", "<Alt>2", MIEN_KEYS_EVERYWHERE, 0, N_ ("Browse"), NULL },
  { "win.show-view::insights", "<Alt>3", MIEN_KEYS_EVERYWHERE, 0, N_ ("Insights"), NULL },
  { "win.show-view::models", "<Alt>4", MIEN_KEYS_EVERYWHERE, 0, N_ ("Models"), NULL },
  { "win.browse::search", "<Control>f", MIEN_KEYS_EVERYWHERE, 0,
    N_ ("Search among all frames"), NULL },
  { "win.browse::filter", "<Control><Shift>f", MIEN_KEYS_EVERYWHERE, 0,
    N_ ("Filter all frames"), NULL },
  { "win.browse::saved", "<Control>d", MIEN_KEYS_EVERYWHERE, 0, N_ ("Saved filters"),
    NULL },
  { "win.browse::go-to", "<Control>g", MIEN_KEYS_EVERYWHERE, 0, N_ ("Go to a frame"),
    NULL },
  { "win.browse::sheet", "<Control>k", MIEN_KEYS_EVERYWHERE, 0, N_ ("Contact sheet"),
    NULL },
  { "app.blind-first", "<Control>b", MIEN_KEYS_EVERYWHERE, 0,
    N_ ("Hide or show what the model says"), NULL },
  { "win.retrain", "<Control>r", MIEN_KEYS_EVERYWHERE, 0, N_ ("Retrain"), NULL },
  { "win.propose", "<Control>p", MIEN_KEYS_EVERYWHERE, 0, N_ ("Propose"), NULL },
  { "win.help", "F1", MIEN_KEYS_EVERYWHERE, 0, N_ ("Help"), NULL },
  { "win.menu", "F10", MIEN_KEYS_EVERYWHERE, 0, N_ ("Main menu"), NULL },
  { "win.preferences", "<Control>comma", MIEN_KEYS_EVERYWHERE, 0, N_ ("Preferences"),
    NULL },
  { "win.shortcuts", "<Control>question <Control>F1", MIEN_KEYS_EVERYWHERE, 0,
    N_ ("Keyboard shortcuts"), NULL },
  { "win.new", "<Control>n", MIEN_KEYS_PROJECT, 0, N_ ("New project"), NULL },
  { "win.open", "<Control>o", MIEN_KEYS_PROJECT, 0, N_ ("Open"), NULL },
  { "win.new-window", "<Control><Shift>n", MIEN_KEYS_PROJECT, 0, N_ ("New window"),
    NULL },
  { "win.import", "<Control>i", MIEN_KEYS_PROJECT, 0, N_ ("Import"), NULL },
  { "win.export", "<Control>e", MIEN_KEYS_PROJECT, 0, N_ ("Export"), NULL },
  { "win.save-copy", "<Control><Shift>s", MIEN_KEYS_PROJECT, 0, N_ ("Save a copy"),
    NULL },
  { "window.close", "<Control>w", MIEN_KEYS_PROJECT, 0, N_ ("Close the window"), NULL },
  { "app.quit", "<Control>q", MIEN_KEYS_PROJECT, 0, N_ ("Quit"), NULL },
};

guint
mien_key_table_size (void)
{
  return G_N_ELEMENTS (actions);
}

const MienKeyAction *
mien_key_table_get (guint index)
{
  g_return_val_if_fail (index < G_N_ELEMENTS (actions), NULL);
  return &actions[index];
}

const MienKeyAction *
mien_key_table_find (const char *id)
{
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    if (g_str_equal (actions[i].id, id))
      return &actions[i];
  return NULL;
}

guint
mien_key_table_index (const MienKeyAction *action)
{
  return (guint) (action - actions);
}

const char *
mien_key_group_title (MienKeyGroup group)
{
  static const char *const titles[] = { N_ ("Answers"), N_ ("Faces"), N_ ("Everywhere"),
                                        N_ ("Project") };

  return _ (titles[group]);
}

gboolean
mien_key_action_is_review (const MienKeyAction *action)
{
  return g_str_has_prefix (action->id, "review.");
}

char *
mien_key_action_title (const MienKeyAction *action)
{
  const char *number = strchr (action->id, '(');
  guint n = number != NULL ? (guint) atoi (number + 1) : 0;

  if (action->title != NULL)
    return g_strdup (_ (action->title));
  if (g_str_has_prefix (action->id, "review.expression"))
    return g_strdup (_ (mien_expression_name (n)));
  return g_strdup_printf (_ ("AU%u, %s"), mien_unit_number (n), _ (mien_unit_name (n)));
}

char *
mien_key_action_full_title (const MienKeyAction *action)
{
  g_autofree char *title = mien_key_action_title (action);

  if (action->family == NULL)
    return g_steal_pointer (&title);
  /* Translators: what a key is about, and which of it: "Expression: Happiness". */
  return g_strdup_printf (_ ("%s: %s"), _ (action->family), title);
}
