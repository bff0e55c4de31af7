require ["copy", "vnd.dovecot.pipe"];
# DMARC and TLS reports of other servers (RFC 7489 7.2.1.1, RFC 8460 5.3): the supervisor reads a copy.
# The mail itself goes where it would go.
if anyof (exists "TLS-Report-Domain",
          allof (header :contains "subject" "report domain:",
                 header :contains "subject" "submitter:")) {
    pipe :copy :try "report";
}
