/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-job.h"

G_BEGIN_DECLS

/* Every command of mienctl. data/mienctl.1 is what they promise. */

extern const MienCommand mien_command_new;
extern const MienCommand mien_command_demo;
extern const MienCommand mien_command_status;
extern const MienCommand mien_command_verify;

extern const MienCommand mien_command_import_affwild2;
extern const MienCommand mien_command_import_folder;

extern const MienCommand mien_command_train;
extern const MienCommand mien_command_propose;
extern const MienCommand mien_command_models;
extern const MienCommand mien_command_compare;
extern const MienCommand mien_command_use;
extern const MienCommand mien_command_evaluate;
extern const MienCommand mien_command_weights_import;
extern const MienCommand mien_command_weights_export;

extern const MienCommand mien_command_queue;
extern const MienCommand mien_command_thresholds;
extern const MienCommand mien_command_label;
extern const MienCommand mien_command_undo;
extern const MienCommand mien_command_history;
extern const MienCommand mien_command_agreement;
extern const MienCommand mien_command_doubts;

extern const MienCommand mien_command_forecast;
extern const MienCommand mien_command_simulate;

extern const MienCommand mien_command_snapshot;
extern const MienCommand mien_command_diff;
extern const MienCommand mien_command_restore;

extern const MienCommand mien_command_merge;
extern const MienCommand mien_command_export;

G_END_DECLS
