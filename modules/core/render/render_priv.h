/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pieces of the render room that its own files and tests share.
 */
#ifndef MS_RENDER_PRIV_H
#define MS_RENDER_PRIV_H

#include "modules/core/base/buf.h"
#include "modules/core/render/render.h"

enum { MS_RENDER_FILE_MAX = 64 << 20 }; /* bytes of one rendered file */

/* Add a file to the tree; bytes are taken over. Its hash covers content, mode and owner. */
void ms_tree_add(struct ms_tree *t, const char *service, const char *name, char *bytes, size_t size,
                 const struct ms_file_spec *spec);

/* Put the override files of a component (overrides/<component>/ beside site.yaml) into the files
 * that the service has from first_file on: appended to the file of that name, else added as
 * local/<name>. */
int ms_render_overrides(const struct ms_render_input *in, const struct ms_service *v,
                        struct ms_tree *t, size_t first_file, struct ms_err *err) ms_must_use;

/* main.cf with an override after it: parameters that the override sets are taken out of base first,
 * since Postfix warns of a parameter that is set twice. Appends to out. */
void ms_render_merge_main_cf(const char *base, const char *override, struct ms_buf *out);

#endif
