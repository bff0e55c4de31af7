<?php
// SPDX-License-Identifier: Apache-2.0
// Tell Dovecot the browser's address before the log-in (IMAP ID, RFC 2971), so that its log and its
// delays after wrong passwords are about the real client.
class client_address extends rcube_plugin
{
    public function init()
    {
        $this->add_hook('storage_connect', [$this, 'connect']);
    }

    public function connect($args)
    {
        $args['preauth_ident'] = ['x-originating-ip' => rcube_utils::remote_addr()];
        return $args;
    }
}
