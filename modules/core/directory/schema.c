/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/directory/schema_priv.h"

#include "modules/core/directory/directory.h"

/* PostfixAdmin tells its types and character sets column by column; they are kept exactly, so that
 * its own upgrade finds nothing to do. */
#define TEXT255 "VARCHAR(255) CHARACTER SET latin1 COLLATE latin1_general_ci"
#define UTF8 "CHARACTER SET utf8mb3 COLLATE utf8mb3_general_ci"
#define UTF8MB4 "CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"
#define TIME "DATETIME NOT NULL DEFAULT '2000-01-01 00:00:00'"
#define STAMP "TIMESTAMP NOT NULL DEFAULT '2000-01-01 00:00:00'"
#define NOW "TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP"
#define YES "TINYINT(1) NOT NULL DEFAULT 1"
#define NO "TINYINT(1) NOT NULL DEFAULT 0"
#define RESET                                                                                      \
    "phone VARCHAR(30) " UTF8 " NOT NULL DEFAULT '',"                                              \
    "email_other VARCHAR(255) " UTF8 " NOT NULL DEFAULT '',"                                       \
    "token VARCHAR(255) " UTF8 " NOT NULL DEFAULT '',"                                             \
    "token_validity " TIME ","
#define LATIN1 ") ENGINE=InnoDB DEFAULT CHARSET=latin1 COLLATE=latin1_general_ci"

static const char *const postfixadmin[] = {
    "CREATE TABLE IF NOT EXISTS config ("
    "id INT(11) NOT NULL AUTO_INCREMENT,"
    "name VARCHAR(20) CHARACTER SET latin1 COLLATE latin1_general_ci NOT NULL DEFAULT '',"
    "value VARCHAR(20) CHARACTER SET latin1 COLLATE latin1_general_ci NOT NULL DEFAULT '',"
    "PRIMARY KEY (id), UNIQUE KEY name (name)"
    ") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci",

    "CREATE TABLE IF NOT EXISTS admin ("
    "username " TEXT255 " NOT NULL,"
    "password " TEXT255 " NOT NULL,"
    "created " TIME ","
    "modified " TIME ","
    "active " YES ","
    "superadmin " NO "," RESET "PRIMARY KEY (username)" LATIN1,

    "CREATE TABLE IF NOT EXISTS domain ("
    "domain " TEXT255 " NOT NULL,"
    "description VARCHAR(255) " UTF8 " NOT NULL,"
    "aliases INT(10) NOT NULL DEFAULT 0,"
    "mailboxes INT(10) NOT NULL DEFAULT 0,"
    "maxquota BIGINT(20) NOT NULL DEFAULT 0,"
    "quota BIGINT(20) NOT NULL DEFAULT 0,"
    "transport " TEXT255 " NOT NULL,"
    "backupmx " NO ","
    "created " TIME ","
    "modified " TIME ","
    "active " YES ","
    "password_expiry INT(11) DEFAULT 0,"
    "PRIMARY KEY (domain)" LATIN1,

    "CREATE TABLE IF NOT EXISTS alias_domain ("
    "alias_domain " TEXT255 " NOT NULL DEFAULT '',"
    "target_domain " TEXT255 " NOT NULL DEFAULT '',"
    "created " TIME ","
    "modified " TIME ","
    "active " YES ","
    "PRIMARY KEY (alias_domain), KEY active (active), KEY target_domain (target_domain)" LATIN1,

    "CREATE TABLE IF NOT EXISTS mailbox ("
    "username " TEXT255 " NOT NULL,"
    "password " TEXT255 " NOT NULL,"
    "name VARCHAR(255) " UTF8MB4 " NOT NULL,"
    "maildir " TEXT255 " NOT NULL,"
    "quota BIGINT(20) NOT NULL DEFAULT 0,"
    "local_part " TEXT255 " NOT NULL,"
    "domain " TEXT255 " NOT NULL,"
    "created " TIME ","
    "modified " TIME ","
    "active " YES "," RESET "password_expiry " TIME ","
    "PRIMARY KEY (username), KEY domain (domain)" LATIN1,

    "CREATE TABLE IF NOT EXISTS alias ("
    "address " TEXT255 " NOT NULL,"
    "goto TEXT CHARACTER SET latin1 COLLATE latin1_general_ci NOT NULL,"
    "domain " TEXT255 " NOT NULL,"
    "created " TIME ","
    "modified " TIME ","
    "active " YES ","
    "PRIMARY KEY (address), KEY domain (domain)" LATIN1,

    "CREATE TABLE IF NOT EXISTS domain_admins ("
    "username " TEXT255 " NOT NULL,"
    "domain " TEXT255 " NOT NULL,"
    "created " TIME ","
    "active " YES ","
    "id INT(11) NOT NULL AUTO_INCREMENT,"
    "PRIMARY KEY (id), KEY username (username)" LATIN1,

    "CREATE TABLE IF NOT EXISTS log ("
    "timestamp " TIME ","
    "username " TEXT255 " NOT NULL,"
    "domain " TEXT255 " NOT NULL,"
    "action " TEXT255 " NOT NULL,"
    "data TEXT CHARACTER SET latin1 COLLATE latin1_general_ci NOT NULL,"
    "id INT(11) NOT NULL AUTO_INCREMENT,"
    "PRIMARY KEY (id), KEY timestamp (timestamp),"
    "KEY domain_timestamp (domain, timestamp)" LATIN1,

    "CREATE TABLE IF NOT EXISTS fetchmail ("
    "id INT(11) UNSIGNED NOT NULL AUTO_INCREMENT,"
    "mailbox " TEXT255 " NOT NULL,"
    "src_server " TEXT255 " NOT NULL,"
    "src_auth ENUM('password','kerberos_v5','kerberos','kerberos_v4','gssapi','cram-md5','otp',"
    "'ntlm','msn','ssh','any') " UTF8MB4 " DEFAULT NULL,"
    "src_user " TEXT255 " NOT NULL,"
    "src_password " TEXT255 " NOT NULL,"
    "src_folder " TEXT255 " NOT NULL,"
    "poll_time INT(11) UNSIGNED NOT NULL DEFAULT 10,"
    "fetchall TINYINT(1) UNSIGNED NOT NULL DEFAULT 0,"
    "keep TINYINT(1) UNSIGNED NOT NULL DEFAULT 0,"
    "protocol ENUM('POP3','IMAP','POP2','ETRN','AUTO') " UTF8MB4 " DEFAULT NULL,"
    "usessl TINYINT(1) UNSIGNED NOT NULL DEFAULT 0,"
    "extra_options TEXT CHARACTER SET latin1 COLLATE latin1_general_ci DEFAULT NULL,"
    "returned_text TEXT CHARACTER SET latin1 COLLATE latin1_general_ci DEFAULT NULL,"
    "mda " TEXT255 " NOT NULL,"
    "date " STAMP ","
    "sslcertck " NO ","
    "sslcertpath VARCHAR(255) " UTF8 " DEFAULT '',"
    "sslfingerprint " TEXT255 " DEFAULT '',"
    "domain " TEXT255 " DEFAULT '',"
    "active " NO ","
    "created " STAMP ","
    "modified " NOW ","
    "src_port INT(11) NOT NULL DEFAULT 0,"
    "PRIMARY KEY (id)" LATIN1,

    "CREATE TABLE IF NOT EXISTS quota ("
    "username " TEXT255 " NOT NULL,"
    "path VARCHAR(100) NOT NULL,"
    "current BIGINT(20) NOT NULL DEFAULT 0,"
    "PRIMARY KEY (username, path)" LATIN1,

    "CREATE TABLE IF NOT EXISTS quota2 ("
    "username " TEXT255 " NOT NULL,"
    "bytes BIGINT(20) NOT NULL DEFAULT 0,"
    "messages INT(11) NOT NULL DEFAULT 0,"
    "PRIMARY KEY (username)"
    ") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci",

    "CREATE TABLE IF NOT EXISTS vacation ("
    "email " TEXT255 " NOT NULL,"
    "subject VARCHAR(255) " UTF8MB4 " NOT NULL,"
    "body TEXT " UTF8MB4 " NOT NULL,"
    "cache TEXT CHARACTER SET latin1 COLLATE latin1_general_ci NOT NULL,"
    "domain " TEXT255 " NOT NULL,"
    "created " TIME ","
    "active " YES ","
    "modified " NOW ","
    "activefrom " STAMP ","
    "activeuntil TIMESTAMP NOT NULL DEFAULT '2038-01-18 00:00:00',"
    "interval_time INT(11) NOT NULL DEFAULT 0,"
    "PRIMARY KEY (email), KEY email (email)" LATIN1,

    "CREATE TABLE IF NOT EXISTS vacation_notification ("
    "on_vacation " TEXT255 " NOT NULL,"
    "notified " TEXT255 " NOT NULL DEFAULT '',"
    "notified_at " NOW ","
    "PRIMARY KEY (on_vacation, notified),"
    "CONSTRAINT vacation_notification_pkey FOREIGN KEY (on_vacation) REFERENCES vacation (email)"
    " ON DELETE CASCADE"
    ") ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 COLLATE=utf8mb3_general_ci",

    "INSERT IGNORE INTO config (name, value) VALUES ('version', '1847')",
    NULL};

static const char *const own_tables[] = {"CREATE TABLE IF NOT EXISTS ms_domain ("
                                         "domain " TEXT255 " NOT NULL,"
                                         "mailbox_quota BIGINT(20) NOT NULL DEFAULT 0,"
                                         "PRIMARY KEY (domain)" LATIN1,

                                         "CREATE TABLE IF NOT EXISTS ms_declared ("
                                         "kind VARCHAR(10) NOT NULL,"
                                         "name " TEXT255 " NOT NULL,"
                                         "file TEXT " UTF8MB4 " NOT NULL,"
                                         "line INT UNSIGNED NOT NULL,"
                                         "PRIMARY KEY (kind, name)" LATIN1,
                                         NULL};

/* What belongs to a mailbox or an alias goes with it, whoever deletes or renames it: a new mailbox
 * of an old name must not get its app passwords. */
#define OF_MAILBOX                                                                                 \
    " FOREIGN KEY (username) REFERENCES mailbox (username) ON DELETE CASCADE ON UPDATE CASCADE"

static const char *const features[] = {
    "CREATE TABLE IF NOT EXISTS ms_mailbox ("
    "username " TEXT255 " NOT NULL,"
    "require_app_password " NO ","
    "PRIMARY KEY (username), CONSTRAINT ms_mailbox_of" OF_MAILBOX LATIN1,

    "CREATE TABLE IF NOT EXISTS ms_app_password ("
    "username " TEXT255 " NOT NULL,"
    "name VARCHAR(64) " UTF8MB4 " NOT NULL,"
    "selector VARBINARY(8) NOT NULL,"
    "password VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,"
    "protocols SET('imap','pop3','smtp','sieve') CHARACTER SET ascii NOT NULL,"
    "created DATETIME NOT NULL,"
    "PRIMARY KEY (username, selector), UNIQUE KEY name (username, name),"
    "CONSTRAINT ms_app_password_of" OF_MAILBOX LATIN1,

    "CREATE TABLE IF NOT EXISTS ms_send_as ("
    "address " TEXT255 " NOT NULL,"
    "username " TEXT255 " NOT NULL,"
    "declared " NO ","
    "PRIMARY KEY (address, username), KEY username (username),"
    "CONSTRAINT ms_send_as_of" OF_MAILBOX LATIN1,

    "CREATE TABLE IF NOT EXISTS ms_alias ("
    "address " TEXT255 " NOT NULL,"
    "expires DATETIME NOT NULL,"
    "PRIMARY KEY (address), KEY expires (expires),"
    "CONSTRAINT ms_alias_of FOREIGN KEY (address) REFERENCES alias (address)"
    " ON DELETE CASCADE ON UPDATE CASCADE" LATIN1,

    "CREATE TABLE IF NOT EXISTS ms_rename ("
    "address " TEXT255 " NOT NULL,"
    "target " TEXT255 " NOT NULL,"
    "began DATETIME NOT NULL,"
    "PRIMARY KEY (address), UNIQUE KEY target (target)" LATIN1,
    NULL};

/* What was renamed is known for a while: mail in the queue still has the old name. */
static const char *const renames[] = {
    "ALTER TABLE ms_rename ADD COLUMN IF NOT EXISTS done DATETIME DEFAULT NULL,"
    " DROP INDEX IF EXISTS target",
    NULL};

/* What counts as spam for a mailbox (its address) or for all of a domain ("@domain"). A row of
 * ms_spam_sender has its owner and sender, with a space between them, as its key. */
static const char *const spam_tables[] = {"CREATE TABLE IF NOT EXISTS ms_spam ("
                                          "owner " TEXT255 " NOT NULL,"
                                          "junk_score DECIMAL(6,2) DEFAULT NULL,"
                                          "reject_score DECIMAL(6,2) DEFAULT NULL,"
                                          "PRIMARY KEY (owner)" LATIN1,

                                          "CREATE TABLE IF NOT EXISTS ms_spam_sender ("
                                          "entry VARCHAR(600) CHARACTER SET latin1"
                                          " COLLATE latin1_general_ci NOT NULL,"
                                          "owner " TEXT255 " NOT NULL,"
                                          "sender " TEXT255 " NOT NULL,"
                                          "verdict ENUM('allow','deny') NOT NULL,"
                                          "PRIMARY KEY (entry), KEY owner (owner)" LATIN1,
                                          NULL};

/* Whoever deletes a mailbox, PostfixAdmin too: what we keep of it goes, and its mail is to be put
 * aside. Until that is done no new mailbox of the name may find it. */
static const char *const deletions[] = {
    "CREATE TABLE IF NOT EXISTS ms_deleted ("
    "address " TEXT255 " NOT NULL,"
    "maildir " TEXT255 " NOT NULL,"
    "keep_mail " NO ","
    "deleted DATETIME NOT NULL,"
    "PRIMARY KEY (address)" LATIN1,

    "CREATE OR REPLACE TRIGGER ms_mailbox_deleted AFTER DELETE ON mailbox FOR EACH ROW BEGIN"
    " REPLACE INTO ms_deleted (address, maildir, deleted)"
    " VALUES (OLD.username, OLD.maildir, UTC_TIMESTAMP());"
    " DELETE FROM ms_spam WHERE owner = OLD.username;"
    " DELETE FROM ms_spam_sender WHERE owner = OLD.username;"
    " DELETE FROM ms_rename WHERE target = OLD.username;"
    " END",

    "CREATE OR REPLACE TRIGGER ms_mailbox_added BEFORE INSERT ON mailbox FOR EACH ROW BEGIN"
    " IF EXISTS (SELECT 1 FROM ms_deleted WHERE address = NEW.username) THEN"
    " SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'a mailbox of this name was deleted, and its mail"
    " is not put aside yet: try again in some minutes';"
    " END IF; END",

    "CREATE OR REPLACE TRIGGER ms_domain_deleted AFTER DELETE ON domain FOR EACH ROW BEGIN"
    " DELETE FROM ms_spam WHERE owner = CONCAT('@', OLD.domain);"
    " DELETE FROM ms_spam_sender WHERE owner = CONCAT('@', OLD.domain);"
    " DELETE FROM ms_domain WHERE domain = OLD.domain;"
    " END",
    NULL};

/* Reports of other servers; ident is a hash of what makes a report the same one. */
static const char *const report_tables[] = {
    "CREATE TABLE IF NOT EXISTS ms_report ("
    "id BIGINT NOT NULL AUTO_INCREMENT,"
    "ident CHAR(64) CHARACTER SET ascii NOT NULL,"
    "kind ENUM('dmarc','tls') NOT NULL,"
    "owner " TEXT255 " NOT NULL,"
    "domain " TEXT255 " NOT NULL,"
    "org VARCHAR(255) " UTF8MB4 " NOT NULL,"
    "begin_s BIGINT NOT NULL,"
    "end_s BIGINT NOT NULL,"
    "verified " NO ","
    "policy VARCHAR(10) NOT NULL,"
    "received DATETIME NOT NULL,"
    "PRIMARY KEY (id), UNIQUE KEY ident (ident), KEY owner (owner, kind, end_s)" LATIN1,

    "CREATE TABLE IF NOT EXISTS ms_report_row ("
    "report BIGINT NOT NULL,"
    "source " TEXT255 " NOT NULL,"
    "result VARCHAR(40) NOT NULL,"
    "dkim " NO ","
    "spf " NO ","
    "detail " TEXT255 " NOT NULL,"
    "count INT NOT NULL,"
    "KEY report (report),"
    "CONSTRAINT ms_report_row_of FOREIGN KEY (report) REFERENCES ms_report (id)"
    " ON DELETE CASCADE" LATIN1,
    NULL};

const char *const *const ms_migrations[] = {postfixadmin, own_tables, features,     renames,
                                            spam_tables,  deletions,  report_tables};
const size_t ms_n_migrations = sizeof(ms_migrations) / sizeof(ms_migrations[0]);

unsigned ms_directory_version(void)
{
    return (unsigned)ms_n_migrations;
}
