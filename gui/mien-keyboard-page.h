/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* The page of the preferences that lists what keys can do; a row opens the dialog for its key. */

#define MIEN_TYPE_KEYBOARD_PAGE (mien_keyboard_page_get_type ())
G_DECLARE_FINAL_TYPE (MienKeyboardPage, mien_keyboard_page, MIEN, KEYBOARD_PAGE, AdwPreferencesPage)

G_END_DECLS
