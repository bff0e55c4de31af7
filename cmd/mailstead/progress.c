/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/mailstead/progress.h"

#include <string.h>

#include "cmd/mailstead/text.h"
#include "modules/core/base/mem.h"

enum { LINE_BYTES = 8192, MAX_WIDTH = 1000 };

enum mark { MARK_DONE, MARK_FAILED, MARK_SKIPPED, MARK_NOTE };

static const char *text_of(const json_t *event, const char *key)
{
    const char *s = json_string_value(json_object_get(event, key));

    return s ? s : "";
}

void ms_progress_init(struct ms_progress *p, struct ms_progress_style style, int64_t now_ms)
{
    memset(p, 0, sizeof(*p));
    p->style = style;
    p->start_ms = now_ms;
    ms_buf_init(&p->out, 16 << 20);
}

static void step_done(struct ms_progress_step *s)
{
    free(s->name);
    for (size_t i = 0; i < MS_PROGRESS_TAIL; i++) {
        free(s->tail[i]);
    }
}

void ms_progress_done(struct ms_progress *p)
{
    for (size_t i = 0; i < p->n_steps; i++) {
        step_done(&p->steps[i]);
    }
    free(p->steps);
    free(p->drawn);
    ms_buf_done(&p->out);
    memset(p, 0, sizeof(*p));
}

static struct ms_progress_step *find(struct ms_progress *p, const char *name)
{
    for (size_t i = 0; i < p->n_steps; i++) {
        if (!strcmp(p->steps[i].name, name)) {
            return &p->steps[i];
        }
    }
    return NULL;
}

static struct ms_progress_step *begin(struct ms_progress *p, const char *name, int64_t now_ms)
{
    struct ms_progress_step *s = find(p, name);

    if (s) {
        return s;
    }
    p->steps = ms_xgrow(p->steps, p->n_steps, &p->cap, sizeof(*p->steps));
    s = &p->steps[p->n_steps++];
    memset(s, 0, sizeof(*s));
    s->name = ms_xstrdup(name);
    s->start_ms = now_ms;
    return s;
}

static void end_step(struct ms_progress *p, struct ms_progress_step *s)
{
    size_t i = (size_t)(s - p->steps);

    step_done(s);
    memmove(s, s + 1, (p->n_steps - i - 1) * sizeof(*s));
    p->n_steps--;
}

static void color(struct ms_progress *p, const char *code)
{
    if (p->style.color) {
        ms_buf_addf(&p->out, "\033[%sm", code);
    }
}

static void add_mark(struct ms_progress *p, enum mark m)
{
    static const char *const plain[] = {"ok  ", "FAIL", "skip", "note"};
    static const char *const fancy[] = {"\xe2\x9c\x93", "\xe2\x9c\x97", "-", "\xc2\xb7"};
    static const char *const colors[] = {"32", "31", "33", "36"};

    color(p, colors[m]);
    ms_buf_adds(&p->out, p->style.unicode ? fancy[m] : plain[m]);
    color(p, "0");
    ms_buf_addc(&p->out, ' ');
}

/* Further lines of a text, indented. */
static void add_further(struct ms_progress *p, const char *text)
{
    while (*text) {
        size_t n = strcspn(text, "\n");
        ms_auto_free char *line = ms_xmemdup0(text, n);

        ms_buf_adds(&p->out, "    ");
        ms_text_clean(line, &p->out);
        ms_buf_addc(&p->out, '\n');
        text += n + (text[n] == '\n');
    }
}

/* What stays: "<mark> step: text  (1.2 s)", and below it the further lines of the text. */
static void add_line(struct ms_progress *p, enum mark m, const char *step, const char *text,
                     int64_t ms)
{
    size_t n = strcspn(text, "\n");
    ms_auto_free char *first = ms_xmemdup0(text, n);

    add_mark(p, m);
    ms_text_clean(step, &p->out);
    if (*step && *first) {
        ms_buf_adds(&p->out, ": ");
    }
    ms_text_clean(first, &p->out);
    if (ms >= 0) {
        ms_buf_adds(&p->out, "  ");
        color(p, "2");
        ms_text_duration(ms, &p->out);
        color(p, "0");
    }
    ms_buf_addc(&p->out, '\n');
    add_further(p, text + n + (text[n] == '\n'));
}

static void add_output(struct ms_progress *p, const char *step, const char *line)
{
    color(p, "2");
    ms_buf_adds(&p->out, "  ");
    ms_text_clean(step, &p->out);
    ms_buf_adds(&p->out, " | ");
    color(p, "0");
    ms_text_clean(line, &p->out);
    ms_buf_addc(&p->out, '\n');
}

/* The last lines of a failed step, unless they were shown already or the error tells them. */
static void add_tail(struct ms_progress *p, const struct ms_progress_step *s, const char *text)
{
    size_t n = s->n_lines < MS_PROGRESS_TAIL ? s->n_lines : MS_PROGRESS_TAIL;

    if (p->style.verbose || strchr(text, '\n')) {
        return;
    }
    for (size_t i = s->n_lines - n; i < s->n_lines; i++) {
        add_output(p, s->name, s->tail[i % MS_PROGRESS_TAIL]);
    }
}

static void keep_output(struct ms_progress *p, const char *step, const char *line, int64_t now_ms)
{
    struct ms_progress_step *s = begin(p, step, now_ms);
    char **slot = &s->tail[s->n_lines++ % MS_PROGRESS_TAIL];

    free(*slot);
    *slot = ms_xmemdup0(line, strnlen(line, LINE_BYTES));
}

static void on_finished(struct ms_progress *p, enum mark m, const json_t *event, int64_t now_ms)
{
    const char *step = text_of(event, "step"), *text = text_of(event, "text");
    const json_t *ms = json_object_get(event, "ms");
    struct ms_progress_step *s = find(p, step);
    int64_t took = s ? now_ms - s->start_ms : -1;

    if (json_is_integer(ms)) {
        took = json_integer_value(ms);
    }
    p->n_done++;
    p->n_failed += m == MARK_FAILED;
    if (m == MARK_FAILED && s) {
        add_tail(p, s, text);
    }
    if (!p->style.quiet || m == MARK_FAILED) {
        add_line(p, m, step, m == MARK_DONE ? "" : text, m == MARK_SKIPPED ? -1 : took);
    }
    if (s) {
        end_step(p, s);
    }
}

static void on_start(struct ms_progress *p, const json_t *event, int64_t now_ms)
{
    const char *step = text_of(event, "step"), *text = text_of(event, "text");

    (void)begin(p, step, now_ms);
    if (p->style.live || p->style.quiet) {
        return;
    }
    ms_buf_adds(&p->out, "...  ");
    ms_text_clean(step, &p->out);
    if (*text) {
        ms_buf_adds(&p->out, " (");
        ms_text_clean(text, &p->out);
        ms_buf_addc(&p->out, ')');
    }
    ms_buf_addc(&p->out, '\n');
}

void ms_progress_event(struct ms_progress *p, const json_t *event, int64_t now_ms)
{
    const char *state = text_of(event, "state"), *step = text_of(event, "step");
    const char *text = text_of(event, "text");
    const json_t *total = json_object_get(event, "total");

    if (json_is_integer(total) && json_integer_value(total) > 0) {
        p->total = (size_t)json_integer_value(total);
    }
    if (!strcmp(state, "start")) {
        on_start(p, event, now_ms);
    } else if (!strcmp(state, "output")) {
        keep_output(p, step, text, now_ms);
        if (p->style.verbose && !p->style.quiet) {
            add_output(p, step, text);
        }
    } else if (!strcmp(state, "done")) {
        on_finished(p, MARK_DONE, event, now_ms);
    } else if (!strcmp(state, "failed")) {
        on_finished(p, MARK_FAILED, event, now_ms);
    } else if (!strcmp(state, "skipped")) {
        on_finished(p, MARK_SKIPPED, event, now_ms);
    } else if (!strcmp(state, "note") && !p->style.quiet && *text) {
        add_line(p, MARK_NOTE, step, text, -1);
    }
}

void ms_progress_clear(struct ms_progress *p, size_t width)
{
    size_t rows = 0;

    if (!p->n_drawn) {
        return;
    }
    for (size_t i = 0; i < p->n_drawn; i++) { /* a narrower terminal has wrapped the lines */
        rows += width && p->drawn[i] > width ? (p->drawn[i] + width - 1) / width : 1;
    }
    ms_buf_addf(&p->out, "\033[%zuA\r\033[J", rows);
    p->n_drawn = 0;
}

static void draw_line(struct ms_progress *p, const char *line, size_t width)
{
    size_t start = p->out.len;

    ms_text_cut(line, width, &p->out);
    p->drawn = ms_xgrow(p->drawn, p->n_drawn, &p->cap_drawn, sizeof(*p->drawn));
    p->drawn[p->n_drawn++] = ms_text_width(p->out.p + start);
    ms_buf_addc(&p->out, '\n');
}

static void draw_step(struct ms_progress *p, const struct ms_progress_step *s, size_t width,
                      int64_t now_ms)
{
    static const char *const fancy[] = {"\xe2\xa0\x8b", "\xe2\xa0\x99", "\xe2\xa0\xb9",
                                        "\xe2\xa0\xb8", "\xe2\xa0\xbc", "\xe2\xa0\xb4",
                                        "\xe2\xa0\xa6", "\xe2\xa0\xa7"};
    static const char *const plain[] = {"|", "/", "-", "\\"};
    ms_auto_buf struct ms_buf b = {0};

    ms_buf_init(&b, LINE_BYTES * 2);
    ms_buf_adds(&b, p->style.unicode ? fancy[p->frame % 8] : plain[p->frame % 4]);
    ms_buf_addc(&b, ' ');
    ms_text_clean(s->name, &b);
    ms_buf_addf(&b, "  %lld s", (long long)((now_ms - s->start_ms) / 1000));
    if (s->n_lines) {
        ms_buf_adds(&b, "  ");
        ms_text_clean(s->tail[(s->n_lines - 1) % MS_PROGRESS_TAIL], &b);
    }
    draw_line(p, b.p, width);
}

void ms_progress_draw(struct ms_progress *p, size_t width, size_t height, int64_t now_ms)
{
    size_t columns = width > MAX_WIDTH ? MAX_WIDTH : width;
    ms_auto_buf struct ms_buf b = {0};

    if (!p->style.live || p->style.quiet || columns < 2) {
        return;
    }
    ms_progress_clear(p, width);
    p->frame++;
    ms_buf_init(&b, LINE_BYTES);
    for (size_t i = 0; i < p->n_steps && i + 3 < height; i++) {
        draw_step(p, &p->steps[i], columns - 1, now_ms);
    }
    if (p->total) {
        ms_buf_addf(&b, "  %zu of %zu steps, ", p->n_done, p->total);
        ms_buf_addf(&b, "%lld s", (long long)((now_ms - p->start_ms) / 1000));
        draw_line(p, b.p, columns - 1);
    }
}
