#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""postfixadmin.py AT URL ADMIN PASSWORD ADDRESS MAILBOX_PASSWORD SHOTS: log in to PostfixAdmin in a real
browser, see the domains, and make a mailbox. MAILBOX_PASSWORD "": delete it."""
import sys

from browser import Browser


def log_in(b, url, admin, password):
    b.open(url + "login.php")
    b.fill("[name=fUsername]", admin)
    b.fill("[name=fPassword]", password)
    b.click("[name=submit]")


def make(b, url, address, password):
    local, domain = address.split("@")
    b.open(url + "list.php?table=domain")
    b.says(domain)
    b.shot("1-domains")
    b.open(url + "edit.php?table=mailbox&domain=" + domain)
    b.fill("[name='value[local_part]']", local)
    b.fill("[name='value[password]']", password)
    b.fill("[name='value[password2]']", password)
    b.fill("[name='value[name]']", "Made in the browser")
    b.shot("2-mailbox")
    b.click("[name=submit]")
    b.says("has been added")
    b.open(url + "list-virtual.php?domain=" + domain)
    b.says(address)
    b.shot("3-addresses")


def delete(b, url, address):
    b.open(url + "list-virtual.php?domain=" + address.split("@")[1])
    b.says(address)
    b.click(f"input[name=table][value=mailbox] ~ input[name=delete][value='{address}'] ~ button")
    b.until("question", lambda: b.driver.switch_to.alert.accept() or True)
    b.says(address + " deleted")
    b.shot("4-deleted")


def main():
    at, url, admin, password, address, mailbox_password, shots = sys.argv[1:]
    with Browser(at, shots) as b:
        if mailbox_password:
            log_in(b, url, admin, "wrong-" + password)
            b.says("is not correct")
            b.shot("0-log-in")
        log_in(b, url, admin, password)
        b.until("the main page", lambda: "main.php" in b.driver.current_url)
        if "Setup" in b.text():
            raise AssertionError("the menu leads to the set-up page")
        if mailbox_password:
            make(b, url, address, mailbox_password)
        else:
            delete(b, url, address)


main()
