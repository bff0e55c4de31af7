/* SPDX-License-Identifier: Apache-2.0 */
/*
 * site-check [--vars] FILE: load a site.yaml and print its diagnostics (exit status 0, or 2 when it
 * is not valid), or the data of the templates as JSON. --schema and --options print those.
 */
#include <stdio.h>
#include <string.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/site/site.h"

static int print_json(json_t *j)
{
    ms_auto_json json_t *own = j;

    if (!own || json_dumpf(own, stdout, JSON_INDENT(2)) < 0) {
        return 1;
    }
    (void)putchar('\n');
    return 0;
}

static int check(const char *file, bool vars)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_diags struct ms_diags d;
    struct ms_site *site = NULL;
    int r;

    ms_diags_init(&d, 0);
    r = ms_site_load(file, &d, &site, &err);
    ms_diags_print(&d, vars ? stderr : stdout);
    if (r < 0) {
        (void)fprintf(stderr, "%s\n", ms_err_msg(&err));
        return err.code == MS_ECONFIG ? 2 : 1;
    }
    r = vars ? print_json(ms_site_vars(site)) : 0;
    ms_site_free(site);
    return r;
}

int main(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], "--schema")) {
        return print_json(ms_site_schema());
    }
    if (argc == 2 && !strncmp(argv[1], "--options", 9)) {
        ms_auto_free char *text = ms_site_options(!strcmp(argv[1], "--options=markdown"));

        (void)fputs(text, stdout);
        return 0;
    }
    if (argc == 3 && !strcmp(argv[1], "--vars")) {
        return check(argv[2], true);
    }
    if (argc == 2) {
        return check(argv[1], false);
    }
    (void)fprintf(stderr, "usage: site-check [--vars] FILE | --schema | --options[=markdown]\n");
    return 2;
}
