/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * One table for the symbols and the descriptions of expressions and units. Muscles and
 * changes of looks follow P. Ekman, W. V. Friesen and J. C. Hager, "Facial Action Coding
 * System" (2002); the units of an expression are those that EMFACS (Friesen and Ekman,
 * 1983) looks for, without the many that may come along. The words are our own. Order is
 * that of mien-types.h.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-facs.h"

#include "mien-types.h"

#include <glib/gi18n.h>

static const MienFacs expressions[MIEN_EXPRESSION_COUNT] = {
  { "mien-neutral-symbolic", NULL,
    N_ ("The face at rest. Brows, eyes and mouth have the shape that is their own, and "
        "no "
        "unit can be seen to act.") },
  { "mien-anger-symbolic", "AU4, AU5, AU7, AU23",
    N_ ("The brows come down and together over a hard stare, and the lips are tightened "
        "or pressed.") },
  { "mien-disgust-symbolic", "AU9, AU10, AU15, AU16",
    N_ ("The nose is wrinkled or the upper lip raised; the corners of the mouth are "
        "often "
        "pulled down.") },
  { "mien-fear-symbolic", "AU1, AU2, AU4, AU5, AU7, AU20, AU26",
    N_ ("The brows are raised and drawn together, the eyes wide open and tense, and the "
        "lips stretched sideways.") },
  { "mien-happiness-symbolic", "AU6, AU12",
    N_ ("The corners of the lips are drawn up. In a smile that is felt the cheeks rise "
        "too, "
        "and the skin at the eyes wrinkles.") },
  { "mien-sadness-symbolic", "AU1, AU4, AU15",
    N_ ("The inner ends of the brows are drawn up and together, and the corners of the "
        "lips pulled down.") },
  { "mien-surprise-symbolic", "AU1, AU2, AU5, AU26",
    N_ ("The whole brows are raised and arched, the eyes wide open, and the jaw drops "
        "loosely.") },
  { "mien-other-symbolic", NULL,
    N_ ("An expression that none of the seven others names, such as contempt or "
        "doubt.") },
};

static const MienFacs units[MIEN_UNIT_COUNT] = {
  { "mien-au1-symbolic", N_ ("Frontalis, medial part"),
    N_ ("The inner ends of the brows rise, so that the brows slant. Short wrinkles "
        "across "
        "the middle of the forehead may appear.") },
  { "mien-au2-symbolic", N_ ("Frontalis, lateral part"),
    N_ ("The outer parts of the brows rise and arch. The skin above the outer corners of "
        "the eyes is stretched up.") },
  { "mien-au4-symbolic",
    N_ ("Corrugator supercilii, depressor supercilii, depressor glabellae"),
    N_ ("The brows come down or together, usually both. Vertical wrinkles between them "
        "appear or deepen.") },
  { "mien-au6-symbolic", N_ ("Orbicularis oculi, orbital part"),
    N_ ("The cheeks rise and the skin round the eyes is drawn in towards them. Wrinkles "
        "spread from the outer corners of the eyes.") },
  { "mien-au7-symbolic", N_ ("Orbicularis oculi, palpebral part"),
    N_ ("The lids tighten: the lower one rises and straightens, and the opening of the "
        "eye narrows. The cheeks need not move.") },
  { "mien-au10-symbolic", N_ ("Levator labii superioris"),
    N_ ("The upper lip rises, most in its middle, and takes an angular shape. The furrow "
        "from nose to mouth deepens, and the nostrils may widen.") },
  { "mien-au12-symbolic", N_ ("Zygomaticus major"),
    N_ ("The corners of the lips are pulled up and back, towards the cheekbones. The "
        "furrow from nose to mouth deepens.") },
  { "mien-au15-symbolic", N_ ("Depressor anguli oris"),
    N_ ("The corners of the lips are pulled down. The skin below them may wrinkle or "
        "pouch.") },
  { "mien-au23-symbolic", N_ ("Orbicularis oris"),
    N_ ("The lips tighten and their red parts grow narrower, without being pressed "
        "against each other.") },
  { "mien-au24-symbolic", N_ ("Orbicularis oris"),
    N_ ("The lips are pressed against each other and look thinner. The chin is not "
        "pushed up.") },
  { "mien-au25-symbolic",
    N_ ("Depressor labii inferioris; mentalis or orbicularis oris relaxed"),
    N_ ("The lips part, and teeth or the inside of the mouth may show. The jaw need not "
        "drop.") },
  { "mien-au26-symbolic", N_ ("Masseter, temporalis and medial pterygoid, relaxed"),
    N_ ("The jaw drops by relaxing, so that the teeth come apart. It is not pulled open; "
        "the lips may stay closed.") },
};

static MienFacs
translated (MienFacs facs)
{
  facs.made_of = facs.made_of != NULL ? _ (facs.made_of) : NULL;
  facs.description = _ (facs.description);
  return facs;
}

MienFacs
mien_facs_expression (guint expression)
{
  g_assert (expression < MIEN_EXPRESSION_COUNT);
  return translated (expressions[expression]);
}

MienFacs
mien_facs_unit (guint unit)
{
  g_assert (unit < MIEN_UNIT_COUNT);
  return translated (units[unit]);
}
