/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of the fake engine, in an anonymous shared mapping, and the operations on it that the
 * files fake*.c share.
 */
#ifndef MS_ENGINE_FAKE_PRIV_H
#define MS_ENGINE_FAKE_PRIV_H

#include <pthread.h>
#include <stdbool.h>

#include "modules/core/engine/engine.h"

enum {
    FAKE_CONTAINERS = 64,
    FAKE_OBJECTS = 64,
    FAKE_IMAGES = 128,
    FAKE_NAME = 192,
    FAKE_LOG = 64 << 10,
    FAKE_OUTPUT = 256,
};

struct ms_fake_container {
    bool used;
    char id[FAKE_NAME], name[FAKE_NAME], project[FAKE_NAME], service[FAKE_NAME];
    char image[FAKE_NAME], spec_hash[MS_HASH_TEXT], state[16];
    int exit_code, restart_count;
    int64_t started_ms;
};

struct ms_fake_object {
    bool used;
    char name[FAKE_NAME], project[FAKE_NAME], spec_hash[MS_HASH_TEXT];
};

struct ms_fake_crash {
    bool used;
    char service[FAKE_NAME];
    int exit_code;
};

struct ms_fake {
    pthread_mutex_t lock; /* robust: a child may be killed while it holds it */
    unsigned calls, fail_at, serial;
    bool some_images; /* only those in images are present */
    struct ms_fake_container containers[FAKE_CONTAINERS];
    struct ms_fake_object networks[FAKE_OBJECTS], volumes[FAKE_OBJECTS];
    char images[FAKE_IMAGES][FAKE_NAME];
    struct ms_fake_crash crashes[FAKE_CONTAINERS];
    int exec_status;
    char exec_output[FAKE_OUTPUT];
    size_t n_log;
    char log[FAKE_LOG];
};

/* Copy text into a field of the table, cut to fit. */
#define ms_fake_put(field, text) ms_fake_put_text((field), sizeof(field), (text))
void ms_fake_put_text(char *field, size_t size, const char *text);

/* Hold and release the table. */
void ms_fake_lock(struct ms_fake *f);
void ms_fake_unlock(struct ms_fake *f);

/* Count and log a changing call "verb what" and hold the table: the caller releases it. -1 when
 * this is the one that fails (then it is not held). */
int ms_fake_begin(struct ms_fake *f, const char *verb, const char *what, struct ms_err *err)
    ms_must_use;

/* The container with that id or name, or NULL. The table is held. */
struct ms_fake_container *ms_fake_container(struct ms_fake *f, const char *id);

/* Whether the image is present. The table is held. */
bool ms_fake_has_image(const struct ms_fake *f, const char *ref);

/* The operations of ms_fake_container.c and ms_fake_object.c, as described in engine.h. */
int ms_fake_create(void *impl, const char *project, const struct ms_service *s, char **ret_id,
                   struct ms_err *err);
int ms_fake_inspect(void *impl, const char *id, struct ms_container *ret, struct ms_err *err);
int ms_fake_start(void *impl, const char *id, struct ms_err *err);
int ms_fake_stop(void *impl, const char *id, unsigned grace_s, struct ms_err *err);
int ms_fake_restart(void *impl, const char *id, unsigned grace_s, struct ms_err *err);
int ms_fake_kill(void *impl, const char *id, const char *sig, struct ms_err *err);
int ms_fake_remove(void *impl, const char *id, struct ms_err *err);
int ms_fake_rename(void *impl, const char *id, const char *name, struct ms_err *err);
int ms_fake_logs(void *impl, const char *id, int tail, bool follow, ms_engine_output on_output,
                 void *arg, struct ms_err *err);
int ms_fake_exec(void *impl, const char *id, const char *const *argv, const struct ms_buf *input,
                 ms_engine_output on_output, void *arg, int *ret_status, struct ms_err *err);
int ms_fake_run(void *impl, const char *project, const struct ms_service *s,
                const char *const *argv, ms_engine_output on_output, void *arg, int *ret_status,
                struct ms_err *err);
void ms_fake_containers(struct ms_fake *f, const char *project, struct ms_snapshot *s);

int ms_fake_network_create(void *impl, const char *project, const struct ms_network *n,
                           struct ms_err *err);
int ms_fake_network_remove(void *impl, const char *name, struct ms_err *err);
int ms_fake_volume_create(void *impl, const char *project, const char *name, struct ms_err *err);
int ms_fake_volume_remove(void *impl, const char *name, struct ms_err *err);
int ms_fake_image_find(void *impl, const char *ref, char **ret_id, struct ms_err *err);
int ms_fake_image_import(void *impl, const char *tar_path, const char *ref, struct ms_err *err);
int ms_fake_image_build(void *impl, const char *ref, const json_t *labels, const json_t *args,
                        ms_engine_source source, void *source_arg, ms_engine_output on_output,
                        void *arg, struct ms_err *err);
int ms_fake_image_pull(void *impl, const char *ref, struct ms_err *err);
int ms_fake_image_tag(void *impl, const char *ref, const char *new_ref, struct ms_err *err);
int ms_fake_image_remove(void *impl, const char *ref, struct ms_err *err);
int ms_fake_image_prune(void *impl, const char *const *keep, struct ms_err *err);
void ms_fake_objects(struct ms_fake *f, const char *project, struct ms_snapshot *s);

#endif
