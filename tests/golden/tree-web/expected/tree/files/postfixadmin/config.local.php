<?php

global $CONF;
$CONF['configured'] = true;
$CONF['database_type'] = 'mysqli';
$CONF['database_host'] = '10.20.0.10';
$CONF['database_user'] = 'postfixadmin';
$CONF['database_password'] = 'not-made-yet';
$CONF['database_name'] = 'mailstead';

// what fits the tables and their readers: modules/core/directory/README.md
$CONF['encrypt'] = 'php_crypt:BLOWFISH::{BLF-CRYPT}';
$CONF['domain_path'] = 'YES';
$CONF['domain_in_mailbox'] = 'NO';
$CONF['quota'] = 'YES';
$CONF['quota_multiplier'] = '1048576';
$CONF['domain_quota'] = 'NO';
$CONF['aliases'] = '0';
$CONF['mailboxes'] = '0';
$CONF['maxquota'] = '0';
$CONF['password_expiration'] = 'NO';
$CONF['emailcheck_resolve_domain'] = 'NO';
$CONF['default_aliases'] = [];
$CONF['transport'] = 'NO';
$CONF['special_alias_control'] = 'YES';

// nothing here reads these tables, and no mail is sent from here
$CONF['vacation'] = 'NO';
$CONF['vacation_control'] = 'NO';
$CONF['vacation_control_admin'] = 'NO';
$CONF['fetchmail'] = 'NO';
$CONF['backup'] = 'NO';
$CONF['sendmail'] = 'NO';
$CONF['xmlrpc_enabled'] = false;
$CONF['forgotten_user_password_reset'] = false;
$CONF['forgotten_admin_password_reset'] = false;
$CONF['create_mailbox_subdirs'] = [];
$CONF['mailbox_struct_hook'] = 'without_welcome';

$CONF['admin_email'] = 'admin@example.org';
$CONF['show_footer_text'] = 'NO';
$CONF['show_status'] = 'NO';
$CONF['show_undeliverable'] = 'NO';
$CONF['password_validation'] = ['/.{8}/' => 'password_too_short 8'];

// Dovecot makes a mailbox with its first message: no welcome message is needed
function without_welcome($struct)
{
    if (isset($struct['welcome_mail'])) {
        $struct['welcome_mail']['default'] = 0;
        $struct['welcome_mail']['display_in_form'] = 0;
    }
    return $struct;
}

foreach (glob('/config/local/*.php') ?: [] as $file) {
    include $file;
}
