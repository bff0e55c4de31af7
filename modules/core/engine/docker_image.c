/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "modules/core/engine/docker_priv.h"

enum { TAIL_LINES = 15, TAIL_LINE_MAX = 400 };

/* Where a build, an import or a pull stands: its last lines, and what it failed with. */
struct progress {
    ms_engine_output on_output;
    void *arg;
    char *tail[TAIL_LINES]; /* ring */
    size_t n;               /* lines so far */
    char *error;
};

static void keep_line(struct progress *p, const char *s, size_t n)
{
    char **slot = &p->tail[p->n % TAIL_LINES];

    if (!n) {
        return;
    }
    free(*slot);
    *slot = ms_xmemdup0(s, n < TAIL_LINE_MAX ? n : TAIL_LINE_MAX);
    p->n++;
}

static int on_progress(void *arg, const json_t *j, struct ms_err *err)
{
    struct progress *p = arg;
    const char *text = ms_json_text(j, "stream"), *bad = ms_json_text(j, "error");

    (void)err;
    if (*bad && !p->error) {
        p->error = ms_xstrdup(bad);
    }
    for (const char *s = text; *s;) {
        size_t n = strcspn(s, "\r\n");

        keep_line(p, s, n);
        s += n + (s[n] != '\0');
    }
    if (*text && p->on_output) {
        return p->on_output(p->arg, 1, text, strlen(text)) < 0 ? 1 : 0;
    }
    return 0;
}

/* The error of a failed build with its last lines. */
static int progress_error(const struct progress *p, struct ms_err *err)
{
    ms_auto_buf struct ms_buf b = {0};

    ms_buf_init(&b, 16 << 10);
    ms_buf_adds(&b, p->error);
    for (size_t i = p->n > TAIL_LINES ? p->n - TAIL_LINES : 0; i < p->n; i++) {
        ms_buf_addf(&b, "\n  %s", p->tail[i % TAIL_LINES]);
    }
    return ms_err_set(err, MS_EENGINE, 0, "%s", b.p);
}

/* Make a call whose answer is a stream of progress. */
static int with_progress(struct ms_docker *d, struct ms_http_request *r, struct progress *p,
                         struct ms_err *err)
{
    struct ms_json_lines lines;
    int rc;

    ms_json_lines_init(&lines, on_progress, p);
    r->on_data = ms_json_lines_feed;
    r->data_arg = &lines;
    r->timeout_ms = MS_DOCKER_TRANSFER_MS;
    rc = ms_docker_call(d, r, NULL, err);
    if (!rc) {
        rc = ms_json_lines_end(&lines, err);
    }
    if (!rc && p->error) {
        rc = progress_error(p, err);
    }
    ms_json_lines_done(&lines);
    for (size_t i = 0; i < TAIL_LINES; i++) {
        free(p->tail[i]);
    }
    free(p->error);
    return rc;
}

/* Split "repository:tag" (the tag may be missing; a port's colon is no tag's). Both escaped; the
 * caller frees them. */
static void split_ref(const char *ref, char **ret_repo, char **ret_tag)
{
    const char *slash = strrchr(ref, '/'), *colon = strrchr(ref, ':');
    ms_auto_free char *repo = NULL;

    if (!colon || (slash && colon < slash)) {
        colon = ref + strlen(ref);
    }
    repo = ms_xmemdup0(ref, (size_t)(colon - ref));
    *ret_repo = ms_http_escape(repo);
    *ret_tag = ms_http_escape(*colon ? colon + 1 : "latest");
}

static ssize_t read_file(void *arg, char *buf, size_t cap)
{
    ssize_t n;

    do {
        n = read(*(int *)arg, buf, cap);
    } while (n < 0 && errno == EINTR);
    return n;
}

int ms_docker_image_import(void *impl, const char *tar_path, const char *ref, struct ms_err *err)
{
    ms_auto_close int fd = open(tar_path, O_RDONLY | O_CLOEXEC);
    ms_auto_free char *repo = NULL, *tag = NULL, *path = NULL, *change = NULL, *label = NULL;
    struct ms_http_request r = {.method = "POST", .source = read_file, .source_arg = &fd};
    struct progress p = {0};

    if (fd < 0) {
        return ms_err_set(err, MS_EIO, errno, "%s", tar_path);
    }
    split_ref(ref, &repo, &tag);
    label = ms_xasprintf("LABEL " MS_LABEL_COMPONENT "=base");
    change = ms_http_escape(label);
    path = ms_xasprintf("/images/create?fromSrc=-&repo=%s&tag=%s&changes=%s", repo, tag, change);
    r.path = path;
    return with_progress(impl, &r, &p, err) < 0 ? ms_err_wrap(err, "import %s", ref) : 0;
}

int ms_docker_image_pull(void *impl, const char *ref, struct ms_err *err)
{
    ms_auto_free char *repo = NULL, *tag = NULL, *path = NULL;
    struct ms_http_request r = {.method = "POST"};
    struct progress p = {0};

    split_ref(ref, &repo, &tag);
    path = ms_xasprintf("/images/create?fromImage=%s&tag=%s", repo, tag);
    r.path = path;
    return with_progress(impl, &r, &p, err) < 0 ? ms_err_wrap(err, "pull %s", ref) : 0;
}

int ms_docker_image_build(void *impl, const char *ref, const json_t *labels, const json_t *args,
                          ms_engine_source source, void *source_arg, ms_engine_output on_output,
                          void *arg, struct ms_err *err)
{
    ms_auto_free char *l = labels ? json_dumps(labels, JSON_COMPACT) : NULL;
    ms_auto_free char *a = args ? json_dumps(args, JSON_COMPACT) : NULL;
    ms_auto_free char *ref_esc = ms_http_escape(ref);
    ms_auto_free char *l_esc = ms_http_escape(l ? l : "{}"), *a_esc = ms_http_escape(a ? a : "{}");
    ms_auto_free char *path = ms_xasprintf(
        "/build?version=1&rm=1&forcerm=1&t=%s&labels=%s&buildargs=%s", ref_esc, l_esc, a_esc);
    struct ms_http_request r = {
        .method = "POST", .path = path, .source = source, .source_arg = source_arg};
    struct progress p = {.on_output = on_output, .arg = arg};

    return with_progress(impl, &r, &p, err) < 0 ? ms_err_wrap(err, "build %s", ref) : 0;
}

int ms_docker_image_find(void *impl, const char *ref, char **ret_id, struct ms_err *err)
{
    ms_auto_free char *escaped = ms_http_escape(ref);
    ms_auto_free char *path = ms_xasprintf("/images/%s/json", escaped);
    struct ms_http_request r = {.method = "GET", .path = path};
    ms_auto_json json_t *j = NULL;

    if (ms_docker_call(impl, &r, &j, err) < 0) {
        if (err->code != MS_ENOTFOUND) {
            return ms_err_wrap(err, "image %s", ref);
        }
        ms_err_done(err);
        return 0;
    }
    if (ret_id) {
        *ret_id = ms_xstrdup(ms_json_text(j, "Id"));
    }
    return 1;
}

int ms_docker_image_tag(void *impl, const char *ref, const char *new_ref, struct ms_err *err)
{
    ms_auto_free char *escaped = ms_http_escape(ref), *repo = NULL, *tag = NULL, *path = NULL;
    struct ms_http_request r = {.method = "POST"};

    split_ref(new_ref, &repo, &tag);
    path = ms_xasprintf("/images/%s/tag?repo=%s&tag=%s", escaped, repo, tag);
    r.path = path;
    return ms_docker_call(impl, &r, NULL, err) < 0 ? ms_err_wrap(err, "tag %s", ref) : 0;
}

int ms_docker_image_remove(void *impl, const char *ref, struct ms_err *err)
{
    ms_auto_free char *escaped = ms_http_escape(ref);
    ms_auto_free char *path = ms_xasprintf("/images/%s", escaped);
    struct ms_http_request r = {
        .method = "DELETE", .path = path, .timeout_ms = MS_DOCKER_CHANGE_MS};
    ms_auto_json json_t *j = NULL;

    return ms_docker_call(impl, &r, &j, err) < 0 ? ms_err_wrap(err, "remove image %s", ref) : 0;
}

static bool is_kept(const char *const *keep, const char *ref)
{
    for (; *keep; keep++) {
        if (!strcmp(*keep, ref)) {
            return true;
        }
    }
    return false;
}

/* Remove one image; one that something still uses, or that has gone meanwhile, is left. */
static int prune_one(void *impl, const char *ref, struct ms_err *err)
{
    if (ms_docker_image_remove(impl, ref, err) == 0) {
        return 0;
    }
    if (err->code == MS_ENOTFOUND || (err->code == MS_EENGINE && err->sys == 409)) {
        ms_err_done(err);
        return 0;
    }
    return -1;
}

static int prune_image(void *impl, const json_t *image, const char *const *keep, struct ms_err *err)
{
    const json_t *tags = json_object_get(image, "RepoTags"), *tag;
    bool tagged = false;
    size_t i;

    json_array_foreach(tags, i, tag)
    {
        const char *ref = json_string_value(tag);

        if (!ref || !strcmp(ref, "<none>:<none>")) {
            continue;
        }
        tagged = true; /* an image made by somebody else from ours has our label too */
        if (!strncmp(ref, MS_IMAGE_PREFIX, strlen(MS_IMAGE_PREFIX)) && !is_kept(keep, ref) &&
            prune_one(impl, ref, err) < 0) {
            return -1;
        }
    }
    return tagged || !*ms_json_text(image, "Id") ? 0
                                                 : prune_one(impl, ms_json_text(image, "Id"), err);
}

int ms_docker_image_prune(void *impl, const char *const *keep, struct ms_err *err)
{
    ms_auto_free char *filter = ms_http_filter("label", MS_LABEL_COMPONENT);
    ms_auto_free char *path = ms_xasprintf("/images/json?%s", filter);
    struct ms_http_request r = {.method = "GET", .path = path};
    ms_auto_json json_t *j = NULL;
    const json_t *image;
    size_t i;

    if (ms_docker_call(impl, &r, &j, err) < 0) {
        return ms_err_wrap(err, "list of images");
    }
    json_array_foreach(j, i, image)
    {
        if (prune_image(impl, image, keep, err) < 0) {
            return -1;
        }
    }
    return 0;
}
