<?php
// SPDX-License-Identifier: Apache-2.0
// Wait for the database, then make Roundcube's tables or bring them up to date. Tables whose making
// was cut short (the version is written last) hold nothing yet: they are made anew.
define('INSTALL_PATH', '/var/lib/roundcube/');
require INSTALL_PATH . 'program/include/clisetup.php';

const SQL_DIR = '/usr/share/roundcube/SQL';

function open_database(string $dsn): mysqli
{
    $at = parse_url($dsn);
    mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
    for ($end = time() + 60;; usleep(250000)) {
        try {
            return new mysqli($at['host'], $at['user'], $at['pass'], ltrim($at['path'], '/'));
        } catch (mysqli_sql_exception $e) {
            if (time() > $end) {
                fwrite(STDERR, 'schema: ' . $e->getMessage() . "\n");
                exit(1);
            }
        }
    }
}

function one(mysqli $db, string $query): int
{
    return (int) $db->query($query)->fetch_row()[0];
}

$db = open_database(rcube::get_instance()->config->get('db_dsnw'));
$tables = array_column($db->query('SHOW TABLES')->fetch_all(), 0);
$made = in_array('system', $tables)
    && one($db, "SELECT COUNT(*) FROM `system` WHERE name = 'roundcube-version'") > 0;
if (!$made) {
    if (in_array('users', $tables) && one($db, 'SELECT COUNT(*) FROM users') > 0) {
        fwrite(STDERR, "schema: tables without a version, but with users: not touched\n");
        exit(1);
    }
    $db->query('SET FOREIGN_KEY_CHECKS = 0');
    foreach ($tables as $table) {
        $db->query("DROP TABLE `$table`");
    }
    rcmail_utils::db_init(SQL_DIR);
}
rcmail_utils::db_update(SQL_DIR, 'roundcube', null, ['errors' => true]);
