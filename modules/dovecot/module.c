/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/module.h"

extern const struct ms_module ms_module_dovecot;

const struct ms_module ms_module_dovecot = {
    .name = "dovecot",
    .summary = "mailboxes: LMTP, IMAP, POP3, ManageSieve, SASL (Dovecot)",
};
