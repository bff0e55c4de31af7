require ["fileinto", "mailbox", "envelope", "relational", "comparator-i;ascii-numeric", "regex", "variables",
    "environment", "vnd.dovecot.environment", "spamtestplus"];
# What the filter marked goes to Junk, by the score of this mailbox. The lists are regular expressions
# from the directory: those of the mailbox go before those of its domain, and "allow" before "deny".
set "verdict" "score";
set "list" "${env.vnd.dovecot.config.domain_deny}";
if allof (not string :is "${list}" "",
          anyof (address :regex ["from", "sender"] "${list}", envelope :regex "from" "${list}")) {
    set "verdict" "deny";
}
set "list" "${env.vnd.dovecot.config.domain_allow}";
if allof (not string :is "${list}" "",
          anyof (address :regex ["from", "sender"] "${list}", envelope :regex "from" "${list}")) {
    set "verdict" "allow";
}
set "list" "${env.vnd.dovecot.config.own_deny}";
if allof (not string :is "${list}" "",
          anyof (address :regex ["from", "sender"] "${list}", envelope :regex "from" "${list}")) {
    set "verdict" "deny";
}
set "list" "${env.vnd.dovecot.config.own_allow}";
if allof (not string :is "${list}" "",
          anyof (address :regex ["from", "sender"] "${list}", envelope :regex "from" "${list}")) {
    set "verdict" "allow";
}
# a sender's own policy (DMARC) is no matter of scores
if anyof (exists "X-Spam-Policy",
          string :is "${verdict}" "deny",
          allof (string :is "${verdict}" "score",
                 anyof (spamtest :percent :value "ge" :comparator "i;ascii-numeric" "100",
                        allof (not exists "X-Spam-Score",
                               header :is "X-Spam" "Yes")))) {
    fileinto :create "Junk";
    stop;
}
