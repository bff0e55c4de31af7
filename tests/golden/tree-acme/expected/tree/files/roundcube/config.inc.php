<?php

$config = [];
$config['db_dsnw'] = 'mysql://roundcube:not-made-yet@10.20.0.10/roundcube';

// Dovecot and Postfix on the private bridge; both are told the browser's address
$config['imap_host'] = '10.20.0.24:143';
$config['imap_auth_type'] = 'PLAIN';
$config['smtp_host'] = '10.20.0.25:10587';
$config['smtp_user'] = '%u';
$config['smtp_pass'] = '%p';
$config['smtp_auth_type'] = 'PLAIN';
$config['smtp_helo_host'] = 'mx.example.org';
$config['smtp_xclient_addr'] = true;

$config['des_key'] = 'not-made-yet';
$config['cipher_method'] = 'AES-256-CBC';
$config['username_domain'] = 'example.org';
$config['login_lc'] = 2;
$config['login_autocomplete'] = 2;
$config['session_lifetime'] = 30;
$config['session_samesite'] = 'Strict';
$config['use_https'] = true;
$config['enable_installer'] = false;
$config['log_driver'] = 'stdout';
$config['log_logins'] = true;
$config['log_session_id'] = 0;

$config['product_name'] = 'mx.example.org';
$config['support_url'] = '';
$config['skin'] = 'elastic';
$config['enable_spellcheck'] = false;
$config['max_message_size'] = 52428800;
$config['temp_dir'] = '/var/lib/roundcube/temp';
$config['drafts_mbox'] = 'Drafts';
$config['junk_mbox'] = 'Junk';
$config['sent_mbox'] = 'Sent';
$config['trash_mbox'] = 'Trash';
$config['archive_mbox'] = 'Archive';

$config['plugins'] = ['archive', 'client_address', 'managesieve', 'markasjunk', 'password', 'zipdownload'];
$config['managesieve_host'] = '10.20.0.24:4190';
$config['managesieve_auth_type'] = 'PLAIN';
$config['managesieve_default'] = '';
$config['managesieve_script_name'] = 'webmail';
$config['managesieve_vacation'] = 1;
$config['managesieve_forward'] = 1;

// The old password is compared with the one of the log-in; the database user may write passwords
// but not read them.
$config['password_driver'] = 'sql';
$config['password_db_dsn'] = 'mysql://roundcube:not-made-yet@10.20.0.10/mailstead?charset=latin1';
$config['password_query'] = "UPDATE mailbox SET password = %P, modified = NOW() WHERE username = COALESCE((SELECT CONCAT(%l, '@', t.target_domain) FROM alias_domain t WHERE t.alias_domain = %d AND t.active = 1), %u)";
$config['password_algorithm'] = 'blowfish-crypt';
$config['password_algorithm_prefix'] = '{BLF-CRYPT}';
$config['password_blowfish_cost'] = 10;
$config['password_confirm_current'] = true;
$config['password_minimum_length'] = 8;
$config['password_maximum_length'] = 72;

foreach (glob('/config/local/*.php') ?: [] as $file) {
    include $file;
}
