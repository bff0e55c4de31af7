/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Container images: what they are made of decides their tag, so an image is built once per content.
 * The base image comes from Debian's signed archive (mmdebstrap, trixie) unless site.yaml names
 * one. images/<component>/Dockerfile begins with "ARG BASE" and "FROM ${BASE}".
 */
#ifndef MS_IMAGES_IMAGES_H
#define MS_IMAGES_IMAGES_H

#include "modules/core/base/err.h"
#include "modules/core/engine/engine.h"
#include "modules/core/site/site.h"

/* The reference of the base image for this site: "mailstead/base:<12 hex digits of its recipe>", or
 * images.base. *ret is freed by the caller. */
int ms_image_base_ref(const char *data_dir, const struct ms_site *site, char **ret,
                      struct ms_err *err) ms_must_use;

/* The reference of a component's image: "mailstead/<component>:<12 hex digits>" of the base
 * reference and every file in images/<component> (name, mode, content). Pure but for reading that
 * folder. *ret is freed by the caller. */
int ms_image_ref(const char *data_dir, const struct ms_site *site, const char *component,
                 char **ret, struct ms_err *err) ms_must_use;

typedef void (*ms_image_progress)(void *arg, const char *line);

/* What making an image needs; all borrowed. */
struct ms_image_job {
    struct ms_engine *engine;
    const char *data_dir;
    const char *work_dir; /* for the base image: the tar file is written there and removed again */
    const struct ms_site *site;
    ms_image_progress on_line; /* may be NULL */
    void *arg;
};

/* Make the base image unless it is there. A failure holds the last lines of what failed. */
int ms_image_build_base(const struct ms_image_job *j, struct ms_err *err) ms_must_use;

/* Make one component's image unless it is there (the base must be). */
int ms_image_build(const struct ms_image_job *j, const char *component, struct ms_err *err)
    ms_must_use;

#endif
