<?php
// SPDX-License-Identifier: Apache-2.0
// Wait for the tables, then make the first administrator if there is none: the site's contact, with
// the password of the secret `admin`.
define('POSTFIXADMIN', 1);
define('POSTFIXADMIN_CLI', 1);
require '/usr/share/postfixadmin/common.php';

function open_tables(array $conf): mysqli
{
    mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
    for ($end = time() + 60;; usleep(250000)) {
        try {
            $db = new mysqli($conf['database_host'], $conf['database_user'],
                $conf['database_password'], $conf['database_name']);
            $db->query('SELECT 1 FROM admin LIMIT 1');
            return $db;
        } catch (mysqli_sql_exception $e) {
            if (time() > $end) {
                fwrite(STDERR, 'first-admin: ' . $e->getMessage() . "\n");
                exit(1);
            }
        }
    }
}

$db = open_tables(Config::getInstance()->getAll());
if ($db->query('SELECT 1 FROM admin WHERE superadmin = 1 AND active = 1 LIMIT 1')->num_rows == 0) {
    $first = json_decode(file_get_contents('/config/first-admin.json'), true, 4, JSON_THROW_ON_ERROR);
    $hash = '{BLF-CRYPT}' . password_hash($first['password'], PASSWORD_BCRYPT, ['cost' => 10]);
    $db->begin_transaction();
    $db->execute_query('REPLACE INTO admin (username, password, superadmin, created, modified, active)'
        . ' VALUES (?, ?, 1, NOW(), NOW(), 1)', [$first['address'], $hash]);
    $db->execute_query("DELETE FROM domain_admins WHERE username = ? AND domain = 'ALL'", [$first['address']]);
    $db->execute_query("INSERT INTO domain_admins (username, domain, created, active) VALUES (?, 'ALL', NOW(), 1)",
        [$first['address']]);
    $db->commit();
    echo "first administrator: {$first['address']}\n";
}
