/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "mien-audits-parse.h"

G_BEGIN_DECLS

/*
 * The part of Insights about audits: what they say of each class, and what they have made of its threshold.
 */

#define MIEN_TYPE_AUDIT_GROUP (mien_audit_group_get_type ())
G_DECLARE_FINAL_TYPE (MienAuditGroup, mien_audit_group, MIEN, AUDIT_GROUP, GtkWidget)

GtkWidget *mien_audit_group_new  (void);
/* NULL: no model is in use. */
void       mien_audit_group_show (MienAuditGroup        *self,
                                  const MienAuditsShown *audits);
/* Instead of anything: why there is nothing. */
void       mien_audit_group_fail (MienAuditGroup        *self,
                                  const char            *message);

G_END_DECLS
