/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/api/schemas.h"

#include <string.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"

#define REFERENCE "#/components/schemas/"

#define MEMBERS(...) ((const struct ms_schema_member[]){__VA_ARGS__, {0}})

const struct ms_schema ms_schemas[] = {
    {"Problem", "why something was refused or failed (RFC 9457)",
     MEMBERS({"type", "string", false, NULL}, {"title", "string", false, NULL},
             {"status", "integer", false, NULL}, {"detail", "string", false, "for people"},
             {"code", "string", false, "for programs, such as not-found"},
             {"diagnostics", "[string]", true, "further lines for people"}),
     false},
    {"Changed", "what was changed",
     MEMBERS({"address", "string", true, NULL},
             {"problems", "[string]", true, "what failed beside it"}),
     false},
    {"Deleted", "what was deleted",
     MEMBERS({"kept", "any", true, "where mail was moved aside"},
             {"problems", "[string]", true, "what failed beside it"}),
     false},
    {"Status", "the state of everything",
     MEMBERS({"ok", "boolean", false, "whether everything works"},
             {"mailstead", "string", false, "the supervisor's version"},
             {"supervisor", "object", false, NULL}, {"site", "Site", false, NULL},
             {"engine", "Engine", false, NULL}, {"job", "Job?", false, "the one that runs"},
             {"services", "[Service]", false, NULL}, {"certificates", "object", false, NULL},
             {"dkim", "any", false, NULL}),
     false},
    {"Site", "site.yaml",
     MEMBERS({"file", "string", false, NULL}, {"hostname", "string?", false, NULL},
             {"valid", "boolean", false, NULL}, {"problems", "[string]", false, NULL},
             {"pending", "boolean", false, "it differs from what was last applied"}),
     false},
    {"Engine", "the container engine",
     MEMBERS({"ok", "boolean", false, NULL}, {"reason", "string", false, NULL},
             {"since", "time", false, NULL}),
     false},
    {"Service", "one service",
     MEMBERS({"name", "string", false, NULL},
             {"state", "string", false, "starting, healthy, degraded, failed or stopped"},
             {"reason", "string", false, NULL},
             {"note", "string", false, "what it says about itself"}, {"since", "time", false, NULL},
             {"container", "Container?", false, NULL}, {"probes", "[Probe]", false, NULL},
             {"memory_limit", "integer", false, "bytes"},
             {"oom", "object?", false, "kills for want of memory"}),
     false},
    {"Container", "the container of a service",
     MEMBERS({"id", "string", false, NULL}, {"state", "string", false, NULL},
             {"status", "string", false, "for people"}, {"image", "string", false, NULL}),
     false},
    {"Probe", "one probe of a service",
     MEMBERS({"name", "string", false, NULL}, {"ok", "boolean", false, NULL},
             {"reason", "string", false, NULL},
             {"ms", "integer", false, "how long the last one took"}),
     false},
    {"JobRequest", "what to do",
     MEMBERS({"kind", "string", false, "up, down, restart, images or refresh"},
             {"services", "[string]", true, "only these; for restart"},
             {"volumes", "boolean", true, "destroy the data too; for down"},
             {"wait", "boolean", true, "queue it when another one runs"}),
     true},
    {"Job", "a deployment job",
     MEMBERS({"id", "string", false, NULL}, {"kind", "string", false, NULL},
             {"state", "string", false, "queued, running or ended"},
             {"created", "time", true, NULL}, {"started", "time", true, NULL},
             {"ended", "time", true, NULL}, {"ok", "boolean", true, "once it ended"},
             {"changed", "boolean", true, "once it ended"}),
     false},
    {"JobEvent", "one step of a job; the last one has the state \"end\"",
     MEMBERS({"t", "integer", false, "milliseconds since 1970"}, {"step", "string", true, NULL},
             {"state", "string", false, NULL}, {"text", "string", true, NULL},
             {"ok", "boolean", true, NULL}, {"changed", "boolean", true, NULL}),
     false},
    {"Declared", "where site.yaml declares it",
     MEMBERS({"file", "string", false, NULL}, {"line", "integer", false, NULL}), false},
    {"Domain", "a mail domain",
     MEMBERS({"name", "string", false, NULL}, {"alias_for", "string?", false, NULL},
             {"mailboxes", "integer", false, NULL}, {"aliases", "integer", false, NULL},
             {"quota", "integer", false, "bytes for each mailbox by default; 0: no limit"},
             {"active", "boolean", false, NULL}, {"declared", "Declared?", false, NULL}),
     false},
    {"DomainAdded", "the new domain",
     MEMBERS({"name", "string", false, NULL}, {"alias_for", "string?", false, NULL}), false},
    {"Mailbox", "a mailbox",
     MEMBERS({"address", "string", false, NULL}, {"name", "string", false, "of its owner"},
             {"quota", "integer", false, "bytes; 0: no limit"}, {"active", "boolean", false, NULL},
             {"declared", "Declared?", false, NULL}, {"created", "time", false, NULL},
             {"require_app_password", "boolean", false, NULL},
             {"send_as", "[string]", false, "addresses and @domains that it may write from"}),
     false},
    {"MailboxAdded", "the new mailbox",
     MEMBERS({"address", "string", false, NULL},
             {"password", "string", true, "one that was made; it is shown only now"}),
     false},
    {"AppPassword", "a password for one program",
     MEMBERS({"name", "string", false, NULL}, {"protocols", "[string]", false, NULL},
             {"created", "time", false, NULL}),
     false},
    {"AppPasswordAdded", "the new app password",
     MEMBERS({"address", "string", false, NULL}, {"name", "string", false, NULL},
             {"password", "string", false, "it is shown only now"}),
     false},
    {"Alias", "an alias",
     MEMBERS({"address", "string", false, "or @domain, for all that have no mailbox"},
             {"targets", "[string]", false, NULL}, {"active", "boolean", false, NULL},
             {"declared", "Declared?", false, NULL}, {"expires", "time?", false, NULL}),
     false},
    {"Spam", "what counts as spam",
     MEMBERS({"owner", "string", false, "a mailbox or a domain"},
             {"junk_score", "number?", false, NULL}, {"reject_score", "number?", false, NULL},
             {"allow", "[string]", false, NULL}, {"deny", "[string]", false, NULL}),
     false},
    {"QueueMessage", "a message in the queue, as Postfix tells it",
     MEMBERS({"queue_id", "string", false, NULL}, {"queue_name", "string", false, NULL},
             {"arrival_time", "integer", false, "seconds since 1970"},
             {"message_size", "integer", false, "bytes"}, {"sender", "string", false, NULL},
             {"recipients", "any", false, NULL}),
     false},
    {"QueueText", "a queued message",
     MEMBERS({"id", "string", false, NULL}, {"text", "string", false, NULL}), false},
    {"RenewRequest", "which certificates",
     MEMBERS({"force", "boolean", true, "also those that are not due"}), true},
    {"Certificates", "the certificates",
     MEMBERS({"mode", "string?", false, "how they come: tls.mode of site.yaml"},
             {"running", "boolean", false, "they are being renewed"},
             {"certificates", "[object]", false, NULL}),
     false},
    {"DkimDomain", "the DKIM keys of a domain",
     MEMBERS({"domain", "string", false, NULL}, {"phase", "string", false, "of a change of keys"},
             {"since", "time?", false, NULL}, {"next", "time?", false, NULL},
             {"todo", "string?", false, "what you have to do"}, {"keys", "[object]", false, NULL}),
     false},
    {0},
};

static json_t *simple(const char *type)
{
    static const char *const known[] = {"string", "integer", "number", "boolean", "object"};

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (!strcmp(type, known[i])) {
            return json_pack("{s:s}", "type", type);
        }
    }
    if (!strcmp(type, "time")) {
        return json_pack("{s:s, s:s}", "type", "string", "format", "date-time");
    }
    return NULL;
}

static json_t *reference(const char *name)
{
    ms_auto_free char *to = ms_xasprintf(REFERENCE "%s", name);

    return json_pack("{s:s}", "$ref", to);
}

/* The same, or null. */
static json_t *nullable(json_t *schema)
{
    json_t *type = json_object_get(schema, "type");

    if (!type) {
        return json_pack("{s:[o, {s:s}]}", "anyOf", schema, "type", "null");
    }
    (void)json_object_set_new(schema, "type", json_pack("[O, s]", type, "null"));
    return schema;
}

json_t *ms_schema_of_type(const char *type)
{
    size_t n = strlen(type);
    ms_auto_free char *inner = NULL;
    json_t *known;

    if (!strcmp(type, "any")) {
        return json_object();
    }
    if (type[n - 1] == '?') {
        inner = ms_xmemdup0(type, n - 1);
        return nullable(ms_schema_of_type(inner));
    }
    if (*type == '[') {
        inner = ms_xmemdup0(type + 1, n - 2);
        return json_pack("{s:s, s:o}", "type", "array", "items", ms_schema_of_type(inner));
    }
    known = simple(type);
    return known ? known : reference(type);
}

json_t *ms_schema_json(const struct ms_schema *s)
{
    json_t *properties = json_object(), *required = json_array();
    json_t *o = json_pack("{s:s, s:s}", "type", "object", "description", s->doc);

    for (const struct ms_schema_member *m = s->members; m->name; m++) {
        json_t *type = ms_schema_of_type(m->type);

        if (m->doc) {
            (void)json_object_set_new(type, "description", json_string(m->doc));
        }
        (void)json_object_set_new(properties, m->name, type);
        if (!m->optional) {
            (void)json_array_append_new(required, json_string(m->name));
        }
    }
    (void)json_object_set_new(o, "properties", properties);
    if (json_array_size(required)) {
        (void)json_object_set_new(o, "required", required);
    } else {
        json_decref(required);
    }
    if (s->closed) {
        (void)json_object_set_new(o, "additionalProperties", json_false());
    }
    return o;
}
