/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "mien-agreement-parse.h"

G_BEGIN_DECLS

/*
 * The part of Insights about agreement: of people with each other, with the model, and with themselves.
 */

#define MIEN_TYPE_AGREEMENT_GROUP (mien_agreement_group_get_type ())
G_DECLARE_FINAL_TYPE (MienAgreementGroup, mien_agreement_group, MIEN, AGREEMENT_GROUP, GtkWidget)

GtkWidget *mien_agreement_group_new  (void);
void       mien_agreement_group_show (MienAgreementGroup       *self,
                                      const MienAgreementShown *agreement);
/* Instead of anything: why there is nothing. */
void       mien_agreement_group_fail (MienAgreementGroup       *self,
                                      const char               *message);

G_END_DECLS
