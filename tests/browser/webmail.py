#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""webmail.py AT URL USER PASSWORD SUBJECT WORD NEW_PASSWORD SHOTS: what a user of the webmail does, in a
real browser. A wrong password is refused; the message SUBJECT is read and answered with an attachment;
a rule files messages with WORD in their subject into Trash; the password becomes NEW_PASSWORD."""
import os
import sys
import tempfile

from browser import Browser


def log_in(b, url, user, password):
    b.open(url)
    b.fill("#rcmloginuser", user)
    b.fill("#rcmloginpwd", password)
    b.click("#rcmloginsubmit")


def read(b, subject):
    row = b.until("message " + subject, lambda: next(
        x for x in b.all("#messagelist td.subject a") if subject in x.text))
    b.open(row.get_attribute("href"))
    b.one("#messagebody")
    b.says("about the garden")
    b.shot("2-message")


def answer(b):
    b.click("a.reply")
    b.one("#composebody").send_keys("Thank you. The picture is in the attachment.\n\n")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "garden.txt")
        with open(path, "w", encoding="ascii") as f:
            f.write("tomatoes " * 20000)
        b.until("upload field", lambda: b.all("input[type=file]")[0]).send_keys(path)
        b.until("attachment", lambda: [x for x in b.all("#attachment-list li")
                                       if "garden.txt" in x.text and "uploading" not in
                                       x.get_attribute("class")])
    b.shot("3-answer")
    b.click("button.send")
    b.until("sent", lambda: "_action=compose" not in b.driver.current_url)


def make_rule(b, url, word):
    b.open(url + "?_task=settings&_action=plugin.managesieve")
    b.click("a.create")
    b.frame("#filter-box")
    b.fill("#_name", "to the trash")
    b.choose("#header0", "subject")
    b.choose("#rule_op0", "contains")
    b.fill("input[name='_rule_target[0][]']", word)
    b.choose("#action_type0", "fileinto")
    b.choose("[name='_action_mailbox[0]']", "Trash")
    b.shot("4-rule")
    b.click("button.submit, button.save, input.mainaction, button.mainaction")
    b.top()
    b.until("rule in the list", lambda: [x for x in b.all("#filterslist td")
                                         if "to the trash" in x.text])
    b.shot("5-rules")


def change_password(b, url, old, new):
    b.open(url + "?_task=settings&_action=plugin.password")
    b.fill("#curpasswd", old)
    b.fill("#newpasswd", new)
    b.fill("#confpasswd", new)
    b.shot("6-password")
    b.click("button.submit, button.save, button.mainaction")
    b.says("Successfully saved")


def main():
    at, url, user, password, subject, word, new, shots = sys.argv[1:]
    with Browser(at, shots) as b:
        log_in(b, url, user, "wrong-" + password)
        b.says("Login failed")
        log_in(b, url, user, password)
        b.one("#messagelist")
        b.until("messages", lambda: b.all("#messagelist td.subject a"))
        b.shot("1-inbox")
        read(b, subject)
        answer(b)
        make_rule(b, url, word)
        change_password(b, url, password, new)
        b.open(url)
        b.one("#messagelist")
        b.until("logged out", lambda: b.all("#rcmloginuser") or b.one("a.logout").click())


main()
