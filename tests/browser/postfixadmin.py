#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""postfixadmin.py AT URL ADMIN PASSWORD ADDRESS MAILBOX_PASSWORD SHOTS: log in to PostfixAdmin in a real
browser, see the domains, and make a mailbox."""
import sys

from browser import Browser


def log_in(b, url, admin, password):
    b.open(url + "login.php")
    b.fill("[name=fUsername]", admin)
    b.fill("[name=fPassword]", password)
    b.click("[name=submit]")


def main():
    at, url, admin, password, address, mailbox_password, shots = sys.argv[1:]
    local, domain = address.split("@")
    with Browser(at, shots) as b:
        log_in(b, url, admin, "wrong-" + password)
        b.says("is not correct")
        log_in(b, url, admin, password)
        b.until("the main page", lambda: "main.php" in b.driver.current_url)
        b.open(url + "list.php?table=domain")
        b.says(domain)
        b.shot("1-domains")
        b.open(url + "edit.php?table=mailbox&domain=" + domain)
        b.fill("[name='value[local_part]']", local)
        b.fill("[name='value[password]']", mailbox_password)
        b.fill("[name='value[password2]']", mailbox_password)
        b.fill("[name='value[name]']", "Made in the browser")
        b.shot("2-mailbox")
        b.click("[name=submit]")
        b.says("has been added")
        b.open(url + "list-virtual.php?domain=" + domain)
        b.says(address)
        b.shot("3-addresses")


main()
