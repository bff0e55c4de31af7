require ["vnd.dovecot.pipe", "copy", "imapsieve", "environment", "variables"];
# thrown away is not the same as wanted
if environment :matches "imap.mailbox" "*" {
    set "mailbox" "${1}";
}
if string "${mailbox}" "Trash" {
    stop;
}
pipe :copy "learn" ["ham"];
